"""A connection to a streaming recogniser: sound goes in, what it says comes out, until one side ends it.

It is opened ahead of the caller's first word and kept between utterances, since a handshake takes longer than a short
answer. Once closed nothing more is heard of it, whatever the vendor still has to say: that is what keeps a late word out
of the next utterance.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.converter import Converter
from switchroom.media.frame import RATE, Samples
from switchroom.providers.vendors.failures import LOST, translated
from switchroom.providers.vendors.shapes import MakeFrame, RecogniserStream, SpeechEvent

Words = tuple[str, ...]
Spawn = Callable[[Coroutine[object, None, None]], "asyncio.Task[None]"]


WATCH: ContextVar[Callable[[str], None] | None] = ContextVar("switchroom_vendor_watch", default=None)
"""Told each text message that comes in, before the plugin sees it; set in the context in which a stream is opened."""


_AFTER = 0.03


@dataclass(frozen=True, slots=True)
class Opening:
    """How lines of one provider are opened. ``rate`` is what it wants to be given, ``tail`` seconds of silence end an utterance.

    ``detects``: the vendor finds out the language.
    """

    who: str
    frame: MakeFrame
    spawn: Spawn
    rate: int = RATE
    tail: float = 0.0
    detects: bool = False


class Listener(Protocol):
    """Who is told what comes over a line."""

    def understood(self, event: SpeechEvent) -> None: ...
    def answered(self, message: str) -> None: ...
    def failed(self, error: SwitchroomError) -> None: ...


class Line:
    """One stream of a plugin. ``failed`` is told at most once, and is the last that is told."""

    def __init__(self, opening: Opening, stream: Callable[[], RecogniserStream], listener: Listener) -> None:
        self._opening = opening
        self._listener: Listener | None = listener
        self._converter = Converter(RATE, opening.rate)
        self.sent = 0.0
        """Seconds of sound that went in."""
        context = copy_context()
        context.run(WATCH.set, self._answered)
        with translated(opening.who):
            self._stream = context.run(stream)
        self._started = False
        self._task = opening.spawn(self._follow())

    @property
    def open(self) -> bool:
        """Whether it can be spoken to."""
        return self._listener is not None

    def push(self, samples: Samples) -> None:
        """Send sound."""
        if self.open:
            self.sent += len(samples) / RATE
            self._send(self._converter.convert(samples.astype("<i2").tobytes()))

    def flush(self) -> None:
        """Say that an utterance ends here."""
        if not self.open:
            return
        silence = np.zeros(round(self._opening.tail * RATE), np.int16)
        self.push(silence)
        self._send(self._converter.flush())
        try:
            self._stream.flush()
        except RuntimeError:
            return
        force = getattr(self._stream, "force_endpoint", None)  # AssemblyAI's way to end a turn
        if callable(force):  # after the sound, which takes another way than this does
            asyncio.get_running_loop().call_later(_AFTER, force)

    def close(self) -> None:
        """Hear no more of it."""
        if self.open:
            self._listener = None
            if self._started:  # what was not could not clean up
                self._task.cancel()

    def _send(self, pcm: bytes) -> None:
        if pcm:
            with suppress(RuntimeError):  # it ended, and its end is on the way to us
                self._stream.push_frame(self._opening.frame(pcm, self._opening.rate, 1, len(pcm) // 2))

    async def _follow(self) -> None:
        error: SwitchroomError = Unavailable(f"{self._opening.who} ended the connection", code=LOST)
        try:
            with translated(self._opening.who):
                await self._listen()
        except SwitchroomError as caught:
            error = caught
        self._fail(error)

    async def _listen(self) -> None:
        self._started = True
        events = aiter(self._stream)
        try:
            while self.open:
                event = await anext(events)
                if self._listener is not None:
                    self._listener.understood(event)
        except StopAsyncIteration:
            pass
        finally:
            await self._stream.aclose()
            if self._listener is None:  # nobody wants to know how it ended; a plugin's task does want to be asked
                with suppress(SwitchroomError), translated(self._opening.who):
                    async for _ in self._stream:
                        pass

    def _answered(self, message: str) -> None:
        if self._listener is not None:
            self._listener.answered(message)

    def _fail(self, error: SwitchroomError) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.failed(error)

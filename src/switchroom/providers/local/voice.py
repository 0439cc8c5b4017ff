"""The local voice: asks a worker to speak and passes its pieces on; what was said before is kept and is there at
once."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

import numpy as np

from switchroom.errors import Invalid, SwitchroomError, Unavailable
from switchroom.media.frame import Samples
from switchroom.ports import Voice
from switchroom.providers.local.engines import INSTALL, find_engines
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.pool import Job, Pool

CACHE = 24 * 1024 * 1024
"""Bytes of rendered speech that are kept: about 12 minutes."""

LONGEST_TEXT = 5000
PATIENCE = 5.0
"""Seconds a piece may take."""

_MOST_PIECES = 4096  # more than LONGEST_TEXT gives; a worker that sends more is out of its mind

_End = SwitchroomError | None


class LocalVoice:
    """A voice on this machine. ``run()`` keeps its workers alive. Raises Unavailable at once if there is no engine."""

    def __init__(
        self, engine: str = "auto", workers: int = 1, *, cache: int = CACHE, patience: float = PATIENCE
    ) -> None:
        there = [found.name for found in find_engines() if found.role == "voice" and engine in {"auto", found.name}]
        if not there:
            raise Unavailable(f"there is no voice engine {engine!r} on this machine: {INSTALL}", retryable=False)
        self.name = there[0]
        self.pool = Pool("switchroom.providers.local.speaking", workers, there[0])
        self._patience = patience
        self._cache = Cache(cache)

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Work until cancelled; ``ready`` is called when it is able to speak."""
        await self.pool.run(ready)

    async def prepare(self, texts: Iterable[str], voice: Voice) -> None:
        """Render ``texts`` ahead, so that they are there at once. Raises Unavailable. Safe to cancel."""
        for text in texts:
            async with aclosing(self.speak(text, voice)) as pieces:
                async for _ in pieces:
                    pass

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz. Closing abandons the rest. Raises Unavailable; Invalid for an endless text."""
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"a text of {len(text)} letters is too long to be spoken at once (limit {LONGEST_TEXT})")
        if (known := self._cache.get((voice, text))) is not None:
            yield known
            return
        speech = Speech(self.pool, text, voice, self._patience)
        pieces: list[Samples] = []
        try:
            while isinstance(piece := await speech.next(), np.ndarray):
                pieces.append(piece)
                yield piece
        finally:
            speech.close()
        if piece is not None:
            raise piece
        if pieces:
            self._cache.put((voice, text), np.concatenate(pieces))


class Speech:
    """One text being spoken: the job, and what came of it."""

    def __init__(self, pool: Pool, text: str, voice: Voice, patience: float) -> None:
        self._pool = pool
        self._come: asyncio.Queue[Samples | _End] = asyncio.Queue(_MOST_PIECES)
        self._taken = 0
        self._head = {"say": text, "voice": voice.name, "speed": voice.speed}
        self._job = Job(Frame(self._head), self._take, self._end, patience=patience)
        self._job.again = self._go_on
        pool.submit(self._job)

    async def next(self) -> Samples | _End:
        """Return the next piece; None at the end, or the reason of failure. Safe to cancel."""
        return await self._come.get()

    def close(self) -> None:
        """Stop speaking."""
        self._pool.abandon(self._job)

    def _take(self, frame: Frame) -> None:
        piece = np.frombuffer(frame.body, "<i2").astype(np.int16)
        self._taken += len(piece)
        if self._come.qsize() >= _MOST_PIECES - 1:
            self._job.finish(Unavailable("the voice does not stop", retryable=False))
        else:
            self._come.put_nowait(piece)

    def _end(self, error: _End) -> None:
        self._come.put_nowait(error)

    def _go_on(self) -> None:
        self._job.frame = Frame({**self._head, "skip": self._taken})


class Cache:
    """Speech that was rendered before, the least recently used forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[Voice, str], Samples] = OrderedDict()

    def get(self, key: tuple[Voice, str]) -> Samples | None:
        """Return what is kept, to be read only."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: tuple[Voice, str], samples: Samples) -> None:
        """Keep ``samples``."""
        samples.flags.writeable = False
        self._size += samples.nbytes - (self._kept[key].nbytes if key in self._kept else 0)
        self._kept[key] = samples
        while self._size > self._most:
            _, forgotten = self._kept.popitem(last=False)
            self._size -= forgotten.nbytes

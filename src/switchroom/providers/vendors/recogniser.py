"""A hosted recogniser: a plugin's, shared by all calls, and an ear at it for each.

What it may expect to hear is told to a vendor when a connection is opened, and to most plugins when they are
constructed; so there is one instance for each set of words, a few of them kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import cast

from switchroom.errors import Invalid
from switchroom.media.converter import Converter
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.clip_ear import ClipEar
from switchroom.providers.vendors.ear import PATIENCE, Mark, StreamingEar
from switchroom.providers.vendors.failures import remember
from switchroom.providers.vendors.line import Line, Listener, Opening, Words
from switchroom.providers.vendors.plugins import Plugin, construct, load, seconds, settings
from switchroom.providers.vendors.shapes import RecogniserPlugin, RecogniserStream, Settings, SpeechEvent

_TERMS = "keyterm", "keyterms_prompt", "keyterms", "keywords", "phrase_list", "additional_vocab", "hotwords"
"""What plugins call the words that a recogniser may expect; each takes a list of strings."""

_MARKS: Mapping[str, Mark] = {"deepgram": Mark('"from_finalize":true', '"transcript":""')}
_TAILS: Mapping[str, float] = {"deepgram": 0.0, "assemblyai": 0.0}
_TAIL = 0.6
"""Seconds of silence by which a vendor that cannot be told learns that an utterance ended."""

_DETECTING = "detect_language", "language_detection", "language_codes", "languages"
"""Options by which a vendor is told to find out which language is spoken; so it is by the language ``multi``."""

_CONNECT = 5.0
_CLOSING = 2.0
_MOST_INSTANCES = 32


@asynccontextmanager
async def open_recogniser(choice: Choice) -> AsyncIterator["VendorRecogniser"]:
    """Yield the recogniser of a provider's entry. Raises Unavailable if its plugin is not installed, Invalid for a wrong entry."""
    plugin = await load(choice, "STT")
    async with plugin.connected(plugin.parameters, settings(plugin, choice, "STT")) as values:
        tasks = asyncio.TaskGroup()
        recogniser = VendorRecogniser(plugin, choice, values, tasks)
        async with tasks:
            try:
                yield recogniser
            finally:
                await recogniser.aclose()


class VendorRecogniser:
    """Implements ``ports.SpeechToText``. What its ears are waiting for lives in ``tasks``."""

    def __init__(self, plugin: Plugin, choice: Choice, values: Settings, tasks: asyncio.TaskGroup) -> None:
        self.name = choice.name
        self._plugin = plugin
        self._values = values
        self._language = choice.language
        self._patience = seconds(choice, "patience", PATIENCE)
        self._tail = seconds(choice, "tail", _TAILS.get(plugin.name, _TAIL))
        self.detects = choice.language == "multi" or any(choice.options.get(name) for name in _DETECTING)
        """Whether it tells which language it heard."""
        self._terms = next((name for name in _TERMS if name in plugin.parameters), "")
        self._instances: OrderedDict[Words, RecogniserPlugin] = OrderedDict()
        self._tasks = tasks
        self._running: set[asyncio.Task[None]] = set()
        self._streaming = self._instance(()).capabilities.streaming

    @property
    def who(self) -> str:
        """How it is called in messages."""
        return self.name

    @property
    def mark(self) -> Mark | None:
        """What is in the message that ends an utterance."""
        return _MARKS.get(self._plugin.name)

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """Open an ear."""
        spoken = self._language or language  # the entry's is in the vendor's own words
        if self._streaming:
            return StreamingEar(self, spoken, hints, report, self._patience)

        async def recognise(samples: Samples) -> SpeechEvent:
            return await self._recognise(samples, spoken, hints().words)

        return ClipEar(self._opening(), recognise, report, 2 * self._patience)

    def open(self, language: str, words: Words, listener: Listener) -> Line:
        """Open a line for an ear."""

        def stream() -> RecogniserStream:
            return self._instance(words).stream(conn_options=self._limits(), **_in(language))

        return Line(self._opening(), stream, listener)

    async def aclose(self) -> None:
        """End every ear's connection, and what the plugin holds."""
        await asyncio.sleep(0)  # what was not started could not clean up
        for task in self._running:
            if not task.cancelling():
                task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_CLOSING)
        for instance in self._instances.values():
            await instance.aclose()

    async def _recognise(self, samples: Samples, language: str, words: Words) -> SpeechEvent:
        converter = Converter(RATE, self._rate)
        pcm = converter.convert(samples.astype("<i2").tobytes()) + converter.flush()
        frame = self._plugin.frame(pcm, self._rate, 1, len(pcm) // 2)
        return await self._instance(words).recognize(frame, conn_options=self._limits(), **_in(language))

    def _opening(self) -> Opening:
        return Opening(self.name, self._plugin.frame, self._spawn, self._rate, self._tail, self.detects)

    def _spawn(self, work: Coroutine[object, None, None]) -> "asyncio.Task[None]":
        task = self._tasks.create_task(work, name=f"ear at {self.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _limits(self) -> object:
        return self._plugin.patience(max_retry=0, timeout=_CONNECT)

    @property
    def _rate(self) -> int:
        rate = self._values.get("sample_rate", RATE)
        return rate if isinstance(rate, int) else RATE

    def _instance(self, words: Words) -> RecogniserPlugin:
        """Return the plugin's instance that expects these words; without them if it cannot be told."""
        if not self._terms or self._terms in self._values:
            words = ()
        if words not in self._instances:
            try:
                instance = self._construct(words)
            except Invalid:
                if not words:
                    raise
                self._terms = ""  # a model that takes none: the plugins know that, and refuse them
                return self._instance(())
            self._instances[words] = instance
        self._instances.move_to_end(words)
        while len(self._instances) > _MOST_INSTANCES:
            self._instances.popitem(last=False)
        return self._instances[words]

    def _construct(self, words: Words) -> RecogniserPlugin:
        values = {**self._values, self._terms: list(words)} if words else self._values
        instance = cast("RecogniserPlugin", construct(self._plugin, values, self.name))
        instance.on("error", remember)
        return instance


def _in(language: str) -> dict[str, object]:
    return {"language": language} if language else {}

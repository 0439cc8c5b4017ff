"""A streaming ear and vendors of every temper, in virtual time: a pause is answered, no word gets into another utterance."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchroom.ports import Heard, HearingFailed, Hints
from switchroom.providers.vendors.ear import PATIENCE, StreamingEar
from switchroom.providers.vendors.line import Line, Listener, Opening, Words
from switchroom.providers.vendors.shapes import AudioFrame, SpeechEvent
from tests.virtual_time import run

PIECE = 3200
"""Samples of what is said at once; their value is the number of the utterance, and the vendor hears numbers."""


@dataclass(frozen=True)
class Temper:
    """How a vendor answers one flush: after ``wait``, with its words in ``parts``, ``gap`` apart."""

    wait: float
    parts: int
    gap: float
    ends: bool
    breaks: bool
    silent: bool


tempers = st.builds(
    Temper,
    wait=st.sampled_from([0.0, 0.05, 0.4, 2.0, 5.0]),
    parts=st.integers(1, 3),
    gap=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    ends=st.booleans(),
    breaks=st.sampled_from([False, False, False, True]),
    silent=st.sampled_from([False, False, False, True]),
)

turns = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from([0.0, 0.1, 0.5, 1.5, 6.0]), st.booleans()), min_size=1, max_size=5
)
"""(pieces, seconds until the next utterance begins, whether the caller goes on once after the pause)."""


@dataclass
class ScriptedStream:
    """A vendor's stream: hears numbers, and says them when it likes."""

    tempers: list[Temper]
    timed: bool
    interims: bool
    eager: float | None = None
    at: float = 0.0
    pending: list[tuple[int, float]] = field(default_factory=list)
    events: asyncio.Queue[SpeechEvent | Exception | None] = field(default_factory=lambda: asyncio.Queue(1000))
    closed: bool = False

    def push_frame(self, frame: AudioFrame) -> None:
        """Hear a number."""
        values = np.frombuffer(frame.data, np.int16)
        self.at += len(values) / 16_000
        number = int(values.max())
        if number:
            self.pending.append((number, self.at))
            if self.interims:
                self._later(0.02, self._event("interim_transcript", self.pending))
            if self.eager is not None and len(self.pending) > 1:
                self._later(self.eager, self._event("final_transcript", self.pending))
                self._later(self.eager, self._event("end_of_speech", []))
                self.pending = []

    def flush(self) -> None:
        """Answer after a while, or never."""
        temper = self.tempers.pop(0) if self.tempers else Temper(0.05, 1, 0.0, True, False, False)
        heard, self.pending = self.pending, []
        if temper.breaks:
            self._later(temper.wait, OSError("broken"))
        if temper.silent or temper.breaks:
            return
        step = max(1, -(-len(heard) // temper.parts))
        wait = temper.wait
        for start in range(0, len(heard), step):
            self._later(wait, self._event("final_transcript", heard[start : start + step]))
            wait += temper.gap
        if temper.ends:
            self._later(wait, self._event("end_of_speech", []))

    def _event(self, kind: str, heard: list[tuple[int, float]]) -> SpeechEvent:
        text = " ".join(str(number) for number, _ in heard)
        end = heard[-1][1] if heard and self.timed else 0.0
        best = SimpleNamespace(text=text, confidence=0.0, end_time=end, language="en")
        event: SpeechEvent = SimpleNamespace(type=kind, alternatives=[best] if heard else [])
        return event

    def _later(self, wait: float, event: SpeechEvent | Exception) -> None:
        asyncio.get_running_loop().call_later(wait, self.events.put_nowait, event)

    async def __aiter__(self) -> AsyncIterator[SpeechEvent]:
        while (event := await self.events.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event

    async def aclose(self) -> None:
        """Say no more."""
        self.closed = True
        self.events.put_nowait(None)


@dataclass
class ScriptedLines:
    """Opens streams."""

    tasks: asyncio.TaskGroup
    tempers: list[Temper]
    timed: bool
    interims: bool
    eager: float | None = None
    """Seconds after which the vendor ends a turn by itself, in the middle of an utterance."""
    who: str = "us"
    mark: None = None
    detects: bool = False
    running: list["asyncio.Task[None]"] = field(default_factory=list)

    def open(self, _language: str, _words: Words, listener: Listener) -> Line:
        """Open one."""

        def frame(data: bytes, sample_rate: int, num_channels: int, samples_per_channel: int) -> AudioFrame:
            made: AudioFrame = SimpleNamespace(
                data=memoryview(data), sample_rate=sample_rate, num_channels=num_channels
            )
            assert samples_per_channel
            return made

        stream = ScriptedStream(self.tempers, self.timed, self.interims, self.eager)
        return Line(Opening("us", frame, self._spawn, tail=0.1), lambda: stream, listener)

    def _spawn(self, work: Coroutine[object, None, None]) -> "asyncio.Task[None]":
        task = self.tasks.create_task(work)
        self.running.append(task)
        return task


async def _converse(turns_: list[tuple[int, float, bool]], how: ScriptedLines) -> None:
    number, reports = 0, list[Heard | HearingFailed]()
    ear = StreamingEar(how, "en", lambda: Hints(""), reports.append)

    async def speak(pieces: int) -> None:
        for _ in range(pieces):
            ear.hear(np.full(PIECE, number, np.int16))
            await asyncio.sleep(0.2)

    for pieces, rest, goes_on in turns_:
        number += 1
        reports.clear()
        ear.begin()
        await speak(pieces)
        ear.pause()
        if goes_on:
            await asyncio.sleep(min(rest, 1.0))
            await speak(1)
            ear.pause()
        await asyncio.sleep(rest)
        said = {word for report in reports if isinstance(report, Heard) for word in report.text.split()}
        assert said <= {str(number)}, f"{said} while {number} was said"
        if rest > PATIENCE + 1.0:
            assert any(isinstance(report, HearingFailed) or report.final for report in reports), reports
    known = len(reports)
    ear.close()
    await asyncio.sleep(10.0)
    assert len(reports) == known
    for task in how.running:
        task.cancel()


@settings(max_examples=80, deadline=None)
@example([(3, 0.5, False), (6, 6.0, False)], [Temper(2.0, 1, 0.0, True, False, False)], False, False, 0.7)
@given(turns, st.lists(tempers, max_size=8), st.booleans(), st.booleans(), st.sampled_from([None, 0.05, 0.7]))
def test_every_pause_is_answered_and_no_word_gets_into_another_utterance(
    turns_: list[tuple[int, float, bool]], tempers_: list[Temper], timed: bool, interims: bool, eager: float | None
) -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            await _converse(turns_, ScriptedLines(tasks, list(tempers_), timed, interims, eager))

    run(main())

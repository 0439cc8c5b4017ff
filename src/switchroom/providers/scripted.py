"""Providers that follow a script: what they answer and when is known beforehand, so a test or a benchmark sees only the engine.

They know no time but the event loop's, which may be virtual, and touch neither processes nor files.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.ports import (
    Ask,
    CallerSaid,
    CallOpened,
    EndCall,
    Errands,
    Expecting,
    Heard,
    HearingFailed,
    Hints,
    Listening,
    ModelPart,
    Prompt,
    ReplyPart,
    Say,
    Spent,
    ToolWanted,
    Utterance,
    Voice,
    Wrote,
)


@dataclass(frozen=True, slots=True)
class Line:
    """What is understood of one utterance.

    ``delay`` is the time from the pause to the final; ``partials`` are (seconds of audio heard, text). ``fails`` makes
    it a HearingFailed instead of a final; ``delay`` None: nothing ever comes.
    """

    text: str
    delay: float | None = 0.1
    partials: tuple[tuple[float, str], ...] = ()
    confidence: float = 1.0
    fails: bool = False


def spoken_evenly(text: str, seconds: float, *, delay: float = 0.1, first: float = 0.3, every: float = 0.4) -> Line:
    """Return a line whose partials grow word by word over ``seconds`` of audio: at ``first``, then ``every`` so often."""
    words = text.split()
    times = np.arange(first, seconds, every)
    partials = tuple((float(at), " ".join(words[: max(1, round(len(words) * at / seconds))])) for at in times)
    return Line(text, delay, partials)


@dataclass(slots=True)
class ScriptedRecogniser:
    """Understands utterance n as line n of ``script``; beyond it, nothing. All ears read on in the same script.

    With ``again``, each call starts at the beginning.
    """

    script: Sequence[Line] = ()
    again: bool = False
    name: str = "scripted"
    asked: list[Hints] = field(default_factory=list)
    """The hints of each utterance so far."""
    _next: int = 0

    def listen(
        self,
        language: str,  # noqa: ARG002 - the port's
        hints: Callable[[], Hints],
        report: Callable[[Heard | HearingFailed], None],
    ) -> Listening:
        """Open an ear."""
        if self.again:
            lines = iter(self.script)
            return _ScriptedEar(lambda: next(lines, Line("", 0.0)), self._note(hints), report)
        return _ScriptedEar(self._line, self._note(hints), report)

    def _note(self, hints: Callable[[], Hints]) -> Callable[[], None]:
        return lambda: self.asked.append(hints())

    def _line(self) -> Line:
        line = self.script[self._next] if self._next < len(self.script) else Line("", 0.0)
        self._next += 1
        return line


class _ScriptedEar:
    def __init__(
        self, lines: Callable[[], Line], note: Callable[[], None], report: Callable[[Heard | HearingFailed], None]
    ) -> None:
        self._lines = lines
        self._note = note
        self._report = report
        self._line = Line("", 0.0)
        self._heard = 0
        self._told = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self._cancel()
        self._note()
        self._line, self._heard, self._told = self._lines(), 0, 0

    def hear(self, samples: Samples) -> None:
        self._heard += len(samples)
        while self._told < len(self._line.partials) and self._heard >= self._line.partials[self._told][0] * RATE:
            text = self._line.partials[self._told][1]
            self._told += 1
            self._report(Heard(text, final=False, confidence=self._line.confidence))

    def pause(self) -> None:
        self._cancel()
        if self._line.delay is not None:
            self._timer = asyncio.get_running_loop().call_later(self._line.delay, self._tell)

    def close(self) -> None:
        self._cancel()
        self._line = Line("", None)

    def _tell(self) -> None:
        line = self._line
        if line.fails:
            self._report(HearingFailed(Unavailable("the script says so")))
        else:
            self._report(Heard(line.text, final=True, confidence=line.confidence if line.text else 0.0))

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@dataclass(slots=True)
class ScriptedVoice:
    """Speaks a tone of constant level, so long as the text is. ``fails`` are texts that raise Unavailable.

    The first piece comes after ``first`` seconds, then ``piece`` seconds of audio every ``every`` seconds.
    """

    first: float = 0.15
    piece: float = 0.1
    every: float = 0.02
    per_character: float = 0.06
    level: int = 8000
    frequency: float = 400.0
    fails: frozenset[str] = frozenset()
    name: str = "scripted"
    said: list[str] = field(default_factory=list)
    """What it was asked to say."""
    abandoned: list[str] = field(default_factory=list)
    """What it did not finish."""

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield the tone. Closing abandons the rest."""
        self.said.append(text)
        finished = False
        try:
            await asyncio.sleep(self.first)
            if text in self.fails:
                raise Unavailable("the script says so")
            length = round(self.duration(text, voice.speed) * RATE)
            step = round(self.piece * RATE)
            for start in range(0, length, step):
                if start:
                    await asyncio.sleep(self.every)
                yield self._tone(start, min(start + step, length))
            finished = True
        finally:
            if not finished:
                self.abandoned.append(text)

    def duration(self, text: str, speed: float = 1.0) -> float:
        """Return how long ``text`` takes, in seconds."""
        return len(text) * self.per_character / speed

    def _tone(self, start: int, end: int) -> Samples:
        phase = 2 * np.pi * self.frequency / RATE * np.arange(start, end)
        tone: Samples = (self.level * np.sin(phase)).astype(np.int16)
        return tone


@dataclass(slots=True)
class ScriptedBrain:
    """Answers by the first keyword that is in what the caller said; ``""`` is the answer to everything else.

    The first word of a reply takes ``first`` seconds, every further one ``per_word``. An answer in several sentences is said
    sentence by sentence; ``goodbye`` are keywords after whose answer the call ends.
    """

    replies: Mapping[str, str]
    greeting: str = ""
    first: float = 0.3
    per_word: float = 0.015
    goodbye: frozenset[str] = frozenset()
    expecting: Expecting = field(default_factory=lambda: Expecting(Hints("")))
    prompts: list[Prompt] = field(default_factory=list)
    """What it was asked."""
    closed: int = 0
    """How many replies were not wanted to their end."""

    async def reply(
        self,
        prompt: Prompt,
        heard: Sequence[Utterance],  # noqa: ARG002 - the port's
    ) -> AsyncGenerator[ReplyPart, None]:
        """Say what the script says."""
        self.prompts.append(prompt)
        keyword, text = self._choose(prompt)
        finished = False
        try:
            wait = self.first
            for sentence in _sentences(text):
                await asyncio.sleep(wait + self.per_word * (len(sentence.split()) - 1))
                wait = self.per_word
                yield Say(sentence)
            if keyword in self.goodbye:
                yield EndCall()
            finished = True
        finally:
            self.closed += not finished

    def branch(self, errands: Errands) -> "ScriptedBrain":  # noqa: ARG002 - it has no tools
        """Return a copy; what it is asked is noted with what this one was."""
        return replace(self)

    def _choose(self, prompt: Prompt) -> tuple[str, str]:
        match prompt:
            case CallOpened():
                return "", self.greeting
            case CallerSaid(text):
                words = text.lower()
                keyword = next((key for key in self.replies if key and key in words), "")
                return keyword, self.replies.get(keyword, "")
            case _:
                return "", self.replies.get("", "")


Bit = str | ToolWanted | SwitchroomError | float
"""Of a model's answer: text, a tool it wants, what it fails with, or seconds in which it writes nothing."""


@dataclass(slots=True)
class ScriptedModel:
    """Answers request n with line n of ``script``; beyond it, with nothing."""

    script: Sequence[Sequence[Bit]] = ()
    name: str = "scripted"
    asks: list[Ask] = field(default_factory=list)
    """What it was asked."""
    closed: int = 0
    """How many answers were not wanted to their end."""

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Write what the script says."""
        self.asks.append(ask)
        number = len(self.asks) - 1
        finished = False
        try:
            for bit in self.script[number] if number < len(self.script) else ():
                match bit:
                    case str():
                        yield Wrote(bit)
                    case ToolWanted():
                        yield bit
                    case SwitchroomError():
                        raise bit
                    case float() | int():
                        await asyncio.sleep(bit)
            yield Spent(self.name, len(str(ask)) // 4, 10)
            finished = True
        finally:
            self.closed += not finished


def _sentences(text: str) -> Iterable[str]:
    return [
        part.strip()
        for part in text.replace("? ", "?|").replace(". ", ".|").replace("! ", "!|").split("|")
        if part.strip()
    ]

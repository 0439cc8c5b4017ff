"""What a scripted caller says and when which word of it is said, so that a scripted recogniser knows what it can have heard."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.rehearsal import sound
from switchroom.rehearsal.steps import MakeSound, Pause, SayLine

LETTER = 0.065
"""Seconds that a letter takes to say, the space between two words included."""
_LEAST = 0.35  # seconds; a shorter voice is hardly one


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or with ``whole`` everything the recogniser guesses so far; times are seconds since the line began."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Line:
    """Something the caller says: its sound, its words, and how the recogniser takes it. ``began`` is in the loop's time."""

    text: str
    samples: Samples
    words: tuple[Word, ...]
    guesses: tuple[Word, ...] = ()
    confidence: float = 1.0
    final: float = 0.15
    unheard: bool = False
    began: float = 0.0
    hang_up: float | None = None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE

    def starting(self, now: float) -> "Line":
        """Return the line as it is said from ``now`` on."""
        return replace(self, began=now)


@dataclass(slots=True)
class Spoken:
    """All lines of a call so far."""

    lines: list[Line] = field(default_factory=list)


def text_of(step: SayLine) -> str:
    """Return a line as people read it; its pauses are dots."""
    if isinstance(step.say, str):
        return step.say
    return " ".join("..." if isinstance(part, Pause) else part for part in step.say)


def synthetic(step: SayLine | MakeSound) -> Line:
    """Return a line in the voice that needs no engine."""
    if isinstance(step, MakeSound):
        samples = sound.voice(step.seconds)
        words = (Word("mhm", 0.0, step.seconds),) if step.sound == "mhm" else ()
        return Line(f"({step.sound})", samples, words)
    parts = [part if isinstance(part, Pause) else _spoken_for(part, step) for part in _parts(step)]
    return assembled(step, [_silence(part) if isinstance(part, Pause) else sound.voice(part) for part in parts])


def assembled(step: SayLine, sounds: Sequence[Samples]) -> Line:
    """Return a line of one sound for each of its parts, words and pauses in turn."""
    spans, at = [], 0.0
    for part, samples in zip(_parts(step), sounds, strict=True):
        seconds = len(samples) / RATE
        if not isinstance(part, Pause):
            spans.append((part, at, at + seconds))
        at += seconds
    words = _words(spans) if step.heard is None else _heard_instead(step.heard, spans)
    return Line(
        text=text_of(step),
        samples=sound.amplified(np.concatenate(sounds), step.level),
        words=words,
        guesses=_guesses(step.partials, at),
        confidence=step.confidence,
        final=step.final,
        unheard=step.unheard,
        hang_up=step.hang_up,
    )


def _parts(step: SayLine) -> tuple[str | Pause, ...]:
    return (step.say,) if isinstance(step.say, str) else step.say


def _spoken_for(text: str, step: SayLine) -> float:
    """Return how long a part of the line takes."""
    if step.seconds is None:
        return max(len(text) * LETTER, _LEAST)
    letters = sum(len(part) for part in _parts(step) if isinstance(part, str))
    pauses = sum(part.pause for part in _parts(step) if isinstance(part, Pause))
    return max((step.seconds - pauses) * len(text) / max(letters, 1), 0.1)


def _silence(pause: Pause) -> Samples:
    return np.zeros(round(pause.pause * RATE), np.int16)


def _words(spans: Sequence[tuple[str, float, float]]) -> tuple[Word, ...]:
    found: list[Word] = []
    for text, start, end in spans:
        said = text.split()
        letter = (end - start) / max(sum(len(word) + 1 for word in said), 1)
        at = start
        for word in said:
            found.append(Word(word, at, at + letter * (len(word) + 1)))
            at = found[-1].end
    return tuple(found)


def _heard_instead(heard: str, spans: Sequence[tuple[str, float, float]]) -> tuple[Word, ...]:
    """Spread what the recogniser makes of a line over the time in which something is said."""
    words = heard.split()
    total = sum(end - start for _, start, end in spans)
    shares = [(end - start) / total for _, start, end in spans]
    found: list[Word] = []
    for share, (_, start, end) in zip(shares, spans, strict=True):
        count = len(words) - len(found) if (start, end) == spans[-1][1:] else round(share * len(words))
        found += _words([(" ".join(words[len(found) : len(found) + count]), start, end)])
    return tuple(found)


def _guesses(partials: Sequence[str], seconds: float) -> tuple[Word, ...]:
    step = seconds / max(len(partials), 1)
    return tuple(Word(text, index * step, (index + 0.5) * step) for index, text in enumerate(partials))

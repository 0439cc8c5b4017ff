"""A recogniser that knows what the caller said: it understands those words whose sound it was really given.

Each piece of sound that it gets covers a stretch of time; a word counts once its middle lies in such a stretch. So what voice
detection misses is not understood, and what the caller did not get to say before they were gone is not either.
"""

import asyncio
from collections.abc import Callable

from switchroom.errors import Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.rehearsal.lines import Line, Spoken, Word

LAG = 0.15
"""Seconds by which a guess is behind the voice."""

Report = Callable[[Heard | HearingFailed], None]


class KnowingRecogniser:
    """Implements ports.SpeechToText for one call."""

    name = "scripted"

    def __init__(self, spoken: Spoken) -> None:
        self._spoken = spoken

    def listen(self, language: str, hints: Callable[[], Hints], report: Report) -> Listening:  # noqa: ARG002
        """Open an ear."""
        return _Ear(self._spoken, report)


class _Ear:
    def __init__(self, spoken: Spoken, report: Report) -> None:
        self._spoken = spoken
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._stretches: list[tuple[float, float]] = []
        self._before = 0.0  # what was said until then belongs to utterances that are over
        self._told = ""
        self._final: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """An utterance begins."""
        self._cancel()
        if self._stretches:
            self._before = self._stretches[-1][1]
        self._stretches, self._told = [], ""

    def hear(self, samples: Samples) -> None:
        """Take sound that ends now; tell what it seems to say."""
        now = self._loop.time()
        self._stretches.append((now - len(samples) / RATE, now))
        guess = " ".join(filter(None, (self._guess(line, now - LAG) for line in self._lines())))
        if guess and guess != self._told:
            self._told = guess
            self._report(Heard(guess, final=False, confidence=self._confidence()))

    def pause(self) -> None:
        """Tell for certain, after the time that the last line takes."""
        self._cancel()
        lines = self._lines()
        delay = lines[-1].final if lines else 0.1
        self._final = self._loop.call_later(delay, self._tell)

    def close(self) -> None:
        """Tell nothing more."""
        self._cancel()
        self._report = lambda _: None

    def _tell(self) -> None:
        if any(line.unheard for line in self._lines()):
            self._report(HearingFailed(Unavailable("the recogniser fails here: the rehearsal says so", code="stt")))
            return
        text = " ".join(word.text for line in self._lines() for word in line.words if self._covers(line, word))
        self._report(Heard(text, final=True, confidence=self._confidence() if text else 0.0))

    def _cancel(self) -> None:
        if self._final is not None:
            self._final.cancel()

    def _lines(self) -> list[Line]:
        """Return the lines of which something was heard in this utterance."""
        return [
            line for line in self._spoken.lines if any(self._covers(line, word) for word in (*line.words, _whole(line)))
        ]

    def _covers(self, line: Line, word: Word) -> bool:
        middle = line.began + (word.start + word.end) / 2
        return middle > self._before and any(start <= middle <= end for start, end in self._stretches)

    def _guess(self, line: Line, now: float) -> str:
        if line.guesses:
            return next((guess.text for guess in reversed(line.guesses) if line.began + guess.end <= now), "")
        return " ".join(word.text for word in line.words if line.began + word.end <= now and self._covers(line, word))

    def _confidence(self) -> float:
        return min((line.confidence for line in self._lines()), default=1.0)


def _whole(line: Line) -> Word:
    return Word("", 0.0, line.seconds)

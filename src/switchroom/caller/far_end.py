"""What the other side of our call says: heard by the plane's voice detection, understood by a recogniser, told with its times.

Voice that pauses for less than ``BREATH`` goes on with the same utterance. An utterance is told once: when it is over and its
words are there.
"""

import asyncio
from collections.abc import Callable

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText

BREATH = 0.6
_OVERDUE = 4.0  # words that come later than this are not waited for
_PIECE = 5  # ticks
ANYTHING = Hints("anything")

Tell = Callable[[float, float, str | None], None]
"""Told of an utterance: its start and end in the loop's time, and its words; None if nobody could understand it."""


class FarEnd:
    """The plane's listener for one call; also knows when our own speech began and ended on the wire."""

    def __init__(self, stt: SpeechToText | None, language: str, tell: Tell, expected: Hints = ANYTHING) -> None:
        self.speaking = False
        self.starts: list[float] = []
        """When each utterance began."""
        self.fell_silent: float | None = None
        """When it last fell silent; None before it ever spoke."""
        self._now = 0.0
        self._until = 0.0  # what was said until then is handed over
        self._tell = tell
        self._tick = asyncio.Event()
        self._pieces: list[Samples] = []
        self._open = False
        self._final: str | None = None
        self._ear: Listening | None = stt.listen(language, lambda: expected, self._heard) if stt is not None else None

    @property
    def silence(self) -> float:
        """Seconds since the other side last spoke; 0 while it speaks and before it ever did."""
        return 0.0 if self.speaking or self.fell_silent is None else self._now - self.fell_silent

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait until a condition holds after some tick; False if it did not within so many seconds. Safe to cancel."""
        try:
            async with asyncio.timeout(within):
                while not condition():
                    self._tick.clear()
                    await self._tick.wait()
        except TimeoutError:
            return False
        return True

    async def settle(self, within: float = _OVERDUE) -> None:
        """Wait for the words of what was said last, if they are still to come."""
        await self.until(lambda: not self._open, within)

    def close(self) -> None:
        """Tell of what is left and listen no more."""
        self._end_utterance()
        if self._ear is not None:
            self._ear.close()

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        """The other side speaks."""
        self.speaking = True
        self._final = None
        if not self._open:
            self._open = True
            self.starts.append(at)
            if self._ear is not None:
                self._ear.begin()
        else:  # what was handed over already is not handed over again
            before = before[-max(round((now - self._until) * RATE), 1) :]
        self._until = now
        self._pieces = [before.copy()]

    def voice(self, samples: Samples, now: float) -> None:
        """It goes on speaking."""
        self._until = now
        self._pieces.append(samples.copy())
        if len(self._pieces) >= _PIECE:
            self._hand_over()

    def voice_stopped(self, at: float, now: float) -> None:  # noqa: ARG002
        """It fell silent, perhaps only to breathe."""
        self.speaking = False
        self.fell_silent = at
        self._hand_over()
        if self._ear is not None:
            self._ear.pause()

    def digit(self, digit: str, now: float) -> None:
        """A key was heard; the other side is not expected to press any."""

    def playing(self, playing: bool, now: float) -> None:  # noqa: FBT001
        """Our own speech began or ended; the conversation knows."""

    def ticked(self, now: float) -> None:
        """Wake who waits, and see whether an utterance is over."""
        self._now = now
        understood = self._final is not None or self._ear is None or self.silence > _OVERDUE
        if self._open and self.silence > BREATH and understood:
            self._end_utterance()
        self._tick.set()

    def _hand_over(self) -> None:
        if self._ear is not None and self._pieces:
            self._ear.hear(np.concatenate(self._pieces))
        self._pieces = []

    def _heard(self, report: Heard | HearingFailed) -> None:
        match report:
            case Heard(text, final=True):
                self._final = text
            case HearingFailed():
                self._final = ""
            case Heard():
                pass

    def _end_utterance(self) -> None:
        if self._open and self.fell_silent is not None:
            self._open = False
            self._tell(self.starts[-1], self.fell_silent, self._final or None)

"""The agent's ears: what the plane hears of a row becomes utterances for the recogniser.

The plane says when voice starts and stops and gives the samples in between; the recogniser gets them in pieces of 100
ms, so that nothing but an append happens in most ticks. Voice that starts again before the turn was committed
continues the same utterance.
"""

from collections.abc import Callable

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText

_PIECE = 5  # ticks


class Ears:
    """Listens for one call."""

    def __init__(
        self,
        stt: SpeechToText,
        language: str,
        hints: Callable[[], Hints],
        report: Callable[[Heard | HearingFailed], None],
    ) -> None:
        self._listening: Listening = stt.listen(language, hints, report)
        self._pieces: list[Samples] = []
        self._fresh = True
        self._until = 0.0

    def start(self, before: Samples, now: float) -> None:
        """Voice started; ``before`` is what led up to it, of which nothing is handed over twice."""
        if self._fresh:
            self._listening.begin()
            self._fresh = False
        else:
            before = before[-max(round((now - self._until) * RATE), 1) :]
        self._until = now
        self._pieces = [before.copy()]

    def take(self, samples: Samples, now: float) -> None:
        """Hear 20 ms more."""
        self._until = now
        self._pieces.append(samples.copy())
        if len(self._pieces) >= _PIECE:
            self._hand_over()

    def pause(self) -> None:
        """Voice stopped: ask for the transcript."""
        if self._fresh:
            return
        self._hand_over()
        self._listening.pause()

    def committed(self) -> None:
        """The utterance became a turn (or nothing): the next voice begins a new one."""
        self._fresh = True

    def close(self) -> None:
        """Hear no more."""
        self._listening.close()

    def _hand_over(self) -> None:
        if self._pieces:
            self._listening.hear(np.concatenate(self._pieces))
            self._pieces = []

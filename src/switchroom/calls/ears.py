"""The agent's ears: what the plane hears of a row becomes utterances for the recogniser.

The plane says when voice starts and stops and gives the samples in between; the recogniser gets them in pieces of 100
ms, so that nothing but an append happens in most ticks. Voice that starts again before the turn was committed
continues the same utterance. An utterance that is cut because of its length is the exception: what follows is kept back
until it has become a turn, and is then the beginning of the next one.
"""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from switchroom.conversation.moves import OwnVoiceHeard, VoiceStarted, VoiceStopped
from switchroom.errors import Unavailable
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
        self._open: Callable[[str], Listening] = lambda language: stt.listen(language, hints, report)
        self._listening = self._open(language)
        self._other = ""
        self._pieces: list[Samples] = []
        self._fresh = True
        self._until = 0.0
        self._kept: list[VoiceStarted | VoiceStopped] | None = None  # what happened since the cut

    def start(self, before: Samples, now: float) -> bool:
        """Voice started; ``before`` is what led up to it, none of it is handed over twice. Return if it begins an utterance."""
        if fresh := self._fresh:
            self._begin()
            self._pieces = []
        else:
            before = before[-max(round((now - self._until) * RATE), 1) :]
        self._until = now
        self._pieces.append(before.copy())
        return fresh

    def take(self, samples: Samples, now: float) -> None:
        """Hear 20 ms more."""
        self._until = now
        self._pieces.append(samples.copy())
        if len(self._pieces) >= _PIECE and self._kept is None:
            self._hand_over()

    def pause(self) -> None:
        """Voice stopped: ask for the transcript."""
        if self._fresh or self._kept is not None:
            return
        self._hand_over()
        self._listening.pause()

    def cut(self, now: float) -> None:
        """Ask for the transcript although the voice goes on; keep what follows, a few seconds at most."""
        self._hand_over()
        self._kept = [VoiceStarted(now)]
        self._listening.pause()

    def keep(self, happened: VoiceStarted | VoiceStopped | OwnVoiceHeard) -> bool:
        """Return whether this belongs to what is kept, and will be told of later."""
        if self._kept is None:
            return False
        if not isinstance(happened, OwnVoiceHeard):
            self._kept.append(happened)
        return True

    def committed(self, *, goes_on: bool) -> list[VoiceStarted | VoiceStopped]:
        """The utterance became a turn (or nothing): the next voice begins a new one.

        If it was cut, the new one begins with what was kept, and what happened in it is returned. ``goes_on``: the voice
        that was cut is worth listening on to; else only one that began after it is.
        """
        kept, self._kept, self._fresh = self._kept or [], None, True
        begun = [happened for happened in kept[not goes_on :] if isinstance(happened, VoiceStarted)]
        if not begun:
            return []
        self._begin()
        self._hand_over()
        if not isinstance(kept[-1], VoiceStopped):
            return [begun[0]]
        self._listening.pause()
        return [begun[0], kept[-1]]

    def listen_in(self, language: str) -> None:
        """Listen in another language from the next utterance on, if the recogniser knows it."""
        self._other = language

    def close(self) -> None:
        """Hear no more."""
        self._listening.close()

    def _begin(self) -> None:
        if self._other:
            with suppress(Unavailable):  # then it goes on as it did
                other = self._open(self._other)
                self._listening.close()
                self._listening = other
            self._other = ""
        self._listening.begin()
        self._fresh = False

    def _hand_over(self) -> None:
        if self._pieces:
            self._listening.hear(np.concatenate(self._pieces))
            self._pieces = []

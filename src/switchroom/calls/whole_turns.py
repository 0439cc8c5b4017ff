"""A recogniser whose transcripts also tell whether the turn sounded finished.

The model hears what the recogniser hears and is asked whenever the voice falls silent. Nothing waits for it: a final
transcript that is there first goes on at once and is reported once more when the answer comes, unless the caller has
gone on by then; an answer that never comes leaves silence and words to decide.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText
from switchroom.ports.turn_end import EndOfTurn

_LONGEST = 8 * RATE

Report = Callable[[Heard | HearingFailed], None]


class WholeTurns:
    """``stt``, with a model of the ends of turns beside it."""

    def __init__(self, stt: SpeechToText, model: EndOfTurn) -> None:
        self.name = stt.name
        self._stt = stt
        self._model = model

    def listen(self, language: str, hints: Callable[[], Hints], report: Report) -> Listening:
        """See SpeechToText."""
        ear = _Ear(self._model, report)
        ear.open(self._stt.listen(language, hints, ear.report))
        return ear


class _Ear:
    def __init__(self, model: EndOfTurn, report: Report) -> None:
        self._model = model
        self._tell = report
        self._sound: deque[Samples] = deque()
        self._length = 0
        self._asked = 0
        self._owed = 0  # finals that were asked for and have not come
        self._likely: float | None = None
        self._final: Heard | None = None
        self._closed = False

    def open(self, listening: Listening) -> None:
        """Hear through this one."""
        self._listening = listening

    def begin(self) -> None:
        """See Listening."""
        self._sound.clear()
        self._length = self._owed = 0
        self._forget()
        self._listening.begin()

    def hear(self, samples: Samples) -> None:
        """See Listening."""
        self._forget()
        self._sound.append(samples)
        self._length += len(samples)
        while self._length - len(self._sound[0]) >= _LONGEST:
            self._length -= len(self._sound.popleft())
        self._listening.hear(samples)

    def pause(self) -> None:
        """See Listening."""
        asked = self._asked
        self._owed += 1
        if self._sound:
            sound = np.concatenate(self._sound)[-_LONGEST:]
            self._model.judge(sound, lambda likely: self._judged(asked, likely))
        self._listening.pause()

    def close(self) -> None:
        """See Listening."""
        self._closed = True
        self._listening.close()

    def report(self, report: Heard | HearingFailed) -> None:
        """Pass on what the recogniser reports."""
        if isinstance(report, Heard) and report.final:
            self._owed = max(0, self._owed - 1)
            if self._owed == 0:
                report = self._final = replace(report, whole=self._likely)
        self._tell(report)

    def _judged(self, asked: int, likely: float) -> None:
        if asked != self._asked or self._closed:
            return  # they have gone on
        self._likely = likely
        if self._final is not None:
            self._tell(replace(self._final, whole=likely))

    def _forget(self) -> None:
        self._asked += 1
        self._likely = self._final = None

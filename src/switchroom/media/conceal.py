"""What is heard while nothing arrives: the last pitch period again and again, fading to silence within 60 ms.

The first period is joined to what was heard by a short ramp of the difference, and the return of the real voice by a
cross-fade. All rows that miss a frame in a tick are filled together.
"""

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import FRAME, RATE
from switchroom.media.recent import Recent
from switchroom.media.voice_network import Rows

_SHORTEST = RATE * 25 // 10_000  # 400 Hz
_LONGEST = RATE * 15 // 1000  # 67 Hz
_TEMPLATE = RATE * 10 // 1000
_LOOK_BACK = _TEMPLATE + _LONGEST + 1
_FADE = RATE * 60 // 1000
_RAMP: npt.NDArray[np.float32] = 1 - (np.arange(32, dtype=np.float32) + 1) / np.float32(33)
_RETURN = RATE * 4 // 1000
_IN: npt.NDArray[np.float32] = (np.arange(_RETURN, dtype=np.float32) + 1) / np.float32(_RETURN + 1)
_NEVER = 1 << 20  # samples concealed so far, of a row that has not been heard yet: far beyond the fade


class Concealer:
    """Conceals up to ``rows`` rows."""

    def __init__(self, rows: int) -> None:
        self._gone = np.full(rows, _NEVER, np.int32)  # samples since the row was last heard
        self._period = np.ones(rows, np.int32)
        self._cycle = np.zeros((rows, _LONGEST), np.float32)
        self.concealed = 0

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        more = (0, rows - len(self._gone))
        self._gone = np.pad(self._gone, more, constant_values=_NEVER)
        self._period = np.pad(self._period, more, constant_values=1)
        self._cycle = np.pad(self._cycle, (more, (0, 0)))

    def reset(self, row: int) -> None:
        """Begin anew: nothing was heard yet."""
        self._gone[row] = _NEVER

    def fill(self, recent: Recent, missing: Rows) -> Rows:
        """Write what the ``missing`` rows are heard saying in this tick; return those that are not silent by now."""
        gone = self._gone[missing]
        fading = missing[gone < _FADE]
        fresh = missing[gone == 0]
        if len(fresh):
            self._learn(recent, fresh)
        if len(fading):
            recent.back(FRAME, 0)[fading] = np.rint(self._continuation(fading, FRAME))
            self.concealed += len(fading)
        if len(fresh):
            self._join(recent, fresh)
        self._gone[missing] = np.minimum(gone + FRAME, _NEVER)
        return fading

    def welcome(self, recent: Recent, present: Rows) -> None:
        """Blend in the rows that are heard again."""
        back = present[self._gone[present] > 0]
        if len(back):
            frame = recent.back(FRAME, FRAME - _RETURN)
            frame[back] = np.rint(frame[back] * _IN + self._continuation(back, _RETURN) * (1 - _IN))
            self._gone[back] = 0

    def _learn(self, recent: Recent, rows: Rows) -> None:
        """Find each row's pitch period: the lag at which its last 10 ms resemble what was before them most."""
        past = recent.back(FRAME + _LOOK_BACK, FRAME)[rows].astype(np.float32)
        template = past[:, -_TEMPLATE:]
        windows = np.lib.stride_tricks.sliding_window_view(past[:, 1:-_SHORTEST], _TEMPLATE, axis=1)
        likeness = np.einsum("rlt,rt->rl", windows, template)
        energy = np.einsum("rlt,rlt->rl", windows, windows)
        score = likeness / np.sqrt(energy + 1)
        period = _LONGEST - np.argmax(score, axis=1)
        self._period[rows] = period
        for row, length, samples in zip(rows, period, past, strict=True):
            self._cycle[row, :length] = samples[-length:]

    def _join(self, recent: Recent, rows: Rows) -> None:
        frame = recent.back(FRAME, FRAME - len(_RAMP))
        last = recent.back(FRAME + 1, FRAME)[rows].astype(np.float32)
        before_cycle = recent.back(FRAME + _LOOK_BACK, FRAME)[rows, _LOOK_BACK - 1 - self._period[rows]].astype(
            np.float32
        )
        step = last - before_cycle[:, None]
        frame[rows] = np.clip(np.rint(frame[rows] + step * _RAMP), -32768, 32767)

    def _continuation(self, rows: Rows, length: int) -> npt.NDArray[np.float32]:
        elapsed = self._gone[rows][:, None] + np.arange(length)
        gain = np.clip(1 - elapsed / np.float32(_FADE), 0, 1)
        return np.asarray(self._cycle[rows[:, None], elapsed % self._period[rows][:, None]] * gain, np.float32)

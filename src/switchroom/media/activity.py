"""When each row began and ceased to speak, from the probability of each of its windows.

    row        window                                    row        told
    quiet      p >= 0.5, ``windows_to_start`` in a row   speaking   started, at the true onset
    alert      0.25 takes the place of both
    speaking   p < 0.35, three in a row (about 100 ms)   quiet      stopped, at the true end

A window says *speech* some time after speech began, and for a while after it ended; the network's ``lags`` are taken off.
A row is *alert* while its party is spoken to: to fall silent for nothing costs little then, to talk on costs much. The
network goes deaf after long music: a quiet row whose last five windows were below 0.1 is made to forget, every second
at most. All rows that have a window are judged at once.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from switchroom.media.voice_network import Lags, Rows

ONSET = 0.5
ALERT = 0.25
"""On speech of a telephone the 95th percentile of the onset is halved, and noise without a voice stays below."""
OFFSET = 0.35
_SILENT_WINDOWS = 3
_CALM = 0.1
_CALM_WINDOWS = 5
_RESET_EVERY = 1.0

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Rows that began to speak, that fell silent, and whose network should forget; ``at`` in :class:`Activity` says since when."""

    started: Rows
    stopped: Rows
    stale: Rows


class Activity:
    """The state of up to ``rows`` rows."""

    def __init__(self, rows: int, lags: Lags | None = None, *, windows_to_start: int = 1) -> None:
        self._lags = lags or Lags()
        self._windows_to_start = windows_to_start
        self.speaking = np.zeros(rows, np.bool_)
        self.at: Times = np.zeros(rows, np.float64)
        """Speaking rows: when they began; quiet rows: when they ended."""
        self.alert = np.zeros(rows, np.bool_)
        """Whether a row's party is being spoken to."""
        self._last: Times = np.zeros(rows, np.float64)  # end of the last window with speech
        self._run = np.zeros(rows, np.int32)  # windows in a row that speak against the state
        self._calm = np.zeros(rows, np.int32)
        self._reset_at: Times = np.zeros(rows, np.float64)

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        more = (0, rows - len(self.speaking))
        self.speaking = np.pad(self.speaking, more)
        self.alert = np.pad(self.alert, more)
        self.at = np.pad(self.at, more)
        self._last = np.pad(self._last, more)
        self._run = np.pad(self._run, more)
        self._calm = np.pad(self._calm, more)
        self._reset_at = np.pad(self._reset_at, more)

    def reset(self, row: int) -> None:
        """Begin anew: quiet."""
        self.speaking[row] = self.alert[row] = False
        self.at[row] = self._last[row] = self._reset_at[row] = 0
        self._run[row] = self._calm[row] = 0

    def judge(self, probabilities: npt.NDArray[np.float32], rows: Rows, ends: Times) -> Verdict:
        """Take one window of each of ``rows``; ``ends`` is when each window ended."""
        speaking = self.speaking[rows]
        usual = np.where(speaking, OFFSET, ONSET)
        speech = probabilities >= np.where(self.alert[rows], np.minimum(usual, ALERT), usual)
        run = np.where(speech != speaking, self._run[rows] + 1, 0)
        turned = run >= np.where(speaking, _SILENT_WINDOWS, self._windows_to_start)
        self._run[rows] = np.where(turned, 0, run)
        self._last[rows[speech]] = ends[speech]
        started, stopped = rows[turned & ~speaking], rows[turned & speaking]
        if len(started):
            self.speaking[started] = True
            lag = np.where(self.alert[started], self._lags.alert, self._lags.onset)
            self.at[started] = ends[turned & ~speaking] - lag - 0.032 * (self._windows_to_start - 1)
        if len(stopped):
            self.speaking[stopped] = False
            self.at[stopped] = self._last[stopped] - self._lags.tail
        return Verdict(started, stopped, self._stale(probabilities, rows, ends))

    def _stale(self, probabilities: npt.NDArray[np.float32], rows: Rows, ends: Times) -> Rows:
        calm = np.where(probabilities < _CALM, self._calm[rows] + 1, 0)
        self._calm[rows] = calm
        due = (calm >= _CALM_WINDOWS) & (ends - self._reset_at[rows] >= _RESET_EVERY) & ~self.speaking[rows]
        stale = rows[due]
        if len(stale):
            self._reset_at[stale] = ends[due]
        return stale

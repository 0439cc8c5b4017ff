"""Who speaks: windows for the network are cut from the rows' recent past, and its answers become voice started and
stopped.

A tick is 320 samples and a window 512, so rows are spread over eight phases of 64 samples: every tick five of the
eight have a window due, and the work is the same in each tick. Every window is asked about: passing over quiet ones
would save a quarter of the tick, but was found to move decisions on quiet speech.
"""

import numpy as np
import numpy.typing as npt

from switchroom.media.activity import Activity, Verdict
from switchroom.media.frame import FRAME, RATE
from switchroom.media.recent import Recent
from switchroom.media.voice_network import WINDOW, Rows, VoiceNetwork

_PHASES = 8
_STEP = WINDOW // _PHASES
_NOBODY: Rows = np.empty(0, np.intp)
_NOTHING = Verdict(_NOBODY, _NOBODY, _NOBODY)


class Watch:
    """Watches some of up to ``rows`` rows."""

    def __init__(self, rows: int, network: VoiceNetwork) -> None:
        self._network = network
        self.activity = Activity(rows, network.lags)
        self.power = np.zeros(rows, np.float32)
        """Mean square of each row's last window; 1.0 is full scale."""
        self.asked = 0
        self._windows = np.empty((rows, WINDOW), np.float32)
        self._groups: list[Rows] = [_NOBODY] * _PHASES
        self._ticks = 0

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        self._network.grow(rows)
        self.activity.grow(rows)
        self.power = np.pad(self.power, (0, rows - len(self.power)))
        self._windows = np.empty((rows, WINDOW), np.float32)

    def reset(self, row: int) -> None:
        """Begin anew with a row, after its recent past was silenced."""
        alone = np.array([row], np.intp)
        self._network.probabilities(np.zeros((1, WINDOW), np.float32), alone)  # so that the next window follows silence
        self._network.reset(alone)
        self.activity.reset(row)
        self.power[row] = 0

    def follow(self, rows: Rows) -> None:
        """Watch exactly these rows from now on."""
        self._groups = [rows[rows % _PHASES == phase] for phase in range(_PHASES)]

    def tick(self, recent: Recent, now: float) -> Verdict:
        """Judge all windows that this tick completed."""
        rows, ends = self._cut(recent, now)
        if len(rows) == 0:
            return _NOTHING
        windows = self._windows[: len(rows)]
        self.asked += len(rows)
        self.power[rows] = np.einsum("ij,ij->i", windows, windows) / WINDOW
        verdict = self.activity.judge(self._network.probabilities(windows, rows), rows, ends)
        if len(verdict.stale):
            self._network.reset(verdict.stale)
        return verdict

    def _cut(self, recent: Recent, now: float) -> tuple[Rows, npt.NDArray[np.float64]]:
        """Fill the windows; return whose they are and when they ended."""
        self._ticks += 1
        rows: list[Rows] = []
        ends: list[npt.NDArray[np.float64]] = []
        filled = 0
        for phase, group in enumerate(self._groups):
            late = (self._ticks * FRAME - phase * _STEP) % WINDOW
            if late < FRAME and len(group):
                target = self._windows[filled : filled + len(group)]
                np.multiply(recent.back(WINDOW + late, late)[group], np.float32(1 / 32768), out=target)
                filled += len(group)
                rows.append(group)
                ends.append(np.full(len(group), now - late / RATE))
        return (np.concatenate(rows), np.concatenate(ends)) if rows else (_NOBODY, np.empty(0))

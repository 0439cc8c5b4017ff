"""The last half second of every row.

One int16 matrix into which each tick writes its column block; when it is full, the newest half slides to the front.
So any row's recent past is one contiguous slice: what led up to a voice, a window for the network, a tone's block.
"""

import numpy as np

from switchroom.media.frame import FRAME, Samples

KEPT = 25 * FRAME
"""Samples that can be looked back."""

_SIZE = 2 * KEPT


class Recent:
    """Room for ``rows`` rows. Views are good until the next tick."""

    def __init__(self, rows: int) -> None:
        self._samples: Samples = np.zeros((rows, _SIZE), np.int16)
        self._end = KEPT

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        self._samples = np.pad(self._samples, ((0, rows - len(self._samples)), (0, 0)))

    def reset(self, row: int) -> None:
        """Silence a row's past."""
        self._samples[row] = 0

    def advance(self) -> Samples:
        """Begin a tick: return its ``[rows, FRAME]``, silent, to be written."""
        if self._end == _SIZE:
            self._samples[:, :KEPT] = self._samples[:, KEPT:]
            self._end = KEPT
        self._end += FRAME
        frame = self._samples[:, self._end - FRAME : self._end]
        frame.fill(0)
        return frame

    def back(self, start: int, stop: int) -> Samples:
        """Return ``[rows, start - stop]``: from ``start`` samples before the end of this tick to ``stop`` before it."""
        return self._samples[:, self._end - start : self._end - stop]

    def all_of(self, row: int) -> Samples:
        """Return a copy of all that is kept of a row."""
        return self._samples[row, self._end - KEPT : self._end].copy()

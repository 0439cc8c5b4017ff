"""What the plane asks a voice activity network."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

WINDOW = 512
"""Samples per question at 16 kHz: 32 ms."""

SETTLED = 94
"""Windows of silence after which a network's memory is that of a quiet line: what ``reset`` goes back to."""

Windows = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Lags:
    """How late a network is, in seconds: medians on speech of a telephone, measured."""

    onset: float = 0.044
    """The end of the first window that says speech, after the true onset."""
    alert: float = 0.03
    """The same where a lower threshold is asked for."""
    tail: float = 0.1
    """The end of the last window that says speech, after the true end."""


class VoiceNetwork(Protocol):
    """Says how likely each of many rows speaks. It remembers each row's past, so a row's windows come in order and without gaps."""

    @property
    def lags(self) -> Lags: ...

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        """Return ``[n]`` for ``[n, WINDOW]`` samples between -1 and 1; ``rows`` are distinct."""
        ...

    def reset(self, rows: Rows) -> None:
        """Forget what these rows said; the last samples are kept as the beginning of the next window."""
        ...

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        ...

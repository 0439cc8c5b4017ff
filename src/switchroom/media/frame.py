"""The shape of audio inside Switchroom.

Everything between two ticks is 20 ms of mono 16-bit PCM at 16 kHz: ``FRAME`` samples. A leg may carry another
encoding on its wire; the plane converts whole groups of legs at once, so a leg only gives and takes ``payload_size``
bytes.
"""

from enum import Enum

import numpy as np
import numpy.typing as npt

TICK = 0.02
"""Seconds between two ticks of the media plane."""

RATE = 16_000
"""Samples per second inside the plane."""

FRAME = 320
"""Samples per tick at :data:`RATE`."""

Samples = npt.NDArray[np.int16]
"""Mono PCM at :data:`RATE` unless a rate is given beside it; one-dimensional, or ``[rows, FRAME]`` for a batch."""


class Encoding(Enum):
    """What 20 ms look like on a leg's wire: (name, samples per second, bytes per tick)."""

    PCMU = ("PCMU", 8_000, 160)
    PCMA = ("PCMA", 8_000, 160)
    L16_8K = ("L16", 8_000, 320)
    L16_16K = ("L16", 16_000, 640)

    def __init__(self, label: str, rate: int, payload_size: int) -> None:
        self.label = label
        self.rate = rate
        self.payload_size = payload_size

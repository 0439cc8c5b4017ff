"""What a synthesiser gives, made fit for a call: no long silence around it, every voice equally loud.

Works on pieces as they come. Silence at the beginning is dropped but for a moment, silence inside is kept back until
something follows it, so that what is at the end can be dropped. The gain of a voice is found out once from a test
sentence.
"""

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.providers.local.conditioning import level

LEVEL = -20.0
"""dBFS RMS of speech."""

HEAD = int(0.03 * RATE)
TAIL = int(0.1 * RATE)
_CEILING = 30_000.0
_QUIET = 0.004
"""Of full scale, after the gain (-48 dBFS): below it is silence."""

TEST_SENTENCE = "Good morning, the table is booked for half past seven."


def gain_of(samples: Samples) -> float:
    """Return what ``samples`` must be multiplied with to be at :data:`LEVEL`."""
    loud = level(samples)
    return 32768 * 10 ** (LEVEL / 20) / loud if loud > 1 else 1.0


class Master:
    """One sentence on its way out."""

    def __init__(self, gain: float) -> None:
        self._gain = gain
        self._held = np.zeros(0, np.int16)
        self._begun = False

    def push(self, piece: Samples) -> Samples:
        """Take a piece; return what can be played by now (often nothing)."""
        held = np.concatenate([self._held, self._amplify(piece)])
        loud = np.flatnonzero(np.abs(held.astype(np.int32)) > _QUIET * 32768)
        if len(loud) == 0:
            self._held = held if self._begun else held[-HEAD:]
            return held[:0]
        start = 0 if self._begun else max(0, int(loud[0]) - HEAD)
        self._begun = True
        cut = int(loud[-1]) + 1
        self._held = held[cut:]
        return held[start:cut]

    def finish(self) -> Samples:
        """Return the silence that belongs to the end."""
        return self._held[:TAIL] if self._begun else self._held[:0]

    def _amplify(self, piece: Samples) -> Samples:
        loud = piece.astype(np.float32) * np.float32(self._gain)
        knee = _CEILING * 0.7
        over = np.abs(loud) > knee
        if over.any():  # bend what would clip, instead of cutting it off
            bent = knee + (_CEILING - knee) * np.tanh((np.abs(loud[over]) - knee) / (_CEILING - knee))
            loud[over] = np.sign(loud[over]) * bent
        amplified: Samples = np.rint(loud).astype(np.int16)
        return amplified

"""Comfort noise (RFC 3389): a phone that sends nothing while nobody speaks says how quiet it is there, and that is heard.

Only the level is taken; the noise is white. It is never louder than a quiet room, whatever is asked for.
"""

from functools import lru_cache

import numpy as np

from switchroom.media.band import encode
from switchroom.media.frame import Encoding

_LOUDEST, _FAINTEST = 40, 90  # dB below full scale
_UNSAID = 65
_FRAMES = 50
_SEED = 3389


class ComfortNoise:
    """The noise of one stream; silent until ``begin``."""

    def __init__(self, encoding: Encoding) -> None:
        self.sounds = False
        """Whether the party is silent and said so."""
        self._encoding = encoding
        self._level = _UNSAID
        self._at = 0

    def begin(self, payload: bytes) -> None:
        """Take a packet of comfort noise: its first byte is the level (section 3.1)."""
        self._level = min(max(payload[0] & 0x7F, _LOUDEST), _FAINTEST) if payload else _UNSAID
        self.sounds = True

    def end(self) -> None:
        """The party speaks again."""
        self.sounds = False

    def next(self) -> bytes:
        """Return 20 ms of it."""
        self._at = (self._at + 1) % _FRAMES
        return _noise(self._encoding, self._level)[self._at]


@lru_cache(maxsize=64)
def _noise(encoding: Encoding, level: int) -> tuple[bytes, ...]:
    """Return a second of noise; levels are few, so it is made once for all calls."""
    loudness = 32767 * 10 ** (-level / 20)
    samples = np.random.default_rng(_SEED).normal(0, loudness, (_FRAMES, encoding.rate // 50))
    frames = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return tuple(encode(encoding, frame) for frame in frames)

"""Keys in the sound: the two tones of a pressed key, found and made.

Every 10 ms the last 25.6 ms of each row that is loud enough are compared with the eight frequencies by one matrix
product. A key is told when two such blocks in a row hold one strong tone of each group and hardly anything else, and
it is over when two do not; so keys of 40 ms with pauses of 40 ms are found, and speech, whose energy lies at more
than two frequencies, is not taken for keys.
"""

import numpy as np
import numpy.typing as npt

from switchroom.errors import Invalid
from switchroom.media.frame import FRAME, RATE, Samples
from switchroom.media.recent import Recent
from switchroom.media.voice_network import Rows

KEYS = "123A456B789C*0#D"  # row by row of the keypad
_LOW = (697.0, 770.0, 852.0, 941.0)
_HIGH = (1209.0, 1336.0, 1477.0, 1633.0)

_BLOCK = 410
_HOP = RATE // 100
_BLOCKS_TO_START = 2
_BLOCKS_TO_END = 2
_FAINTEST = 0.01  # amplitude of each tone; 1.0 is full scale
_PURE = 0.8  # share of the block's energy in its two tones
_AHEAD = 10 ** (7 / 10)  # power of a tone over the next in its group
_TWIST = (10 ** (-9 / 10), 10 ** (6 / 10))  # power of the high tone over the low one
_HALF = 0.25  # power of a block, over the key's strongest, below which the key is no longer held
_NO_KEY = -1

Keys = npt.NDArray[np.int16]
Powers = npt.NDArray[np.float32]


def _bank() -> npt.NDArray[np.float32]:
    """Return ``[_BLOCK, 48]``: cosines, then sines, scaled so that the sum of squares is the power of the tone.

    A telephone may be off by 1.5 %, so each tone is looked for at three places.
    """
    places = np.outer((0.99, 1.0, 1.01), _LOW + _HIGH).reshape(-1)
    angle = 2 * np.pi * np.arange(_BLOCK)[:, None] * places[None, :] / RATE
    return np.asarray(np.hstack([np.cos(angle), np.sin(angle)]) * (np.sqrt(2) / _BLOCK), np.float32)


_BANK = _bank()


class DigitDetector:
    """Listens to up to ``rows`` rows."""

    def __init__(self, rows: int) -> None:
        self._held = np.full(rows, _NO_KEY, np.int16)  # the key that was told and is still pressed
        self._seen = np.full(rows, _NO_KEY, np.int16)  # the key in the last block
        self._run = np.zeros(rows, np.int16)  # blocks in a row with that key
        self._misses = np.zeros(rows, np.int16)  # blocks in a row without the held key
        self._strongest = np.zeros(rows, np.float32)

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        more = (0, rows - len(self._held))
        self._held = np.pad(self._held, more, constant_values=_NO_KEY)
        self._seen = np.pad(self._seen, more, constant_values=_NO_KEY)
        self._run = np.pad(self._run, more)
        self._misses = np.pad(self._misses, more)
        self._strongest = np.pad(self._strongest, more)

    def reset(self, row: int) -> None:
        """Begin anew: no key."""
        self._held[row] = self._seen[row] = _NO_KEY
        self._run[row] = self._misses[row] = 0
        self._strongest[row] = 0

    def tick(self, recent: Recent, rows: Rows) -> list[tuple[int, str]]:
        """Return (row, key) for each key that was newly found in this tick of ``rows``."""
        loud = recent.back(FRAME, 0)[rows].max(axis=1, initial=0) > _FAINTEST * 32768
        rows = rows[loud | (self._held[rows] != _NO_KEY) | (self._seen[rows] != _NO_KEY)]
        if len(rows) == 0:
            return []
        blocks = [recent.back(_BLOCK + late, late)[rows] for late in (_HOP, 0)]
        keys, powers = _keys(np.concatenate(blocks))
        if (keys == _NO_KEY).all() and (self._held[rows] == _NO_KEY).all() and (self._seen[rows] == _NO_KEY).all():
            return []
        first, second = len(rows), 2 * len(rows)
        return self._judge(keys[:first], powers[:first], rows) + self._judge(keys[first:second], powers[first:], rows)

    def _judge(self, key: Keys, power: Powers, rows: Rows) -> list[tuple[int, str]]:
        """Take one block of each of ``rows``."""
        held = self._held[rows]
        strongest = np.where(held == _NO_KEY, 0, self._strongest[rows])
        key[power < _HALF * strongest] = _NO_KEY
        self._strongest[rows] = np.maximum(strongest, np.where(key == _NO_KEY, 0, power))

        self._misses[rows] = np.where((held != _NO_KEY) & (key != held), self._misses[rows] + 1, 0)
        released = self._misses[rows] >= _BLOCKS_TO_END
        self._held[rows[released]] = _NO_KEY

        run = np.where((key != _NO_KEY) & (key == self._seen[rows]), self._run[rows] + 1, key != _NO_KEY)
        self._run[rows], self._seen[rows] = run, key
        pressed = (run >= _BLOCKS_TO_START) & (self._held[rows] != key)
        self._held[rows[pressed]] = key[pressed]
        self._misses[rows[pressed]] = 0
        return [(int(row), KEYS[key]) for row, key in zip(rows[pressed], key[pressed], strict=True)]


def _keys(samples: Samples) -> tuple[Keys, Powers]:
    """Return the key in each block, or _NO_KEY, and the block's power."""
    values = samples * np.float32(1 / 32768)
    parts = values @ _BANK
    parts *= parts
    tones = (parts[:, :24] + parts[:, 24:]).reshape(-1, 3, 8).max(axis=1)
    power = np.einsum("ij,ij->i", values, values) / _BLOCK
    key = np.full(len(samples), _NO_KEY, np.int16)
    pure = tones[:, :4].max(axis=1) + tones[:, 4:].max(axis=1) >= _PURE * power
    if pure.any():  # hardly anything is
        key[pure] = _strong(tones[pure])
    return key, power


def _strong(tones: Powers) -> Keys:
    """Return the key whose two tones stand out of their groups, or _NO_KEY."""
    low, high = tones[:, :4], tones[:, 4:]
    low_sorted, high_sorted = np.sort(low, axis=1), np.sort(high, axis=1)
    strong_low, strong_high = low_sorted[:, 3], high_sorted[:, 3]
    good = np.minimum(strong_low, strong_high) >= _FAINTEST**2 / 2
    good &= (strong_low >= _AHEAD * low_sorted[:, 2]) & (strong_high >= _AHEAD * high_sorted[:, 2])
    good &= (strong_high >= _TWIST[0] * strong_low) & (strong_high <= _TWIST[1] * strong_low)
    key = np.where(good, 4 * np.argmax(low, axis=1) + np.argmax(high, axis=1), _NO_KEY)
    return key.astype(np.int16)


def tones(digits: str, *, duration: float = 0.1, pause: float = 0.1, level: float = 0.2) -> Samples:
    """Return the sound of these keys at 16 kHz, each followed by a pause. ``level`` is the amplitude of each tone."""
    time = np.arange(round(duration * RATE)) / RATE
    ramp = np.clip(np.minimum(time, time[::-1]) / 0.002, 0, 1)  # 2 ms, so that the key does not click
    rest = np.zeros(round(pause * RATE))
    sound: list[npt.NDArray[np.float64]] = []
    for digit in digits.upper():
        place = KEYS.find(digit)
        if place < 0:
            raise Invalid(f"{digit!r} is no telephone key: use 0-9, *, # or A-D")
        pair = np.sin(2 * np.pi * _LOW[place // 4] * time) + np.sin(2 * np.pi * _HIGH[place % 4] * time)
        sound += [pair * ramp * level * 32767, rest]
    return np.concatenate(sound).astype(np.int16) if sound else np.zeros(0, np.int16)

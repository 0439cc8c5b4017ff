"""How much of what is heard is what we sent, come back: from a hybrid, a loudspeaker, a conference.

An echo is what was sent, later, weaker and filtered. So the delay at which both agree best is looked for, and the filter
of a few milliseconds there that explains as much as possible of what is heard: the share of the power that it explains
is the answer. Another voice is hardly explained at all, however alike its words; both at once by as much as is echo in
them. G.711 leaves all this as it is. It costs one to two milliseconds, a third of it when the delay is known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE, Samples

FARTHEST = 0.6
"""Seconds for which an echo may be under way."""
_RATE = RATE // 2
_REACH = round(FARTHEST * _RATE)
_NEAR = _RATE // 100  # how far from a known delay is looked
_LONG, _TAPS, _FEW_TAPS = _RATE // 5, 96, 48  # a filter of half the length for what is heard for less than 0.2 s
_AHEAD = 6  # taps before the delay that was found
_WHITE = 0.6
_STEADY = 1e-3
_LAGS = np.abs(np.arange(_TAPS)[:, None] - np.arange(_TAPS)[None, :])
_QUIET = 8.0  # of 32768: nothing can be said of less

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """``share`` of the power heard that is explained by what was sent ``delay`` samples (at 8 kHz) before."""

    share: float = 0.0
    delay: int = 0


def liken(heard: Samples, sent: Samples, known: int | None = None) -> Likeness:
    """Compare what was heard, some 0.1 to 0.5 s, with what was sent until the same moment, FARTHEST longer; at 16 kHz.

    ``known`` is the delay of an echo that was found before: only there is looked then.
    """
    near, far = _narrow(heard), _narrow(sent)
    if len(near) <= _TAPS or len(far) < len(near) + _REACH or _level(near) < _QUIET or _level(far) < _QUIET:
        return Likeness()
    place = _place(near, far, known)
    return Likeness(_explained(near, far, place), len(far) - len(near) - place)


def _narrow(sound: Samples) -> Floats:
    even = sound[: len(sound) // 2 * 2].reshape(-1, 2).astype(np.float32)
    return np.asarray(even.mean(axis=1), np.float32)


def _level(sound: Floats) -> float:
    return float(np.sqrt(np.mean(sound * sound)))


def _place(near: Floats, far: Floats, known: int | None) -> int:
    """Return where in ``far`` that begins which ``near`` is most like."""
    size = _size(len(far))  # what wraps around falls on places where near does not fit into far, which nobody looks at
    product = np.fft.rfft(far, size) * np.conj(np.fft.rfft(near, size))
    strength = np.abs(product)
    product /= (strength + 0.1 * strength.mean() + 1e-9) ** _WHITE
    likeness = np.abs(np.fft.irfft(product, size)[: len(far) - len(near) + 1])
    if known is None:
        return int(np.argmax(likeness))
    expected = len(far) - len(near) - known
    first = max(0, expected - _NEAR)
    return first + int(np.argmax(likeness[first : max(first, expected + _NEAR) + 1]))


def _explained(near: Floats, far: Floats, place: int) -> float:
    """Return the share of ``near`` that the best filter makes of ``far`` around ``place`` (least squares)."""
    taps = _TAPS if len(near) >= _LONG else _FEW_TAPS
    first = max(0, min(place - taps + _AHEAD + 1, len(far) - taps - len(near) + 1))
    part = far[first : first + taps + len(near) - 1].astype(np.float64)
    size = _size(len(part) + taps)
    spectrum = np.fft.rfft(part, size)
    itself = np.fft.irfft(np.abs(spectrum) ** 2, size)[:taps]
    other = np.fft.irfft(spectrum * np.conj(np.fft.rfft(near, size)), size)[:taps]
    weights = np.linalg.solve(itself[_LAGS[:taps, :taps]] + np.eye(taps) * (_STEADY * itself[0] + 1.0), other)
    left = near - np.convolve(part, weights[::-1], "valid")[: len(near)]
    return max(0.0, 1.0 - float(left @ left) / float(near.astype(np.float64) @ near))


def _size(length: int) -> int:
    """Return the next length that is quick to transform: a power of two, or 5/8, 3/4 of one."""
    power = 1 << (length - 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= length)

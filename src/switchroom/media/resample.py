"""Change the sampling rate of many rows, or of a whole clip, by one matrix product.

A windowed-sinc filter evaluated at the distances between input and output samples is a small matrix. It repeats every
block (2 ms in the tick), so a batch of frames is cut into overlapping blocks and multiplied by it once. Between ticks
each row keeps the two blocks that its next output still needs: that is the whole state, and the whole delay is one
block.
"""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from switchroom.errors import Invalid
from switchroom.media.frame import Samples

_BLOCKS_PER_SECOND = 500
_CLIP_HALF_WIDTH = 0.004  # seconds; a clip may take its time, so its filter is twice as sharp
_LOWEST, _HIGHEST = 4_000, 384_000
_LARGEST_TERM = 800  # of the ratio between the rates of a clip
_KAISER = 7.0  # -70 dB stop band

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

DELAY = 1 / _BLOCKS_PER_SECOND
"""Seconds by which a Resampler's output lags."""


@lru_cache(maxsize=8)
def _filter(rates: tuple[float, float], blocks: tuple[int, int], half: int) -> Floats:
    """Return ``[blocks[0] + 2 * half, blocks[1]]``: what each input sample adds to each output sample of a block.

    The band edge leaves half the filter's transition above it, so what would alias is already down by more than 60 dB.
    """
    rate_in, rate_out = rates
    width = half / rate_in
    transition = 62 / (2.285 * 2 * math.pi * 2 * width)
    edge = min(rates) / 2 - 0.3 * transition
    ours = (np.arange(blocks[0] + 2 * half) - half) / rate_in
    theirs = np.arange(blocks[1]) / rate_out
    distance = ours[:, None] - theirs[None, :]
    inside = np.clip(1 - (distance / width) ** 2, 0, None)
    weights = np.sinc(2 * edge * distance) * np.i0(_KAISER * np.sqrt(inside)) * (inside > 0)
    return np.ascontiguousarray(weights / weights.sum(axis=0), dtype=np.float32)


def _overlapping(padded: Floats, count: int, step: int, length: int) -> Floats:
    """Return ``[rows * count, length]``: every row cut at each ``step``."""
    rows, (by_row, by_sample) = len(padded), padded.strides
    windows = np.lib.stride_tricks.as_strided(
        padded, (rows, count, length), (by_row, step * by_sample, by_sample), writeable=False
    )
    return np.ascontiguousarray(windows).reshape(rows * count, length)


def _to_int16(values: Floats) -> Samples:
    np.rint(values, out=values)
    np.clip(values, -32768, 32767, out=values)
    return values.astype(np.int16)


class Resampler:
    """Converts 20 ms frames of up to ``rows`` rows; what each row said before is carried over.

    Both rates must be multiples of 500. Output lags by :data:`DELAY`.
    """

    def __init__(self, rate_in: int, rate_out: int, rows: int) -> None:
        if rate_in % _BLOCKS_PER_SECOND or rate_out % _BLOCKS_PER_SECOND:
            raise Invalid(f"{rate_in} to {rate_out} Hz cannot be converted live: use multiples of {_BLOCKS_PER_SECOND}")
        self._block = rate_in // _BLOCKS_PER_SECOND
        self._block_out = rate_out // _BLOCKS_PER_SECOND
        self._weights = _filter((rate_in, rate_out), (self._block, self._block_out), self._block)
        self._past: Floats = np.zeros((rows, 2 * self._block), np.float32)

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        past = np.zeros((rows, 2 * self._block), np.float32)
        past[: len(self._past)] = self._past
        self._past = past

    def reset(self, row: int) -> None:
        """Forget a row: somebody else uses it now."""
        self._past[row] = 0

    def remember(self, samples: Samples, rows: Rows) -> None:
        """Take ``samples`` as what these rows said last, instead of what was converted."""
        self._past[rows] = samples[:, -2 * self._block :]

    def convert(self, samples: Samples, rows: Rows) -> Samples:
        """Return ``[n, length * rate_out / rate_in]`` for ``[n, length]``; ``rows`` says whose they are."""
        count, length = samples.shape
        blocks = length // self._block
        keep = 2 * self._block
        padded = np.empty((count, keep + length), np.float32)
        padded[:, :keep] = self._past[rows]
        padded[:, keep:] = samples
        self._past[rows] = padded[:, length:]
        out = _overlapping(padded, blocks, self._block, 3 * self._block) @ self._weights
        return _to_int16(out).reshape(count, blocks * self._block_out)


def resample(samples: Samples, rate_in: int, rate_out: int) -> Samples:
    """Return a whole clip at another rate, aligned with the original. Raises Invalid for rates at which nobody records.

    The ratio of odd rates is rounded by less than two millionths, which keeps the filter small.
    """
    for rate in (rate_in, rate_out):
        if not _LOWEST <= rate <= _HIGHEST:
            raise Invalid(f"{rate} samples per second is no rate for speech: use {_LOWEST} to {_HIGHEST}")
    ratio = Fraction(rate_in, rate_out)
    ratio = ratio.limit_denominator(max(1, _LARGEST_TERM * rate_out // max(rate_in, rate_out)))
    if ratio == 1 or len(samples) == 0:
        return samples
    whole = max(1, round(rate_out / 100 / ratio.denominator))
    block, block_out = ratio.numerator * whole, ratio.denominator * whole
    half = math.ceil(_CLIP_HALF_WIDTH * rate_in)
    blocks = -(-len(samples) // block)
    padded = np.zeros((1, half + blocks * block + half), np.float32)
    padded[0, half : half + len(samples)] = samples
    weights = _filter((rate_in, float(rate_in / ratio)), (block, block_out), half)
    out = _overlapping(padded, blocks, block, block + 2 * half) @ weights
    return _to_int16(out).reshape(-1)[: math.ceil(len(samples) / ratio)]

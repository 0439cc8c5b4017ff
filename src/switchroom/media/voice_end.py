"""When a voice really ended, from its sound.

A network goes on saying *speech* for a while after the last sound of a voice, and for how long differs by 50 ms from word
to word; all waits for the end of a turn begin there. So the last half second is looked at once more: where the sound
fell under the loudest of it, or, on a noisy line, under what is left when the voice is gone. Noise is low where speech
is not, hence a line with much of it is looked at through a high-pass.
"""

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE, Samples

_BLOCK = 80  # samples: 5 ms
_SMOOTH = 4  # blocks
_FADED = 10 ** (-27 / 10)  # power under the loudest of the last half second
_OVER_NOISE = 2.5
_LEFT = 12  # blocks at the end in which nobody speaks any more
_HIGH_PASS = np.float32(0.9)
_TOO_NOISY = 0.1  # of the loudest: then the sound says nothing
_NEAREST, _FARTHEST = 0.03, 0.18  # before the end of the last window with speech

Powers = npt.NDArray[np.float32]


def true_end(past: Samples, now: float, last: float, tail: float) -> float:
    """Return when the voice ended whose last window with speech ended at ``last``; ``past`` is the half second before ``now``.

    ``tail`` is the network's usual delay, for when the sound does not tell.
    """
    sound = past.astype(np.float32)
    power = _power(sound)
    limit = power.max() * _FADED
    noise = _OVER_NOISE * power[-_LEFT:].mean()
    if noise > limit:  # else the line is quiet, and soft last sounds are still above its noise
        power = _power(sound[1:] - _HIGH_PASS * sound[:-1])
        limit = max(power.max() * _FADED, _OVER_NOISE * power[-_LEFT:].mean())
        if limit > power.max() * _TOO_NOISY:
            return last - tail
    silent = len(power) - 1 - int(np.flatnonzero(power >= limit)[-1])
    ended = now - silent * _BLOCK / RATE - (_SMOOTH - 1) * _BLOCK / RATE / 2
    return min(last - _NEAREST, max(ended, last - _FARTHEST))


def _power(sound: npt.NDArray[np.float32]) -> Powers:
    """Return the power at each 5 ms, over the 20 ms that end there."""
    blocks = sound[len(sound) % _BLOCK :].reshape(-1, _BLOCK)
    return np.convolve(np.einsum("ij,ij->i", blocks, blocks), np.ones(_SMOOTH, np.float32))[: len(blocks)]

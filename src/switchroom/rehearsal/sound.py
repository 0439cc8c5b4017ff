"""What a scripted caller sounds like when nobody needs their words: a voice that voice detection takes for one.

Harmonics of a wandering pitch under the resonances of vowels that follow one another like syllables. Every call sounds the same,
and no speech engine is needed.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE, Samples

_PEAK = 9000
_PITCH = 160.0
_HARMONICS = 30
_SYLLABLE = 0.18
_GLIDE = 0.4  # of a syllable
_TILT = 0.8
_RHYTHM = 0.8  # how much quieter it is between two syllables
_VOWELS = np.array(
    [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410), (490, 1350, 1690)],
    np.float64,
)
_LOUDNESS = ((1.0, 70.0), (0.5, 90.0), (0.25, 130.0))  # of each resonance, and its width

Wave = npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def voice(seconds: float) -> Samples:
    """Return a voice without a pause in it; not to be changed."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = _PITCH * (1 + 0.08 * np.sin(2 * np.pi * 2.3 * time + 1) - 0.15 * time / max(seconds, 0.1))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    syllable, within = np.divmod(time / _SYLLABLE, 1.0)
    resonances = _vowels(syllable.astype(np.intp), within)
    wave = np.zeros(len(time))
    for number in range(1, _HARMONICS + 1):
        wave += _strength(number * pitch, resonances) * np.sin(number * phase) / number**_TILT
    return _scaled(wave * (1 - _RHYTHM + _RHYTHM * np.sin(np.pi * within)))


def cough(seconds: float) -> Samples:
    """Return a burst of hoarse noise that dies away."""
    time = np.arange(round(seconds * RATE)) / RATE
    rough = np.random.default_rng(7).standard_normal(len(time)) * np.exp(-time / max(seconds / 3, 0.05))
    return _scaled(np.convolve(rough, np.ones(4) / 4, "same"))


def noise(level: float, seed: int = 1) -> Samples:
    """Return four seconds of noise at ``level`` dB below full scale, to be repeated."""
    wave = np.random.default_rng(seed).standard_normal(4 * RATE)
    return np.clip(wave * 32768 * 10 ** (level / 20), -32768, 32767).astype(np.int16)


def amplified(samples: Samples, level: float) -> Samples:
    """Return ``samples`` louder by ``level`` dB."""
    if level == 0:
        return samples
    louder: Samples = np.clip(samples * 10 ** (level / 20), -32768, 32767).astype(np.int16)
    return louder


def _vowels(syllable: npt.NDArray[np.intp], within: Wave) -> Wave:
    """Return ``[samples, 3]``: each vowel glides from the one before it."""
    share = np.clip(within / _GLIDE, 0, 1)[:, None]
    now, before = _VOWELS[(syllable * 5 + 3) % len(_VOWELS)], _VOWELS[(syllable * 5 - 2) % len(_VOWELS)]
    return np.asarray(now * share + before * (1 - share), np.float64)


def _strength(frequency: Wave, resonances: Wave) -> Wave:
    parts = [
        loudness / (1 + ((frequency - resonances[:, index]) / width) ** 2)
        for index, (loudness, width) in enumerate(_LOUDNESS)
    ]
    return np.asarray(np.sum(parts, axis=0), np.float64)


def _scaled(wave: Wave) -> Samples:
    samples = (wave / max(float(np.abs(wave).max(initial=0.0)), 1e-9) * _PEAK).astype(np.int16)
    samples.flags.writeable = False
    return samples

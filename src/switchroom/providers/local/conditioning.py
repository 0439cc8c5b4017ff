"""Makes audio from any telephone look like what the recogniser was trained on, as far as that goes.

The recogniser expects a close microphone at 16 kHz. A call has any level, and above 3.4 kHz it has nothing: there the
logarithm of the band energies would be minus infinity and drown everything else, so a little noise is put where
nothing is.
"""

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE, Samples

LEVEL = -22.0
"""dBFS of the loud third of an utterance, after levelling."""

FILL = -50.0
"""dBFS of the noise above the telephone band."""

MOST_GAIN = 30.0
_CEILING = 30_000.0
_BLOCK = 160
_LOUDEST = 0.3
_BAND = 3600.0
_NARROW = 0.004
"""Share of the energy above 4.2 kHz, below which audio is taken to come from a telephone (-24 dB; speech at 16 kHz
has more in its hisses)."""

Floats = npt.NDArray[np.float32]


def _high_noise() -> Floats:
    """Return a second of noise above the telephone band, at 1.0 RMS; the same each time."""
    rng = np.random.Generator(np.random.PCG64(7))
    spectrum = np.fft.rfft(rng.standard_normal(RATE))
    spectrum[: int(_BAND)] = 0
    noise = np.fft.irfft(spectrum, RATE)
    level_one: Floats = (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)
    return level_one


_NOISE = _high_noise()


def loudness(samples: Samples) -> Floats:
    """Return the RMS of each 10 ms, in units of a sample."""
    whole = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.float32)
    energy: Floats = np.sqrt(np.mean(whole * whole, axis=1) + 1e-3)
    return energy


def level(samples: Samples) -> float:
    """Return the RMS of the loudest part of an utterance, which is speech and not the silence around it."""
    blocks = np.sort(loudness(samples))
    if len(blocks) == 0:
        return 0.0
    top = blocks[-max(1, int(len(blocks) * _LOUDEST)) :]
    return float(np.sqrt(np.mean(top**2)))


def is_narrow(samples: Samples) -> bool:
    """Say whether nothing of the sound lies above the telephone band."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float32))) ** 2
    if len(spectrum) < _BLOCK:
        return True
    edge = int(4200 / (RATE / 2) * len(spectrum))
    low = int(300 / (RATE / 2) * len(spectrum))
    return float(spectrum[edge:].sum()) < _NARROW * float(spectrum[low:edge].sum() + 1.0)


def condition(samples: Samples) -> Samples:
    """Return the utterance at the usual level and with its empty band filled."""
    loud = level(samples)
    gain = min(MOST_GAIN, 32768 * 10 ** (LEVEL / 20) / max(loud, 1.0))
    peak = float(np.abs(samples.astype(np.int32)).max(initial=1))
    gain = min(gain, _CEILING / peak)
    fill = np.resize(_NOISE, len(samples)) * np.float32(32768 * 10 ** (FILL / 20))
    mixed = samples.astype(np.float32) * np.float32(gain) + fill
    return np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)

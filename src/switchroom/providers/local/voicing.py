"""How much of a sound is voiced, that is, periodic at the pitch of a person.

Words have vowels, vowels are periodic, and coughs, breath, clicks and noise are not: this tells them apart better
than anything the recogniser knows, because the recogniser finds words in everything.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE, Samples

_WINDOW = 640  # 40 ms: two periods of the deepest voice
_HOP = 160
_SPECTRUM = 2048
_SHORTEST, _LONGEST = RATE // 400, RATE // 70  # periods of a voice, in samples
_LOUD = 0.01
"""Of the energy of the loudest 40 ms (-20 dB): what is softer does not count."""

_PERIODIC = 0.6
_APART = 8  # hops
_HANN = np.hanning(_WINDOW).astype(np.float32)
_OF_THE_WINDOW = np.fft.irfft(np.abs(np.fft.rfft(_HANN, _SPECTRUM)) ** 2)[: _LONGEST + 1]
_CORRECTION = np.maximum(_OF_THE_WINDOW / _OF_THE_WINDOW[0], 0.1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Voicing:
    """``mean`` periodicity of the loud part (0..1), its length and the length of what is periodic, in seconds.

    ``steadiness`` is how alike (0..1) the spectra of two loud moments 80 ms apart are.
    """

    mean: float
    loud: float
    voiced: float
    steadiness: float = 0.0


def voicing(samples: Samples) -> Voicing:
    """Measure an utterance by the normalised autocorrelation of every 10 ms. Costs about 5 ms per second of audio."""
    if len(samples) < _WINDOW:
        return Voicing(0.0, 0.0, 0.0)
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP].astype(np.float32)
    windows -= windows.mean(axis=1, keepdims=True)
    energy = np.einsum("ij,ij->i", windows, windows)
    loud = energy > max(float(energy.max()) * _LOUD, 1e6)
    if not loud.any():
        return Voicing(0.0, 0.0, 0.0)
    magnitudes = np.abs(np.fft.rfft(windows[loud] * _HANN, _SPECTRUM))
    correlation = np.fft.irfft(magnitudes**2)[:, : _LONGEST + 1]
    periodic = correlation[:, _SHORTEST:] / correlation[:, :1] / _CORRECTION[_SHORTEST:]
    best = periodic.max(axis=1)
    hop = _HOP / RATE
    steadiness = _steadiness(magnitudes, np.flatnonzero(loud))
    return Voicing(float(best.mean()), float(loud.sum()) * hop, float((best > _PERIODIC).sum()) * hop, steadiness)


def _steadiness(magnitudes: npt.NDArray[np.float32], moments: npt.NDArray[np.intp]) -> float:
    telephone = magnitudes[:, 190 * _SPECTRUM // RATE : 3400 * _SPECTRUM // RATE]
    shapes = telephone / np.maximum(np.linalg.norm(telephone, axis=1, keepdims=True), 1e-3)
    later = np.searchsorted(moments, moments + _APART)
    pairs = (later < len(moments)) & (moments[np.minimum(later, len(moments) - 1)] == moments + _APART)
    if pairs.sum() < _APART:
        return 0.0
    return float(np.median(np.einsum("ij,ij->i", shapes[pairs], shapes[later[pairs]])))

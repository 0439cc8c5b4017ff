"""Echoes of real speech: later, weaker, filtered, through G.711 both ways, on a line with noise."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from switchroom.media import g711
from switchroom.media.frame import RATE, Samples
from switchroom.media.resample import resample
from tests.media.speech import say

Path = Literal["conference", "hybrid", "loudspeaker"]
OURS = (
    "Very well, a table for four on Friday. We have places at seven, at half past seven, and at nine.",
    "Please note that this call is recorded for training and quality purposes.",
)
THEIRS = ("No, half past seven would be perfect for us.", "Excuse me, I have a question about the terrace.")
_NARROW = 8000

Sound = npt.NDArray[np.float64]


def filtered(sound: Sound, path: Path, seed: int = 1) -> Sound:
    """Return what a conference, a bad hybrid or a loudspeaker in a room makes of it, no louder than it was."""
    random = np.random.default_rng(seed)
    response = np.ones(1)
    if path == "hybrid":
        response = random.standard_normal(40) * np.exp(-np.arange(40) / 8)
    elif path == "loudspeaker":
        response = random.standard_normal(600) * np.exp(-np.arange(600) / 150) * 0.3
        response[0] = 1.0
    size = 1 << (len(sound) + len(response)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response / np.sqrt(np.sum(response**2)), size)
    pitch = np.fft.rfftfreq(size, 1 / _NARROW)
    spectrum *= np.clip((pitch - 250) / 50, 0, 1) * np.clip((3450 - pitch) / 50, 0, 1)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(sound)])


def coded(sound: Sound) -> Sound:
    """Return it as G.711 carries it; 1.0 is full scale."""
    samples = np.clip(sound * 32767, -32768, 32767).astype(np.int16)
    return np.asarray(g711.decode_ulaw(g711.encode_ulaw(samples)) / 32768.0)


def spoken(text: str, voice: str = "slt") -> Sound:
    """Return speech at 8 kHz, at -20 dBFS."""
    clean = resample(say(text, voice), RATE, _NARROW) / 32768.0
    return np.asarray(clean * 0.1 / np.sqrt(np.mean(clean**2)))


def wide(sound: Sound) -> Samples:
    """Return it at 16 kHz."""
    return resample(np.clip(sound * 32767, -32768, 32767).astype(np.int16), _NARROW, RATE)


def returned(sent: Sound, path: Path, delay: float, level: float) -> Sound:
    """Return the echo of ``sent``, as long as it."""
    back = filtered(coded(sent), path) * 10 ** (level / 20)
    late = np.concatenate([np.zeros(round(delay * _NARROW)), back])
    return np.asarray(late[: len(sent)])


def heard(*sounds: Sound, noise: float = -66.0) -> Sound:
    """Return several at once on a line with noise, as G.711 carries them."""
    length = max(map(len, sounds))
    line = np.random.default_rng(2).standard_normal(length) * 10 ** (noise / 20)
    for sound in sounds:
        line[: len(sound)] += sound
    return coded(line)

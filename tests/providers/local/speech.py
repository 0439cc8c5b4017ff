"""What callers say in these tests: flite's voice, through a telephone."""

import subprocess
import wave
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.media.g711 import decode_ulaw, encode_ulaw
from switchroom.media.resample import resample


@lru_cache(maxsize=64)
def said(text: str, voice: str = "slt") -> Samples:
    """Return ``text`` at 16 kHz as flite says it, with a moment of silence around it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["/usr/bin/flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as sound:
            assert sound.getframerate() == RATE
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return np.concatenate([samples, np.zeros(RATE // 10, np.int16)])


def by_telephone(samples: Samples) -> Samples:
    """Return 16 kHz audio as it comes out of a telephone: 300 to 3400 Hz, mu-law."""
    narrow = resample(samples, RATE, 8000)
    spectrum = np.fft.rfft(narrow)
    frequencies = np.fft.rfftfreq(len(narrow), 1 / 8000)
    spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
    band = np.rint(np.fft.irfft(spectrum, len(narrow))).clip(-32768, 32767).astype(np.int16)
    return resample(decode_ulaw(encode_ulaw(band)), 8000, RATE)


def cough(seed: int = 1) -> Samples:
    """Return two bursts of noise that die away, through a throat."""
    rng = np.random.default_rng(seed)
    pieces = []
    for _ in range(2):
        time = np.arange(int(0.2 * RATE)) / RATE
        burst = rng.standard_normal(len(time)) * np.minimum(time / 0.006, 1) * np.exp(-time / 0.06)
        throat = np.sin(2 * np.pi * np.outer((600, 1400, 2500), time)).sum(axis=0) * np.exp(-600 * time)
        pieces += [np.convolve(burst, throat)[: len(time)], np.zeros(RATE // 8)]
    sound = np.concatenate([np.zeros(RATE // 5), *pieces])
    coughed: Samples = (sound / np.abs(sound).max() * 9000).astype(np.int16)
    return coughed

"""What peers say and what they heard: wav files at the telephone's 8 kHz, and measures of them.

``speech`` renders by flite in the voice slt and takes a moment: call it before the call, not in it.
"""

import subprocess
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8_000
"""Samples per second of everything a peer says and hears."""

Samples = npt.NDArray[np.int16]

LOUD = 300
"""What is louder than the silence of a line."""

_HEADER = 44


def speech(text: str, path: Path, *, before: float = 0.2, after: float = 60.0) -> Path:
    """Render ``text`` to a wav file with silence around it: a phone whose file ends hangs up."""
    raw = path.with_suffix(".flite.wav")
    subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(raw)], check=True, capture_output=True)
    return telephone_quality(raw, path, before=before, after=after)


def telephone_quality(source: Path, path: Path, *, before: float = 0.2, after: float = 60.0) -> Path:
    """Turn any wav file into one that a peer can play."""
    form = ["-r", str(RATE), "-c", "1", "-b", "16"]
    subprocess.run(["sox", "-G", str(source), *form, str(path), "pad", str(before), str(after)], check=True)
    return path


def tone(frequency: float, path: Path, *, seconds: float = 60.0, level: int = 8_000) -> Path:
    """Write a sine to a wav file."""
    times = np.arange(int(seconds * RATE)) / RATE
    return save((level * np.sin(2 * np.pi * frequency * times)).astype(np.int16), path)


def silence(path: Path, *, seconds: float = 60.0) -> Path:
    """Write nothing at all to a wav file."""
    return save(np.zeros(int(seconds * RATE), np.int16), path)


def save(samples: Samples, path: Path) -> Path:
    """Write samples to a wav file that a peer can play."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def recorded(path: Path) -> Samples:
    """Read a wav file, also one that is still being written: its header then counts too little."""
    data = path.read_bytes()[_HEADER:]
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)


def loudness(samples: Samples) -> float:
    """Return the root mean square, 1.0 being full scale."""
    if not len(samples):
        return 0.0
    return float(np.sqrt(np.mean(np.square(samples.astype(np.float64) / 32768))))


def pitch(samples: Samples) -> float:
    """Return the strongest frequency in hertz."""
    if not len(samples):
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


def audible(samples: Samples) -> float:
    """Return how many seconds are louder than the silence of a line."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return float(np.count_nonzero(np.abs(blocks.astype(np.int32)).max(axis=1, initial=0) > LOUD)) * 0.02

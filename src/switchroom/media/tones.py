"""Sounds that we make ourselves: the beep before a message, and music for those who wait.

The music is four soft chords of sines that swell and fade into each other, quiet, and without an edge where it begins anew.
"""

from collections.abc import Iterator

import numpy as np

from switchroom.media.frame import FRAME, RATE, Samples

_LOUD = 32_767
_CHORDS = ((220.0, 277.18, 329.63), (196.0, 246.94, 329.63), (174.61, 220.0, 293.66), (196.0, 246.94, 293.66))
_CHORD = 4.0  # seconds


def beep(frequency: float = 1000.0, seconds: float = 0.4, level: float = 0.25) -> Samples:
    """Return a tone that begins and ends without a click; ``level`` is of full scale."""
    at = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    edge = np.minimum(1.0, np.minimum(at, seconds - at) / 0.01)
    tone: Samples = (np.sin(2 * np.pi * frequency * at) * np.clip(edge, 0.0, 1.0) * level * _LOUD).astype(np.int16)
    return tone


def gentle(level: float = 0.06) -> Samples:
    """Return sixteen seconds of music that can be repeated; ``level`` is of full scale."""
    at = np.arange(round(_CHORD * RATE), dtype=np.float32) / RATE
    swell = np.sin(np.pi * at / _CHORD) ** 2
    chords = [sum(np.sin(2 * np.pi * tone * at) for tone in chord) * swell / len(chord) for chord in _CHORDS]
    return (np.concatenate(chords) * level * _LOUD).astype(np.int16)


def repeated(samples: Samples, seconds: float) -> Iterator[Samples]:
    """Yield ``samples`` over and over, a tick's at a time, for so many seconds; the last one fades out."""
    left = round(seconds * RATE / FRAME)
    at = 0
    while left > 0 and len(samples) >= FRAME:
        piece = samples[at : at + FRAME]
        at = at + FRAME if at + 2 * FRAME <= len(samples) else 0
        left -= 1
        yield faded(piece) if left == 0 else piece


def faded(piece: Samples) -> Samples:
    """Return ``piece`` fading out."""
    return (piece * np.linspace(1.0, 0.0, len(piece), dtype=np.float32)).astype(np.int16)

"""Speech for the tests, rendered when they run."""

import shutil
import subprocess
from functools import lru_cache

import numpy as np
import pytest

from switchroom.media.frame import FRAME, Samples
from switchroom.media.wav import read

LINES = (
    "I would like to book a table for four people on Friday at seven o clock, please.",
    "Um, no thank you. My number is four seven two nine.",
    "Could you tell me whether you have anything vegetarian on the menu?",
)

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


@lru_cache
def say(text: str, voice: str = "slt") -> Samples:
    """Return ``text`` as flite says it, at 16 kHz."""
    rendered = subprocess.run(
        ["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"], check=True, capture_output=True
    )
    return read(rendered.stdout)


def padded(speech: Samples, before: float = 0.5, after: float = 1.0) -> Samples:
    """Return speech between silences (seconds), as a whole number of ticks."""
    lead, tail = np.zeros(int(before * 16000), np.int16), np.zeros(int(after * 16000), np.int16)
    sound = np.concatenate([lead, speech, tail])
    return sound[: len(sound) // FRAME * FRAME]

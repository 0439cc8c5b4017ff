"""What tests of voices have in common: how a text sounds, and what it fails with."""

import asyncio
from contextlib import aclosing

import numpy as np

from switchroom.errors import SwitchroomError
from switchroom.media.frame import RATE, Samples
from switchroom.ports import TextToSpeech, Voice

ENOUGH = 10.0
TEXT = "A table for two, at seven."


async def spoken(tts: TextToSpeech, text: str, voice: Voice | None = None) -> Samples:
    """Return all of a text."""
    async with asyncio.timeout(ENOUGH), aclosing(tts.speak(text, voice or Voice())) as pieces:
        return np.concatenate([np.zeros(0, np.int16), *[piece async for piece in pieces]])


async def fails(tts: TextToSpeech, text: str) -> tuple[SwitchroomError, float]:
    """Return what a text fails with, and how many seconds of it were heard."""
    heard = 0.0
    try:
        async with asyncio.timeout(ENOUGH), aclosing(tts.speak(text, Voice())) as pieces:
            async for piece in pieces:
                heard += len(piece) / RATE
    except SwitchroomError as error:
        return error, heard
    raise AssertionError("it did not fail")


def frequency(samples: Samples) -> float:
    """Return the loudest frequency."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64)))
    return float(spectrum.argmax() * RATE / len(samples))

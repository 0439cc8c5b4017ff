"""A voice from a folder: asks a worker to say a text and passes its pieces on."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from switchroom.errors import Invalid
from switchroom.media.frame import Samples
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.local.pool import Pool
from switchroom.providers.local.voice import LONGEST_TEXT, PATIENCE, Speech
from switchroom.providers.neural.folders import model_of
from switchroom.providers.neural.running import running


@asynccontextmanager
async def open_voice(choice: Choice) -> AsyncIterator["FolderVoice"]:
    """Yield the voice whose weights are in ``model``. Raises Invalid for a wrong folder, Unavailable for broken weights."""
    if unknown := set(choice.options) - {"workers"}:
        raise Invalid(
            f"{choice.name}: {choice.kind} has no option {sorted(unknown)[0]!r}; it has workers", code="providers"
        )
    async with running("switchroom.providers.neural.speaking", choice, model_of(choice, "voice")) as pool:
        yield FolderVoice(choice.name, pool)


class FolderVoice:
    """Implements ``ports.TextToSpeech``."""

    def __init__(self, name: str, pool: Pool) -> None:
        self.name = name
        self.pool = pool

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz. Closing abandons the rest. Raises Unavailable; Invalid for an endless text."""
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"a text of {len(text)} letters is too long to be spoken at once (limit {LONGEST_TEXT})")
        speech = Speech(self.pool, text, voice, 2 * PATIENCE)
        try:
            while isinstance(piece := await speech.next(), np.ndarray):
                yield piece
        finally:
            speech.close()
        if piece is not None:
            raise piece

"""The local recogniser and voice, opened together and warmed up before the first call."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from switchroom.errors import Unavailable
from switchroom.hosting import hosting
from switchroom.ports import Hints, Voice
from switchroom.providers.local.engines import find_engines
from switchroom.providers.local.recogniser import PocketsphinxRecogniser
from switchroom.providers.local.voice import LocalVoice
from switchroom.settings import SpeechSettings

BELIEF = 0.55
"""The local recogniser is this certain of words, and less of coughs that it took for words."""
_START = 30.0


@dataclass(frozen=True, slots=True)
class LocalSpeech:
    """Both, running."""

    stt: PocketsphinxRecogniser
    tts: LocalVoice

    async def warm(self, voice: Voice, sentences: Sequence[str], hints: Sequence[Hints]) -> None:
        """Render what is said first and load what is heard first, so that no caller waits for it."""
        self.stt.prepare(hints)
        await self.tts.prepare([text for text in sentences if text], voice)


@asynccontextmanager
async def open_speech(settings: SpeechSettings) -> AsyncIterator[LocalSpeech]:
    """Start the workers; yields once both can work. Raises Unavailable, saying what to install."""
    stt = PocketsphinxRecogniser(settings.recognisers)
    tts = LocalVoice(settings.engine, settings.voices)
    heard, spoke = asyncio.Event(), asyncio.Event()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(hosting(stt.run(heard.set)))
        await stack.enter_async_context(hosting(tts.run(spoke.set)))
        try:
            async with asyncio.timeout(_START):
                await heard.wait()
                await spoke.wait()
        except TimeoutError:
            raise Unavailable(
                "the speech workers did not start; `switchroom doctor` says more", code="speech"
            ) from None
        yield LocalSpeech(stt, tts)


def describe_engines() -> str:
    """Say which engines were found, in a few words."""
    found = find_engines()
    return ", ".join(f"{engine.name} {engine.version} ({engine.role})" for engine in found) or "none"

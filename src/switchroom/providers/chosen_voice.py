"""A voice by the name its provider knows: agents name voices by language, and every provider calls its own differently."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from switchroom.media.frame import Samples
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.choices import Choice


def voice_at(choice: Choice, wanted: Voice, names: Mapping[str, str]) -> Voice:
    """Return ``wanted`` with the name that it has at the provider.

    The agent's own names come first, of this provider and language, then of the language; then the providers file's voice.
    """
    language = wanted.language.lower()
    short = language.partition("-")[0]
    places = (f"{choice.name}:{language}", f"{choice.name}:{short}", choice.name, language, short)
    name = next((names[place] for place in places if place in names), choice.voice or wanted.name)
    return replace(wanted, name=name)


@dataclass(frozen=True, slots=True)
class ChosenVoice:
    """Speaks with the provider's own voice for the language. Implements ports.TextToSpeech."""

    tts: TextToSpeech
    choice: Choice
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        """The provider's name in this installation."""
        return self.choice.name

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text``. Closing abandons the rest. Raises Unavailable."""
        async with aclosing(self.tts.speak(text, voice_at(self.choice, voice, self.names))) as pieces:
            async for piece in pieces:
                yield piece

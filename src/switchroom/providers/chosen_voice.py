"""A voice as its provider wants to be asked: by the name it knows, and with words, unless it reads figures well by itself.

Agents name voices by language, and every provider calls its own differently.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from switchroom.conversation.spoken.form import spoken_form
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
    """Speaks words. Implements ports.TextToSpeech.

    ``normalises``: the provider is given the text as it is written.
    """

    tts: TextToSpeech
    voice_at: Callable[[Voice], Voice]
    """What a voice is called at the provider."""
    normalises: bool = False

    @property
    def name(self) -> str:
        """The provider's."""
        return self.tts.name

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` by a voice that the provider knows. Closing abandons the rest. Raises Unavailable."""
        said = text if self.normalises else spoken_form(text, voice.language).text
        async with aclosing(self.tts.speak(said, self.voice_at(voice))) as pieces:
            async for piece in pieces:
                yield piece

"""A language model as one agent wants it: at its temperature, told who it is, and which language is spoken if that may change."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from switchroom.ports import Ask, LanguageModel, ModelPart

_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "hi": "Hindi",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "sv": "Swedish",
    "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MannerlyModel:
    """Implements ports.LanguageModel. What a request says itself goes before what the agent prefers."""

    model: LanguageModel
    temperature: float | None = None
    prompt: str = ""
    language: Callable[[], str] = lambda: ""

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Yield the answer. Closing stops the request. Raises as the model does."""
        temperature = self.temperature if ask.temperature is None else ask.temperature
        told = (self.prompt.strip(), ask.instructions, _answer_in(self.language()))
        instructions = "\n\n".join(filter(None, told))
        asked = replace(ask, temperature=temperature, instructions=instructions)
        async with aclosing(self.model.answer(asked)) as parts:
            async for part in parts:
                yield part


def _answer_in(language: str) -> str:
    if not language:
        return ""
    name = _NAMES.get(language.partition("-")[0].lower(), language)
    return f"The caller speaks {name}: answer in {name}, whatever language these instructions are in."

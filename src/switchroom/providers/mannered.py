"""A language model as one agent wants it: at its temperature, and told who it is before what the flow wants of it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from switchroom.ports import Ask, LanguageModel, ModelPart


@dataclass(frozen=True, slots=True)
class MannerlyModel:
    """Implements ports.LanguageModel. What a request says itself goes before what the agent prefers."""

    model: LanguageModel
    temperature: float | None = None
    prompt: str = ""

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Yield the answer. Closing stops the request. Raises as the model does."""
        temperature = self.temperature if ask.temperature is None else ask.temperature
        instructions = "\n\n".join(filter(None, (self.prompt.strip(), ask.instructions)))
        asked = replace(ask, temperature=temperature, instructions=instructions)
        async with aclosing(self.model.answer(asked)) as parts:
            async for part in parts:
                yield part

"""Language models: one request, streamed. The loop over tools is the agent's, for only it knows which may be called, and when."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TheySaid:
    """What the caller said, as it was understood; or what happened on the line, told in brackets."""

    text: str


@dataclass(frozen=True, slots=True)
class WeSaid:
    """What the caller heard of what we said."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolWanted:
    """The model asks for a tool. ``id`` pairs it with its ToolResult; ``arguments`` are as the model wrote them, unchecked."""

    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool that was wanted under ``id`` gave, as a text for the model: JSON, or what went wrong."""

    id: str
    name: str
    content: str


Message = TheySaid | WeSaid | ToolWanted | ToolResult


@dataclass(frozen=True, slots=True)
class Function:
    """A tool as a model sees it. ``schema`` is the JSON Schema of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``instructions`` are the system's; ``messages`` end with what is to be answered."""

    instructions: str
    messages: tuple[Message, ...]
    functions: tuple[Function, ...] = ()
    temperature: float | None = None
    most_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Wrote:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the request has cost; comes last, also when the model was asked for nothing but a tool."""

    model: str
    tokens_in: int
    tokens_out: int


ModelPart = Wrote | ToolWanted | Spent


class LanguageModel(Protocol):
    """A model that continues a conversation."""

    @property
    def name(self) -> str: ...

    def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Yield the answer as it is written.

        Closing the generator (use ``aclosing``) stops the request, and nothing more is paid for. Raises Unavailable, with
        ``retry_after`` where the provider said so; Denied for a key that is not good.
        """
        ...


Models = Callable[[str], LanguageModel]
"""The models of one agent by name, "" for the one it usually thinks with. Raises Invalid for a name that nobody chose."""

"""A rehearsal as it is written down: who calls whom, when, with what on the books, and what must come of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from switchroom.rehearsal.expectations import Expectation, Texts
from switchroom.rehearsal.steps import Compare, Expect, Seconds, Step

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class AgentOfFile:
    """A flow file, relative to the rehearsal; the rest is what an agent's record says of it."""

    flow: str
    greeting: str = ""
    language: str = ""
    silence: Annotated[float, Field(gt=0)] = 7.0
    nudges: Annotated[int, Field(ge=1)] = 3


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class AgentOfDatabase:
    """An agent of the installation, by name; ``version`` is of its flow, without it the published one."""

    name: str
    tenant: str = "demo"
    version: int | None = None


def _kind_of_agent(value: object) -> str | None:
    if isinstance(value, str):
        return "path"
    if isinstance(value, Mapping):
        return "database" if "name" in value else "file"
    return "database" if isinstance(value, AgentOfDatabase) else "file"


Agent = Annotated[
    Annotated[str, Tag("path")] | Annotated[AgentOfFile, Tag("file")] | Annotated[AgentOfDatabase, Tag("database")],
    Discriminator(_kind_of_agent),
]


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class Caller:
    """Who calls, and over what. ``transfer`` is what becomes of one who is handed over; without it their line cannot be.

    With a ``model`` the caller goes on where the script ends: a language model plays a ``persona`` with a ``goal``, for so many
    ``turns`` at most.
    """

    number: str = "+441632960123"
    name: str = ""
    transport: Literal["phone_gateway", "browser"] = "phone_gateway"
    dialled: str = "rehearsal"
    voice: str = "rms"
    transfer: Literal["done", "busy", "no_answer", "declined", "unreachable", "failed"] | None = None
    patience: Annotated[float, Field(gt=0)] = 20.0
    """So long the caller waits for the agent to finish; then the rehearsal has failed."""
    model: str = ""
    persona: str = "You are polite and in no hurry."
    goal: str = ""
    turns: Annotated[int, Field(ge=1, le=100)] = 20


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class ModelLine:
    """What the agent's language model answers when it is told something.

    ``when`` is in what the caller said (or in [brackets] what happened on the line), or with ``after`` in what that tool gave.
    It may ``say`` something, ``call`` tools by name with their arguments, and leave by a ``route``; or it ``fails`` with a code.
    ``takes`` are seconds to its first word, ``times`` how often in a call the line is good for.
    """

    when: str = ""
    after: str = ""
    say: str = ""
    call: Mapping[str, Mapping[str, object]] = Field(default_factory=dict)
    route: str = ""
    fails: str = ""
    takes: Seconds = 0.3
    times: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class ToolFault:
    """What a tool does instead of its work: it ``takes`` seconds first, ``fails`` with this code, or ``returns`` this.

    ``times``: only in so many calls of it. What is returned is of the type that it looks like.
    """

    takes: Seconds = 0.0
    fails: str = ""
    returns: Texts | None = None
    times: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class AgentVoice:
    """How the agent's voice behaves in text mode: seconds to its first sound, seconds a letter; texts that it fails at."""

    first: Seconds = 0.1
    letter: Annotated[float, Field(gt=0, le=1)] = 0.055
    fails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, config=_STRICT, kw_only=True)
class Rehearsal:
    """The whole file. ``now`` is the clock of the agent's place when the call comes in; ``given`` are rows by table.

    ``knowledge`` are documents for the agent, files beside the rehearsal. ``tools`` are faults by tool; of several, each is for
    one call, and what they leave over is done as usual. ``model`` is what the agent's language models answer; without it real
    ones are asked, as is the ``judge``, by name.
    """

    rehearsal: str
    agent: Agent
    script: tuple[Step, ...]
    now: datetime = datetime(2026, 1, 14, 12, 0)  # noqa: DTZ001 - in the agent's zone
    zone: str = ""
    caller: Caller = Caller()
    given: Mapping[str, tuple[Texts, ...]] = Field(default_factory=dict)
    knowledge: tuple[str, ...] = ()
    tools: Mapping[str, ToolFault | tuple[ToolFault, ...]] = Field(default_factory=dict)
    voice: AgentVoice = AgentVoice()
    model: tuple[ModelLine, ...] = ()
    judge: str = ""
    expect: tuple[Expectation, ...] = ()
    longest: Annotated[float, Field(gt=0, le=3600)] = 600.0

    def expectations(self) -> Iterator[Expectation]:
        """Yield everything that is expected or compared anywhere in it."""
        for step in self.script:
            if isinstance(step, Expect):
                yield from step.expect
            elif isinstance(step, Compare):
                yield from step.compare
        yield from self.expect

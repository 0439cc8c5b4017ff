"""Who is rehearsed: the agent that a file names; a flow is prepared once for all rehearsals of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import time

from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid
from switchroom.flow.file import parse
from switchroom.flow.graph import Flow
from switchroom.flow.tools import tools_of
from switchroom.knowledge.library import Library
from switchroom.knowledge.tool import Lookup
from switchroom.rehearsal.faults import stand_ins
from switchroom.rehearsal.models import LineModel
from switchroom.rehearsal.play import AgentOfDatabase, AgentOfFile, Rehearsal
from switchroom.storage.db import Database

FAREWELL = "I can't hear you, so I will hang up now. Goodbye."


@dataclass(frozen=True, slots=True)
class Role:
    """An agent as it answers a rehearsal. ``flow`` is the text of its flow, ``source`` where that is from."""

    flow: str
    source: str
    greeting: str = ""
    language: str = ""
    silence: float = 7.0
    nudges: int = 3
    farewell: str = FAREWELL


Find = Callable[[AgentOfDatabase], Awaitable[Role]]
"""Finds an agent of the installation. Raises NotFound, Invalid."""


async def no_installation(agent: AgentOfDatabase) -> Role:
    """Find nobody."""
    raise Invalid(f"agent {agent.name!r} is of an installation, and there is none here: name a flow file")


@dataclass(frozen=True, slots=True)
class Part:
    """A role and its flow, ready to be staged."""

    role: Role
    reception: Reception


class Cast:
    """Everybody who was rehearsed so far."""

    def __init__(self, find: Find = no_installation) -> None:
        self._find = find
        self._nowhere = Database(
            "sqlite+aiosqlite:///:memory:"
        )  # what is prepared is staged elsewhere, with other models
        self._prepared: dict[tuple[str, str], Reception] = {}

    async def part(self, rehearsal: Rehearsal, beside: Path) -> Part:
        """Return whom the rehearsal of the file ``beside`` is about. Raises Invalid, NotFound."""
        role = await self._role(rehearsal, beside)
        known = role.flow, repr(sorted(rehearsal.tools.items()))
        if known not in self._prepared:
            try:
                self._prepared[known] = self._prepare(parse(role.flow), rehearsal)
            except Invalid as error:
                raise Invalid(f"{role.source}: {error}") from error
        return Part(role, self._prepared[known])

    def _prepare(self, flow: Flow, rehearsal: Rehearsal) -> Reception:
        others = {**stand_ins(flow, rehearsal.tools), **tools_of(Lookup(Library(self._nowhere, time)))}
        return Reception(flow, self._nowhere, others, models=lambda _: LineModel(()))

    async def _role(self, rehearsal: Rehearsal, beside: Path) -> Role:
        match rehearsal.agent:
            case AgentOfDatabase() as agent:
                return await self._find(agent)
            case AgentOfFile(flow=flow) as agent:
                text = _text(beside.parent / flow)
                return Role(text, flow, agent.greeting, agent.language, agent.silence, agent.nudges)
            case flow:
                return Role(_text(beside.parent / flow), flow)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"the agent's flow cannot be read: {error}") from error

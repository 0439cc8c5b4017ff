"""AI agents, numbers, and who answers what was dialled.

Everything is read as it is stored: what calls keep in memory of it is kept by ``storage.changes.kept``, which knows when it
is old.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from switchroom.catalogue.dialled import normalised
from switchroom.catalogue.hours import HoursForm
from switchroom.catalogue.model import AgentRow, AgentVersionRow, HoursRow, NumberRow
from switchroom.catalogue.number import Answers, NumberRecord, Target, read
from switchroom.catalogue.numbers import record_of
from switchroom.catalogue.opening_hours import Schedule
from switchroom.catalogue.profile_choice import chosen_profile
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import AgentId, TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

FAREWELL = "I can't hear you, so I will hang up now. Goodbye."
APOLOGY = "I'm sorry, I'm having some trouble on my side. Could you say that again?"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """An AI voice agent, as configured. The fields mean what they mean in ``ports.CallPlan`` and ``ports.Voice``.

    An empty ``greeting`` is the flow's own, an empty ``voice`` the best one there is. ``models``, ``recognisers`` and
    ``voice_providers`` are chains: names of the installation's providers file, the preferred first; an empty one is this
    machine's speech, or no model. ``voices`` are voices by language (``de``), or by provider and language (``cartesia:de``);
    ``languages`` are those spoken beside ``language``. ``prompt`` tells a model who it is.
    Without ``fillers`` it says those of its language. ``voice_profile`` is the id of one whose voice it speaks with instead of
    its own (``catalogue.agent_voice``); whoever saves an agent may say its name.
    """

    id: AgentId
    tenant_id: TenantId
    name: str
    flow: str
    voice: str = ""
    speed: float = 1.0
    language: str = "en"
    greeting: str = ""
    apology: str = APOLOGY
    farewell: str = FAREWELL
    record: bool = True
    max_duration: float = 1800.0
    silence: float = 7.0
    nudges: int = 3
    models: tuple[str, ...] = ()
    recognisers: tuple[str, ...] = ()
    voice_providers: tuple[str, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    voice_profile: str = ""
    languages: tuple[str, ...] = ()
    temperature: float | None = None
    prompt: str = ""
    guesses: int = 3
    no_silence: float = 1.2
    stalled: float = 8.0
    fillers: tuple[str, ...] = ()
    version: int = field(default=0, compare=False)
    """Of its publications; 0: it is not stored yet."""


@dataclass(frozen=True, slots=True)
class Answerers:
    """Who answers an address, and by which hours; None: always."""

    tenant_id: TenantId
    answers: Answers
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes, what they say of it, and which older version it is a copy of; 0 for none."""

    by: str
    note: str = ""
    restores: int = 0


ENVELOPE = frozenset({"id", "tenant_id", "version"})
"""Fields that are not what a version is about."""

UNSIGNED = Publication("")

_COLUMNS = tuple(column.name for column in fields(AgentRecord))


class Catalogue:
    """The agents and numbers of all tenants."""

    def __init__(self, database: Database, wall: Callable[[], float] = time.time) -> None:
        self._database = database
        self._wall = wall

    async def answers(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> Answerers:
        """Return who answers ``dialled``, whenever; a browser may also name an agent by its id.

        Raises NotFound if nobody does. Safe to cancel.
        """
        address = normalised(dialled)
        with_hours = select(NumberRow, HoursRow).outerjoin(HoursRow, NumberRow.hours_id == HoursRow.id)
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            found = (await session.execute(with_hours.where(NumberRow.address == address))).one_or_none()
            agent = await session.get(AgentRow, dialled) if found is None and source == "browser" else None
        if agent is not None:
            return Answerers(TenantId(agent.tenant_id), {"open": Target("agent", agent.id)})
        if found is None:
            raise NotFound(f"nobody answers {dialled!r}: bind that number to an agent")
        number, hours = found
        schedule = None if hours is None else HoursForm.model_validate(hours.form).schedule()
        return Answerers(TenantId(number.tenant_id), read(number.answers), schedule)

    async def answerer(self, target: Target, tenant: TenantId) -> AgentRecord:
        """Return the agent that speaks for a target. Raises NotFound.

        A flow or a queue speaks with the tenant's oldest agent, a queue that overflows to an agent with that one.
        """
        if target.kind == "agent":
            return await self.agent(AgentId(target.id), tenant)
        agents = await self.agents(tenant)
        if not agents:
            raise NotFound(f"{target} has no agent to speak with: make one")
        speaks = replace(agents[0], greeting="")  # flow and queue have greetings of their own
        return replace(speaks, flow=target.id) if target.kind == "flow" else speaks

    async def save_agent(self, agent: AgentRecord, saying: Publication = UNSIGNED) -> AgentRecord:
        """Add the agent or replace what is stored of it: a new version, unless nothing is different. Returns it as stored.

        Raises Invalid for a voice profile that the tenant does not have.
        """
        async with self._database.transaction(agent.tenant_id) as session:
            profile = await chosen_profile(session, agent.tenant_id, agent.voice_profile)
            agent = replace(agent, voice_profile=profile)
            row = await session.get(AgentRow, agent.id, with_for_update=True)
            if row is not None and _record(row) == agent:
                return replace(agent, version=row.version)
            stored = replace(agent, version=1 if row is None else row.version + 1)
            await session.merge(AgentRow(**asdict(stored)))
            await session.flush()
            session.add(version_row(stored, saying, self._wall()))
        return stored

    async def create_agent(self, tenant: TenantId, name: str, flow: str) -> AgentRecord:
        """Add an agent with everything else at its default; ``save_agent(replace(agent, ...))`` changes it."""
        agent = AgentRecord(id=AgentId(new_id("agt")), tenant_id=tenant, name=name, flow=flow)
        return await self.save_agent(agent)

    async def agents(self, tenant: TenantId) -> list[AgentRecord]:
        """Return the tenant's agents in the order they were made."""
        query = select(AgentRow).where(AgentRow.tenant_id == tenant).order_by(AgentRow.id)
        async with self._database.snapshot(tenant) as session:
            return [_record(row) for row in await session.scalars(query)]

    async def meant(self, agent: str, tenant: TenantId) -> AgentRecord:
        """Return the agent of that id or name. Raises NotFound, naming those that there are."""
        agents = await self.agents(tenant)
        for one in agents:
            if agent in (one.id, one.name):
                return one
        names = ", ".join(one.name for one in agents) or "none"
        raise NotFound(f"there is no agent {agent!r}; there are: {names}")

    async def everybody(self) -> list[AgentRecord]:
        """Return each agent, of any tenant, that answers a number."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            answers = [read(answers) for answers in await session.scalars(select(NumberRow.answers))]
            named = {target.id for one in answers for target in one.values() if target.kind == "agent"}
            rows = await session.scalars(select(AgentRow).order_by(AgentRow.id))
            return [_record(row) for row in rows if row.id in named]

    async def agent(self, agent: AgentId, tenant: TenantId) -> AgentRecord:
        """Return one agent. Raises NotFound if the tenant has no such agent."""
        async with self._database.snapshot(tenant) as session:
            row = await session.get(AgentRow, agent)
        if row is None or row.tenant_id != tenant:
            raise NotFound(f"there is no agent {agent}")
        return _record(row)

    async def bind(self, address: str, agent: AgentRecord) -> NumberRecord:
        """Let ``agent`` answer ``address`` from now on. Raises Conflict if it is another tenant's."""
        if not normalised(address):
            raise Invalid("a number is an E.164 number or the user part of a SIP address: it must not be empty")
        address = normalised(address)
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                row = await session.scalar(select(NumberRow).where(NumberRow.address == address))
                if row is None:
                    row = NumberRow(id=new_id("num"), address=address, tenant_id=agent.tenant_id)
                    row.label, row.country, row.kind, row.answers = "", "", "", {}
                    session.add(row)
                if row.tenant_id != agent.tenant_id:
                    raise Conflict(f"{address} belongs to somebody else")
                if await session.get(AgentRow, agent.id) is None:
                    raise Conflict(f"{address} cannot be bound to {agent.id}: is that agent still there?")
                row.answers = {**row.answers, "open": str(Target("agent", agent.id))}
        except IntegrityError as error:
            raise Conflict(f"{address} was taken meanwhile: try again") from error
        return record_of(row)

    async def numbers(self, tenant: TenantId) -> list[NumberRecord]:
        """Return what can be dialled to reach the tenant."""
        query = select(NumberRow).where(NumberRow.tenant_id == tenant).order_by(NumberRow.address)
        async with self._database.snapshot(tenant) as session:
            return [record_of(row) for row in await session.scalars(query)]


def version_row(agent: AgentRecord, saying: Publication, now: float) -> AgentVersionRow:
    """Return an agent as a publication of it."""
    form = {name: value for name, value in asdict(agent).items() if name not in ENVELOPE}
    return AgentVersionRow(
        agent_id=agent.id,
        number=agent.version,
        tenant_id=agent.tenant_id,
        form=form,
        note=saying.note,
        created=now,
        created_by=saying.by,
        restores=saying.restores,
    )


def _record(row: AgentRow) -> AgentRecord:
    stored = AgentRecord(**{name: getattr(row, name) for name in _COLUMNS})
    return replace(
        stored,
        models=tuple(stored.models),
        recognisers=tuple(stored.recognisers),
        voice_providers=tuple(stored.voice_providers),
        languages=tuple(stored.languages),
        fillers=tuple(stored.fillers),
    )


async def seed_catalogue(catalogue: Catalogue, tenant: TenantId, flow: str) -> AgentRecord:
    """Give the demo tenant its receptionist, and the number ``demo``, unless it has them. Safe to call at every start."""
    agents = [agent for agent in await catalogue.agents(tenant) if agent.name == "Receptionist"]
    agent = agents[0] if agents else await catalogue.create_agent(tenant, "Receptionist", flow)
    if all(number.address != "demo" for number in await catalogue.numbers(tenant)):
        await catalogue.bind("demo", agent)
    return agent

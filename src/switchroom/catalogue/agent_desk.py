"""Agents as they are worked on: a draft of what is to be otherwise, versions that never change, and what keeps one from going.

Every change that is published is a version; it answers from the next call on, while a call that runs keeps what it began with. A
roll back publishes an older version's fields again, so numbers only grow and what answered a call can always be read.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.agent_form import AgentChange
from switchroom.catalogue.forms import checked
from switchroom.catalogue.model import AgentRow, AgentVersionRow, NumberRow, QueueRow
from switchroom.catalogue.profile_choice import chosen_profile
from switchroom.catalogue.service import ENVELOPE, AgentRecord, Catalogue, Publication
from switchroom.errors import Conflict, NotFound
from switchroom.identity import AgentId, TenantId, UserId, new_id
from switchroom.storage.db import Database


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """One publication of an agent; ``restores`` is the older version that it is a copy of, 0 for none."""

    number: int
    form: Mapping[str, object]
    note: str
    created: float
    created_by: str
    restores: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same in two versions."""

    field: str
    before: object
    after: object


class AgentDesk:
    """Every method sees one tenant's agents alone."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    async def create(self, tenant: TenantId, wanted: AgentChange, by: UserId) -> AgentRecord:
        """Add an agent with these fields, as its version 1. Raises Conflict if there is one of that name."""
        new = AgentRecord(id=AgentId(new_id("agt")), tenant_id=tenant, name="", flow="")
        made = wanted.applied(new)
        if any(one.name == made.name for one in await self._catalogue.agents(tenant)):
            raise Conflict(f"there is an agent {made.name!r} already: choose another name")
        return await self._catalogue.save_agent(made, Publication(by))

    async def delete(self, agent: AgentRecord) -> None:
        """Remove an agent with its versions; calls that run go on. Raises Conflict, naming what uses it."""
        async with self._database.transaction(agent.tenant_id) as session:
            users = await _users(session, agent)
            if users:
                message = f"agent {agent.name!r} is used by {', '.join(users)}: let somebody else answer there first"
                raise Conflict(message, code="in_use")
            await session.delete(await _row(session, agent))

    async def draft(self, agent: AgentRecord) -> AgentRecord:
        """Return the agent as it would be if its draft were published."""
        async with self._database.snapshot(agent.tenant_id) as session:
            return _drafted(agent, (await _row(session, agent)).draft)

    async def change_draft(self, agent: AgentRecord, wanted: AgentChange) -> AgentRecord:
        """Change fields of the draft; calls do not go by them. Returns the agent as it would be. Raises Invalid."""
        given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
        async with self._database.transaction(agent.tenant_id) as session:
            row = await _row(session, agent)
            if "voice_profile" in given:
                given["voice_profile"] = await chosen_profile(session, agent.tenant_id, wanted.voice_profile)
            row.draft = {**row.draft, **given}
            return _drafted(agent, row.draft)

    async def drop_draft(self, agent: AgentRecord) -> None:
        """Forget what was to be otherwise."""
        async with self._database.transaction(agent.tenant_id) as session:
            (await _row(session, agent)).draft = {}

    async def publish(self, agent: AgentRecord, by: UserId, note: str = "") -> AgentRecord:
        """Let the draft answer from the next call on. Raises Conflict if there is nothing to publish."""
        wanted = await self.draft(agent)
        if wanted == agent:
            raise Conflict(f"the draft of agent {agent.name!r} is what answers already: change it first")
        stored = await self._catalogue.save_agent(wanted, Publication(by, note))
        await self.drop_draft(stored)
        return stored

    async def versions(self, agent: AgentRecord, limit: int = 200, before: int | None = None) -> list[AgentVersion]:
        """Return what was published, newest first, of those before number ``before``."""
        mine = select(AgentVersionRow).where(AgentVersionRow.agent_id == agent.id)
        if before is not None:
            mine = mine.where(AgentVersionRow.number < before)
        async with self._database.snapshot(agent.tenant_id) as session:
            rows = await session.scalars(mine.order_by(AgentVersionRow.number.desc()).limit(limit))
            return [_version(row) for row in rows]

    async def version(self, agent: AgentRecord, number: int) -> AgentVersion:
        """Return one publication. Raises NotFound."""
        async with self._database.snapshot(agent.tenant_id) as session:
            row = await session.get(AgentVersionRow, (agent.id, number))
        if row is None or row.tenant_id != agent.tenant_id:
            raise NotFound(f"there is no version {number} of agent {agent.name!r}")
        return _version(row)

    async def roll_back(self, agent: AgentRecord, number: int, by: UserId, note: str = "") -> AgentRecord:
        """Publish version ``number`` again. Raises NotFound, Conflict if it is the one that answers."""
        if number == agent.version:
            raise Conflict(f"version {number} of agent {agent.name!r} is the one that answers")
        old = await self.version(agent, number)
        saying = Publication(by, note or f"back to version {number}", number)
        return await self._catalogue.save_agent(_drafted(agent, old.form), saying)


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[Difference]:
    """Return the fields that are not the same, by name."""
    names = sorted(before.keys() | after.keys())
    return [
        Difference(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    ]


def fields_of(agent: AgentRecord) -> Mapping[str, object]:
    """Return what versions of an agent are compared by."""
    plain = {name: value for name, value in asdict(agent).items() if name not in ENVELOPE}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _drafted(agent: AgentRecord, fields: Mapping[str, object]) -> AgentRecord:
    """Return the agent with these fields; those that this program does not know, which another version wrote, are left out."""
    known = {name: value for name, value in fields.items() if name in AgentChange.model_fields}
    unset = {
        name: value for name, value in known.items() if value in ("", ())
    }  # what a form refuses, an old row may have
    rest = {name: value for name, value in known.items() if name not in unset}
    return replace(checked(AgentChange, rest).applied(agent), **unset) if rest or unset else agent  # type: ignore[arg-type]


async def _row(session: AsyncSession, agent: AgentRecord) -> AgentRow:
    row = await session.get(AgentRow, agent.id)
    if row is None or row.tenant_id != agent.tenant_id:
        raise NotFound(f"there is no agent {agent.id}")
    return row


async def _users(session: AsyncSession, agent: AgentRecord) -> list[str]:
    """Return the numbers and queues that cannot do without the agent."""
    mine, target = agent.tenant_id, f"agent:{agent.id}"
    numbers = list(await session.scalars(select(NumberRow).where(NumberRow.tenant_id == mine)))
    used = [row.address for row in numbers if target in row.answers.values()]
    others = await session.scalar(
        select(AgentRow.id).where(AgentRow.tenant_id == mine, AgentRow.id != agent.id).limit(1)
    )
    if others is None:  # flows and queues speak with its voice
        used += [row.address for row in numbers if row.address not in used]
    for queue in await session.scalars(select(QueueRow).where(QueueRow.tenant_id == mine)):
        overflow = queue.form.get("overflow")
        if isinstance(overflow, dict) and overflow.get("agent") == agent.id:
            used.append(f"queue {queue.name}")
    return sorted(used)


def _version(row: AgentVersionRow) -> AgentVersion:
    form = {"voice_profile": "", **row.form}  # versions of before there were any have none
    return AgentVersion(row.number, form, row.note, row.created, row.created_by, row.restores)

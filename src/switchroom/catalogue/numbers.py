"""The numbers of tenants: added, changed, released, and what each of them would do at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.dialled import address_of
from switchroom.catalogue.hours import HoursForm
from switchroom.catalogue.model import AgentRow, FlowRow, HoursRow, NumberRow, QueueRow, TrunkRow
from switchroom.catalogue.number import Answers, Decision, NumberRecord, Target, answering_now, read, written
from switchroom.catalogue.opening_hours import STATE_NAMES, State
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Database


@dataclass(frozen=True, slots=True)
class NumberChange:
    """What a number is to be; None stays as it is, "" (or a target of None) is taken away."""

    label: str | None = None
    trunk: str | None = None
    hours: str | None = None
    answers: Mapping[State, Target | None] | None = None


class Numbers:
    """Every method sees one tenant's numbers alone. A number is meant by its id or as it is dialled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, number: str, wanted: NumberChange) -> NumberRecord:
        """Add a number. Raises Invalid, or Conflict if somebody has it already."""
        found = address_of(number)
        row = NumberRow(
            id=new_id("num"),
            tenant_id=tenant,
            address=found.address,
            label="",
            country=found.country,
            kind=found.kind,
            trunk_id=None,
            hours_id=None,
            answers={},
        )
        try:
            async with self._database.transaction(tenant) as session:
                await _apply(session, row, wanted)
                session.add(row)
        except IntegrityError as error:
            raise Conflict(f"{found.address} is taken: release it first, or choose another") from error
        return record_of(row)

    async def change(self, tenant: TenantId, number: str, wanted: NumberChange) -> NumberRecord:
        """Change what is given. Raises NotFound, Invalid."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, tenant, number)
            await _apply(session, row, wanted)
            return record_of(row)

    async def delete(self, tenant: TenantId, number: str) -> None:
        """Release a number: nobody answers it from the next call on. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            await session.delete(await _find(session, tenant, number))

    async def get(self, tenant: TenantId, number: str) -> NumberRecord:
        """Return one number. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return record_of(await _find(session, tenant, number))

    async def page(self, tenant: TenantId, limit: int = 200, cursor: str | None = None) -> list[NumberRecord]:
        """Return up to ``limit`` numbers that were added after the one with the id ``cursor``, oldest first."""
        mine = select(NumberRow).where(NumberRow.tenant_id == tenant, NumberRow.id > (cursor or ""))
        async with self._database.snapshot(tenant) as session:
            return [record_of(row) for row in await session.scalars(mine.order_by(NumberRow.id).limit(limit))]

    async def decision(self, tenant: TenantId, number: str, now: datetime) -> tuple[NumberRecord, Decision]:
        """Return who answers a number at ``now``, and why. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            row = await _find(session, tenant, number)
            hours = await session.get(HoursRow, row.hours_id) if row.hours_id else None
        schedule = None if hours is None else HoursForm.model_validate(hours.form).schedule()
        record = record_of(row)
        return record, answering_now(record.answers, schedule, now)

    async def users_of(self, tenant: TenantId, *, target: Target | None = None, hours: str = "") -> list[str]:
        """Return the addresses of the numbers that ``target`` answers, or that keep these ``hours``."""
        async with self._database.snapshot(tenant) as session:
            rows = list(await session.scalars(select(NumberRow).where(NumberRow.tenant_id == tenant)))
        uses = str(target) if target is not None else ""
        return sorted(row.address for row in rows if uses in row.answers.values() or (hours and row.hours_id == hours))


def record_of(row: NumberRow) -> NumberRecord:
    """Return a row as a record."""
    return NumberRecord(
        row.id,
        row.address,
        TenantId(row.tenant_id),
        read(row.answers),
        row.label,
        row.country,
        row.kind,
        row.trunk_id or "",
        row.hours_id or "",
    )


async def _find(session: AsyncSession, tenant: TenantId, number: str) -> NumberRow:
    mine = select(NumberRow).where(NumberRow.tenant_id == tenant)
    row = await session.scalar(mine.where((NumberRow.id == number) | (NumberRow.address == number)))
    if row is None:
        raise NotFound(f"there is no number {number!r}")
    return row


async def _apply(session: AsyncSession, row: NumberRow, wanted: NumberChange) -> None:
    """Set what is wanted; everything that is named must be the tenant's own. Raises Invalid."""
    tenant = TenantId(row.tenant_id)
    if wanted.label is not None:
        row.label = wanted.label
    if wanted.trunk is not None:
        row.trunk_id = await _meant(session, TrunkRow, tenant, wanted.trunk, "trunk") if wanted.trunk else None
    if wanted.hours is not None:
        row.hours_id = await _meant(session, HoursRow, tenant, wanted.hours, "hours") if wanted.hours else None
    if wanted.answers is not None:
        answers = dict(read(row.answers))
        for state, target in wanted.answers.items():
            answers.pop(state, None)
            if target is not None:
                answers[state] = await _resolved(session, tenant, state, target)
        row.answers = written(answers)
    _complete(row, read(row.answers))


def _complete(row: NumberRow, answers: Answers) -> None:
    if "open" not in answers:
        raise Invalid("open: say who answers: an agent, a flow or a queue")
    if row.hours_id and "closed" not in answers:
        raise Invalid("closed: say who answers outside of the business hours")
    if not row.hours_id and len(answers) > 1:
        raise Invalid(f"hours: {', '.join(state for state in STATE_NAMES if state in answers)} need business hours")


async def _resolved(session: AsyncSession, tenant: TenantId, state: State, target: Target) -> Target:
    match target.kind:
        case "agent":
            return Target("agent", await _meant(session, AgentRow, tenant, target.id, state))
        case "queue":
            await _speaks(session, tenant, state)
            return Target("queue", await _meant(session, QueueRow, tenant, target.id, state))
        case "flow":
            await _speaks(session, tenant, state)
            mine = select(FlowRow).where(FlowRow.tenant_id == tenant)
            flow = await session.scalar(mine.where((FlowRow.id == target.id) | (FlowRow.name == target.id)))
            if flow is None or flow.published == 0:
                raise Invalid(f"{state}: there is no flow {target.id!r} that was published")
            return Target("flow", flow.name)


async def _speaks(session: AsyncSession, tenant: TenantId, state: State) -> None:
    """Raise Invalid unless the tenant has an agent, with whose voice flows and queues speak."""
    if await session.scalar(select(AgentRow.id).where(AgentRow.tenant_id == tenant).limit(1)) is None:
        raise Invalid(f"{state}: a flow or queue speaks with the voice of your oldest agent: make one first")


async def _meant(
    session: AsyncSession,
    table: type[AgentRow] | type[QueueRow] | type[HoursRow] | type[TrunkRow],
    tenant: TenantId,
    name: str,
    field: str,
) -> str:
    """Return the id of the tenant's row of that id or name. Raises Invalid."""
    mine = select(table.id).where(table.tenant_id == tenant, (table.id == name) | (table.name == name))
    found = await session.scalar(mine.order_by(table.id).limit(1))
    if found is None:
        raise Invalid(f"{field}: there is no {name!r}")
    return found

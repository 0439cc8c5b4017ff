"""Calls out and the guards of the tenants: a call is let pass in one transaction, so caps hold across processes.

permit      the guard is asked and one minute is held, or Denied is raised
charge      every CHARGE_EVERY seconds: what runs is paid up to where it will be by the next time; tells which calls the
            cap must end, so that it is kept and not passed
ended       what it cost is final; nothing if nobody answered
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.dial_guard import DAY, DialGuard, cost, read_guard
from switchroom.catalogue.model import DialGuardRow, OutboundCallRow
from switchroom.errors import Denied
from switchroom.identity import TenantId, new_id
from switchroom.settings import DialSettings
from switchroom.storage.db import Database, upsert
from switchroom.storage.scope import WHOLE_HOUSE

CHARGE_EVERY = 10.0
LOST = 60.0
"""Seconds after which an open call that nobody speaks for was lost in a crash: it holds no place any more."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A call that may be made. ``rate`` is what a minute of it costs, in millionths; its clock runs since ``answered``."""

    id: str
    tenant: TenantId
    number: str
    rate: int
    guard: DialGuard
    answered: float | None = None

    def covers(self, number: str) -> bool:
        """Return whether the call may go on to another number, which is allowed and costs no more."""
        try:
            return self.guard.rate(number) <= self.rate
        except Denied:
            return False


@dataclass(frozen=True, slots=True)
class Spending:
    """What a tenant's calls out are now: how many run, and what those of today have cost."""

    running: int
    spent: int


class OutboundCalls:
    """The calls out of all tenants; no guard of theirs is wider than ``ceiling``, which is the operator's."""

    def __init__(self, database: Database, wall: Callable[[], float], ceiling: DialSettings | None = None) -> None:
        self.database = database
        self._wall = wall
        self._ceiling = ceiling or DialSettings()

    async def guard(self, tenant: TenantId) -> DialGuard:
        """Return what the tenant may."""
        async with self.database.snapshot(tenant) as session:
            return (await _guard(session, tenant)).within(self._ceiling)

    async def set_guard(self, tenant: TenantId, guard: DialGuard) -> None:
        """Change what the tenant may, from the next call on. Raises Invalid for more than the operator's ceiling."""
        guard.check(self._ceiling)
        async with self.database.transaction(tenant) as session:
            await session.merge(DialGuardRow(tenant_id=tenant, guard=guard.model_dump(mode="json")))

    async def spending(self, tenant: TenantId) -> Spending:
        """Return how many calls run and what those of today cost."""
        async with self.database.snapshot(tenant) as session:
            return await _spending(session, tenant, self._wall())

    async def permit(self, tenant: TenantId, number: str, caller: str, trunk: str) -> Permit:
        """Let a call pass and hold a minute for it. Raises Denied: destination_not_allowed, concurrency_cap or spend_cap."""
        now = self._wall()
        async with self.database.transaction(tenant) as session:
            guard = (await _guard_held(session, tenant)).within(self._ceiling)
            rate = guard.rate(number)
            spending = await _spending(session, tenant, now)
            guard.admit(rate, spending.running, spending.spent)
            permit = Permit(new_id("out"), tenant, number, rate, guard)
            row = OutboundCallRow(
                id=permit.id,
                tenant_id=tenant,
                trunk_id=trunk,
                number=number,
                caller=caller,
                rate=rate,
                cost=rate,
                began=now,
                seen=now,
                outcome="",
            )
            session.add(row)
        return permit

    async def charge(self, permits: Collection[Permit]) -> list[Permit]:
        """Charge what runs; return the calls that are to be ended, because their tenant's cap would be passed."""
        now = self._wall()
        async with self.database.transaction(WHOLE_HOUSE) as session:
            for permit in permits:
                ahead = _cost(permit, now + CHARGE_EVERY)
                await _write(session, permit, cost=ahead, answered=permit.answered, seen=now)
            over = set()
            for tenant in {permit.tenant for permit in permits}:
                guard, spending = await _guard(session, tenant), await _spending(session, tenant, now)
                if spending.spent > guard.within(self._ceiling).spend_per_day:
                    over.add(tenant)
        return [permit for permit in permits if permit.tenant in over]

    async def ended(self, permit: Permit, outcome: str) -> None:
        """Settle a call; ``outcome`` is the reason it ended or was not answered for."""
        now = self._wall()
        final = 0 if permit.answered is None else _cost(permit, now)
        told: dict[str, object] = {"answered": permit.answered, "ended": now, "seen": now, "outcome": outcome[:64]}
        async with self.database.transaction(permit.tenant) as session:
            await _write(session, permit, cost=final, **told)


async def _write(session: AsyncSession, permit: Permit, **values: object) -> None:
    await session.execute(update(OutboundCallRow).where(OutboundCallRow.id == permit.id).values(**values))


def _cost(permit: Permit, now: float) -> int:
    return cost(0.0 if permit.answered is None else now - permit.answered, permit.rate)


async def _guard(session: AsyncSession, tenant: TenantId) -> DialGuard:
    row = await session.get(DialGuardRow, tenant)
    return DialGuard() if row is None else read_guard(row.guard)


async def _guard_held(session: AsyncSession, tenant: TenantId) -> DialGuard:
    """Return the guard, and let no other process ask it before this transaction ends."""
    await upsert(session, DialGuardRow, ("tenant_id",), [{"tenant_id": tenant, "guard": {}}], replace=False)
    row = await session.get(DialGuardRow, tenant, with_for_update=True)
    return DialGuard() if row is None else read_guard(row.guard)


async def _spending(session: AsyncSession, tenant: TenantId, now: float) -> Spending:
    mine = OutboundCallRow.tenant_id == tenant
    open_ = mine & OutboundCallRow.ended.is_(None) & (OutboundCallRow.seen > now - LOST)
    running = await session.scalar(select(func.count()).select_from(OutboundCallRow).where(open_))
    today = mine & (OutboundCallRow.began >= now - now % DAY)
    spent = await session.scalar(select(func.coalesce(func.sum(OutboundCallRow.cost), 0)).where(today))
    return Spending(running or 0, int(spent or 0))

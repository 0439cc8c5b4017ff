"""The ledger of credits: double entry, so that nothing is made or lost.

    grant     issued    -> available      somebody above gives credit, or takes it back
    hold      available -> held           before a call is answered, and while it goes on; refused below ``least``
    charge    held      -> spent          what was used; what the hold does not cover comes from available
    release   held      -> available      what a call did not need

Each is one conditional UPDATE of the account and the lines of the entry, in the caller's transaction: two processes that
reach for the last credit cannot both have it, whatever the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.events.catalogue import NO_CALL, Event
from switchroom.events.usage import CreditLow
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.storage.db import upsert
from switchroom.usage.model import CreditAccountRow, CreditHoldRow, LedgerRow

Account = Literal["issued", "available", "held", "spent"]
Kind = Literal["grant", "hold", "charge", "release"]


@dataclass(frozen=True, slots=True)
class Balance:
    """What a tenant has; see CreditAccountRow."""

    issued: int = 0
    available: int = 0
    held: int = 0
    spent: int = 0
    least: int | None = None
    mark: int = 0
    price_list: str = ""

    @property
    def left(self) -> int:
        """What is not spent."""
        return self.available + self.held


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written beside the amounts."""

    tenant: TenantId
    kind: Kind
    at: float
    call: CallId = NO_CALL
    note: str = ""
    by: str = ""


async def balance(session: AsyncSession, tenant: TenantId) -> Balance:
    """Return what the tenant has; nothing, and no limit, if nobody ever said otherwise."""
    row = await session.get(CreditAccountRow, tenant)
    if row is None:
        return Balance()
    return Balance(row.issued, row.available, row.held, row.spent, row.least, row.mark, row.price_list)


async def grant(session: AsyncSession, tenant: TenantId, amount: int, entry: Entry) -> list[Event]:
    """Give credit, or take back what is available with a negative ``amount``; return what there is to tell."""
    await _opened(session, tenant)
    return await _move(session, entry, {"issued": -amount, "available": amount})


async def hold(session: AsyncSession, tenant: TenantId, call: CallId, amount: int, now: float) -> bool:
    """Hold ``amount`` in all for the call, more than before or as much; return False if it is not available."""
    row = await session.get(CreditHoldRow, (call, tenant), with_for_update=True, populate_existing=True)
    if row is not None and row.closed:
        return True  # the call is over: what was used is charged, and nothing is kept for more
    missing = amount - (0 if row is None else row.amount)
    if missing > 0:
        await _opened(session, tenant)
        if not await _take(session, Entry(tenant, "hold", now, call), missing):
            return False
    if row is None:
        session.add(CreditHoldRow(call_id=call, tenant_id=tenant, amount=max(missing, 0), used=0, seen=now))
    else:
        row.amount += max(missing, 0)
        row.seen = now
    await session.flush()
    return True


async def charge(session: AsyncSession, tenant: TenantId, call: CallId, amount: int, now: float) -> list[Event]:
    """Spend ``amount`` for the call, from what is held for it as far as that goes; return what there is to tell."""
    if amount == 0:
        return []
    row = await session.get(CreditHoldRow, (call, tenant), with_for_update=True, populate_existing=True)
    covered = 0 if row is None or row.closed else min(max(amount, 0), row.amount - row.used)
    if row is not None:
        row.used += covered
        await session.flush()
    await _opened(session, tenant)
    moves: dict[Account, int] = {"held": -covered, "available": covered - amount, "spent": amount}
    return await _move(session, Entry(tenant, "charge", now, call), moves)


async def release(session: AsyncSession, call: CallId, now: float) -> None:
    """Give back what is still held for the call, to everybody. Nothing, if nothing is."""
    rows = await session.scalars(
        select(CreditHoldRow).where(CreditHoldRow.call_id == call, CreditHoldRow.closed.is_(False)).with_for_update()
    )
    for row in rows:
        row.closed = True
        rest = row.amount - row.used
        await session.flush()
        if rest:
            entry = Entry(TenantId(row.tenant_id), "release", now, call)
            await _move(session, entry, {"held": -rest, "available": rest})


async def _opened(session: AsyncSession, tenant: TenantId) -> None:
    fresh = {"tenant_id": tenant, "issued": 0, "available": 0, "held": 0, "spent": 0, "mark": 0, "price_list": ""}
    await upsert(session, CreditAccountRow, ("tenant_id",), [fresh], replace=False)


async def _take(session: AsyncSession, entry: Entry, amount: int) -> bool:
    """Hold ``amount`` if that leaves as much as there must be."""
    account = CreditAccountRow
    enough = or_(account.least.is_(None), account.available - amount >= account.least)
    values = {"available": account.available - amount, "held": account.held + amount}
    taken = update(account).where(account.tenant_id == entry.tenant, enough).values(values)
    done = await session.execute(taken.returning(account.tenant_id).execution_options(synchronize_session=False))
    if done.first() is None:
        return False
    await _write(session, entry, {"available": -amount, "held": amount})
    return True


async def _move(session: AsyncSession, entry: Entry, moves: Mapping[Account, int]) -> list[Event]:
    account = CreditAccountRow
    values = {name: getattr(account, name) + amount for name, amount in moves.items() if amount}
    if not values:
        return []
    moved = update(account).where(account.tenant_id == entry.tenant).values(values)
    told = moved.returning(account.available, account.held, account.mark).execution_options(synchronize_session=False)
    available, held, mark = (await session.execute(told)).one()
    await _write(session, entry, moves)
    left, change = available + held, moves.get("available", 0) + moves.get("held", 0)
    return [_low(entry, left, mark)] if mark and left < mark <= left - change else []


async def _write(session: AsyncSession, entry: Entry, moves: Mapping[Account, int]) -> None:
    name = new_id("ent")
    lines = [(account, amount) for account, amount in moves.items() if amount]
    session.add_all(_line(name, entry, account, amount) for account, amount in lines)
    await session.flush()


def _line(name: str, entry: Entry, account: Account, amount: int) -> LedgerRow:
    return LedgerRow(
        entry=name,
        tenant_id=entry.tenant,
        kind=entry.kind,
        account=account,
        amount=amount,
        at=entry.at,
        call_id=entry.call,
        note=entry.note,
        by=entry.by,
    )


def _low(entry: Entry, left: int, mark: int) -> CreditLow:
    return CreditLow(
        id=EventId(new_id("evt")), tenant=entry.tenant, call=NO_CALL, sequence=0, at=entry.at, left=left, mark=mark
    )


async def unbalanced(session: AsyncSession) -> list[str]:
    """Return the tenants whose accounts do not add up to 0, or are not what the ledger's lines add up to."""
    sums: dict[str, dict[str, int]] = {}
    query = select(LedgerRow.tenant_id, LedgerRow.account, func.sum(LedgerRow.amount))
    for tenant, account, amount in await session.execute(query.group_by(LedgerRow.tenant_id, LedgerRow.account)):
        sums.setdefault(tenant, {})[account] = int(amount)
    wrong = []
    for row in await session.scalars(select(CreditAccountRow)):
        has: dict[str, int] = {"issued": row.issued, "available": row.available, "held": row.held, "spent": row.spent}
        told = {account: sums.get(row.tenant_id, {}).get(account, 0) for account in has}
        if has != told or sum(has.values()) != 0:
            wrong.append(row.tenant_id)
    return wrong

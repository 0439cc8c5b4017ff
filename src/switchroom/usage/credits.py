"""Credit held for calls, and what tenants see and set of their accounts.

The engine asks before it answers and every few seconds after; what was really used is charged by ``metering`` from the
journal. So a call that its engine did not survive is charged all the same, and nothing is charged twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from switchroom.errors import Invalid, Unavailable
from switchroom.identity import CallId, TenantId
from switchroom.ports.credit import NoCredit, Used
from switchroom.storage.db import Database, upsert
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage import ledger
from switchroom.usage.ledger import Balance, Entry
from switchroom.usage.model import CreditAccountRow, CreditHoldRow, LedgerRow
from switchroom.usage.payers import Payer, Payers

FORGOTTEN = 600.0
"""Seconds after which a hold that no engine asks for any more, of a call that the journal does not know, is given back."""

MOST = 10**15


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger; see usage.model.LedgerRow."""

    number: int
    entry: str
    kind: str
    account: str
    amount: int
    at: float
    call: CallId
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How a tenant pays, as those above it say. None and "" leave a part as it is; ``unlimited`` lets it pay afterwards."""

    least: int | None = None
    unlimited: bool = False
    mark: int | None = None
    price_list: str | None = None


class Credits:
    """Implements ports.credit.CreditDesk."""

    def __init__(self, journal: Journal, payers: Payers, wall: Callable[[], float]) -> None:
        self.database: Database = journal.database
        self._journal = journal
        self.payers = payers
        self._wall = wall

    async def reserve(self, tenant: TenantId, call: CallId) -> "CallHold":
        """See CreditDesk."""
        try:
            paying = [payer for payer in await self.payers.of(tenant) if payer.least is not None]
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("what calls cost cannot be kept now: try again later", code="credit_silent") from error
        hold = CallHold(self, call, paying)
        await hold.keep({})
        return hold

    async def hold(self, call: CallId, wanted: Sequence[tuple[Payer, int]]) -> None:
        """Hold these amounts, all or none. Raises NoCredit, Unavailable."""
        now = self._wall()
        try:
            async with self.database.transaction(WHOLE_HOUSE) as session:
                for payer, amount in wanted:
                    if not await ledger.hold(session, payer.tenant, call, amount, now):
                        message = (
                            "there is not enough credit for this call: buy credit, or let the tenant pay afterwards"
                        )
                        raise NoCredit(message, payer.tenant, amount)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("what calls cost cannot be kept now: try again later", code="credit_silent") from error

    async def balance(self, tenant: TenantId) -> Balance:
        """Return what the tenant has."""
        async with self.database.snapshot(tenant) as session:
            return await ledger.balance(session, tenant)

    async def grant(self, tenant: TenantId, amount: int, note: str, by: str) -> Balance:
        """Give credit, or take it back with a negative amount. Raises Invalid for more than is available."""
        if not amount or abs(amount) > MOST:
            raise Invalid("amount: give a number of credits other than 0, at most 10^15")
        async with self.database.transaction(tenant) as session:
            before = await ledger.balance(session, tenant)
            if amount < 0 and before.available + amount < 0:
                raise Invalid(f"amount: only {max(before.available, 0)} credits can be taken back")
            entry = Entry(tenant, "grant", self._wall(), note=note, by=by)
            await self._journal.append(session, await ledger.grant(session, tenant, amount, entry))
        return await self.balance(tenant)

    async def set_terms(self, tenant: TenantId, terms: Terms) -> Balance:
        """Say how the tenant pays, from the next call on."""
        changes: dict[str, object] = {}
        if terms.unlimited or terms.least is not None:
            changes["least"] = None if terms.unlimited else terms.least
        if terms.mark is not None:
            changes["mark"] = terms.mark
        if terms.price_list is not None:
            changes["price_list"] = terms.price_list
        fresh = {"tenant_id": tenant, "issued": 0, "available": 0, "held": 0, "spent": 0, "mark": 0, "price_list": ""}
        async with self.database.transaction(tenant) as session:
            await upsert(session, CreditAccountRow, ("tenant_id",), [fresh], replace=False)
            if changes:
                mine = CreditAccountRow.tenant_id == tenant
                await session.execute(update(CreditAccountRow).where(mine).values(changes))
        return await self.balance(tenant)

    async def lines(
        self, tenant: TenantId, *, limit: int = 50, before: int | None = None, call: CallId | None = None
    ) -> list[Line]:
        """Return lines of the tenant's ledger, newest first, with numbers below ``before``."""
        query = select(LedgerRow).where(LedgerRow.tenant_id == tenant).order_by(LedgerRow.number.desc()).limit(limit)
        if before is not None:
            query = query.where(LedgerRow.number < before)
        if call is not None:
            query = query.where(LedgerRow.call_id == call)
        async with self.database.snapshot(tenant) as session:
            return [_line(row) for row in await session.scalars(query)]

    async def release_forgotten(self) -> int:
        """Give back what is held for calls whose engine asks no more and that never came into the journal; return how many."""
        now = self._wall()
        forgotten = CreditHoldRow.closed.is_(False) & (CreditHoldRow.seen < now - FORGOTTEN)
        async with self.database.transaction(WHOLE_HOUSE) as session:
            calls = set(await session.scalars(select(CreditHoldRow.call_id).where(forgotten)))
            for call in calls:
                await ledger.release(session, CallId(call), now)
        return len(calls)


class CallHold:
    """Implements ports.credit.Hold for those of ``paying`` who could run out."""

    def __init__(self, credits_: Credits, call: CallId, paying: Sequence[Payer]) -> None:
        self._credits = credits_
        self._call = call
        self._paying = paying

    @property
    def limited(self) -> bool:
        """See Hold."""
        return bool(self._paying)

    async def keep(self, used: Used) -> None:
        """See Hold."""
        if self._paying:
            prices = [(payer, payer.list.prices) for payer in self._paying]
            wanted = [(payer, list_.cost(used) + list_.minute()) for payer, list_ in prices]
            await self._credits.hold(self._call, wanted)


def _line(row: LedgerRow) -> Line:
    call = CallId(row.call_id)
    return Line(row.number, row.entry, row.kind, row.account, row.amount, row.at, call, row.note, row.by)

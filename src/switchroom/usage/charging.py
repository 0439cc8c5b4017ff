"""Charges what calls used, from the journal, in the transaction that moves the cursor: each event counts once, whatever breaks.

An amount is added to what the call used before, the sum is rated anew, and the difference is charged; so a begun minute is
paid once, and rounding never adds up. What is held for a call is given back when its end is read.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.events.catalogue import CallCompleted, CallFailed, Event
from switchroom.events.usage import UsageMetered
from switchroom.identity import CallId, TenantId
from switchroom.observability import get_logger
from switchroom.storage.journal import POLL, CursorMoved, Entry, Journal, cursor_of, move_cursor, within
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage import ledger
from switchroom.usage.credits import Credits
from switchroom.usage.model import UsageRow
from switchroom.usage.payers import Payer
from switchroom.usage.prices import Price, rate

NAME = "usage"
BATCH = 1000
RETRY = 1.0
SWEEP = 60.0
DAY = 86400

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Amount:
    call: CallId
    tenant: TenantId
    meter: str
    provider: str
    amount: float
    at: float


class Charging:
    """The one writer of usage records and charges."""

    def __init__(self, journal: Journal, credits_: Credits, clock: Callable[[], float]) -> None:
        """``clock`` is a monotonic one, for how often what was forgotten is looked for."""
        self._journal = journal
        self._credits = credits_
        self._clock = clock
        self._swept = clock()
        self._reading = asyncio.Lock()

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        while True:
            try:
                committed = self._journal.next_commit()
                await self.catch_up()
                await self._sweep()
                await within(POLL, committed)
            except SQLAlchemyError as error:
                log.warning("usage cannot be charged, trying again", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def catch_up(self) -> None:
        """Charge what the journal holds now. Safe to cancel."""
        async with self._reading:
            more = True
            while more:
                async with self._journal.database.snapshot(WHOLE_HOUSE) as session:
                    position = await cursor_of(session, NAME)
                entries = await self._journal.after(position, most=BATCH)
                more = len(entries) == BATCH
                if entries:
                    with suppress(CursorMoved):  # another process was faster
                        await self._take(position, entries)

    async def _sweep(self) -> None:
        if self._clock() - self._swept >= SWEEP:
            self._swept = self._clock()
            if forgotten := await self._credits.release_forgotten():
                log.warning("gave back what was held for calls that never were", calls=forgotten)

    async def _take(self, position: int, entries: Sequence[Entry]) -> None:
        events = [entry.event for entry in entries if entry.event is not None]
        amounts = [amount for event in events if isinstance(event, UsageMetered) for amount in _amounts(event)]
        payers = {tenant: await self._credits.payers.of(tenant) for tenant in {amount.tenant for amount in amounts}}
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            await move_cursor(session, NAME, entries[-1].number, since=position)
            told: list[Event] = []
            for event in events:
                if isinstance(event, UsageMetered):
                    told += await _charge(session, list(_amounts(event)), payers[event.tenant])
                elif isinstance(event, CallCompleted | CallFailed):
                    await ledger.release(session, event.call, event.at)
            await self._journal.append(session, told)


def _amounts(event: UsageMetered) -> Iterator[_Amount]:
    for meter, of_meter in event.used.items():
        for provider, amount in of_meter.items():
            yield _Amount(event.call, event.tenant, meter, provider[:100], float(amount), event.at)


async def _charge(session: AsyncSession, amounts: Sequence[_Amount], payers: Iterable[Payer]) -> list[Event]:
    told: list[Event] = []
    for payer in payers:
        due = sum([await _record(session, amount, payer) for amount in amounts])
        if due:
            told += await ledger.charge(session, payer.tenant, amounts[0].call, due, amounts[0].at)
    return told


async def _record(session: AsyncSession, amount: _Amount, payer: Payer) -> int:
    """Add to what the call used, and return what that costs more than before."""
    row = await session.get(UsageRow, (amount.call, payer.tenant, amount.meter, amount.provider))
    if row is None:
        list_ = payer.list.prices
        price = list_.price(amount.meter, amount.provider)
        row = UsageRow(
            call_id=amount.call,
            tenant_id=payer.tenant,
            meter=amount.meter,
            provider=amount.provider,
            used_by=amount.tenant,
            amount=0.0,
            credits=0,
            price=None if price is None else {**price.model_dump(mode="json"), "credit_price": list_.credit_price},
            currency=list_.currency,
            cost=0,
            day=int(amount.at // DAY),
            at=amount.at,
        )
        session.add(row)
    row.amount = round(row.amount + amount.amount, 6)
    before, row.credits = row.credits, rate(_price(row.price), row.amount)
    row.cost = 0 if row.price is None else row.credits * int(str(row.price["credit_price"]))
    return row.credits - before


def _price(kept: Mapping[str, object] | None) -> Price | None:
    if kept is None:
        return None
    return Price.model_validate({name: value for name, value in kept.items() if name in Price.model_fields})

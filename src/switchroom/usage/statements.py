"""What a tenant used in a time: sums for a page, and a month's statement for whoever pays the bill."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.usage.model import LedgerRow, UsageRow

DAY = 86400.0
PAGE = 1000

By = Literal["meter", "provider", "day", "tenant"]

HEADER = (
    "time", "kind", "call", "tenant", "meter", "provider", "amount", "credits", "currency", "cost_micros", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """What was used under one key: a meter, a provider of a meter, a day (YYYY-MM-DD, UTC) or a tenant."""

    key: str
    meter: str
    amount: float
    credits: int
    cost: int
    currency: str
    calls: int


@dataclass(frozen=True, slots=True)
class Span:
    """From a time on and before another, seconds since 1970."""

    begin: float
    end: float


def month(name: str) -> Span:
    """Return the month called ``YYYY-MM``, in UTC. Raises Invalid."""
    try:
        begin = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    except ValueError as error:
        raise Invalid(f"month: {name!r} is no month: write it as 2026-11") from error
    return Span(begin.timestamp(), end.timestamp())


class Statements:
    """Reads usage records and the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(self, tenant: TenantId, span: Span, by: By) -> list[Sum]:
        """Return what was used, by meter and by what else is asked for."""
        key = _KEYS[by]
        query = (
            select(
                key,
                UsageRow.meter,
                UsageRow.currency,
                func.sum(UsageRow.amount),
                func.sum(UsageRow.credits),
                func.sum(UsageRow.cost),
                func.count(UsageRow.call_id.distinct()),
            )
            .where(*_within(tenant, span))
            .group_by(key, UsageRow.meter, UsageRow.currency)
            .order_by(key, UsageRow.meter, UsageRow.currency)
        )
        async with self._database.snapshot(tenant) as session:
            return [
                Sum(_named(by, name), meter, round(float(amount), 3), int(credits_), int(cost), currency, calls)
                for name, meter, currency, amount, credits_, cost, calls in await session.execute(query)
            ]

    async def csv(self, tenant: TenantId, span: Span) -> AsyncIterator[str]:
        """Yield a statement: every use with its price, then every credit given; the lines' credits add up to the change."""
        yield _lines([HEADER])
        async with self._database.snapshot(tenant) as session:
            used = (
                select(UsageRow).where(*_within(tenant, span)).order_by(UsageRow.at, UsageRow.call_id, UsageRow.meter)
            )
            async for rows in (await session.stream_scalars(used)).partitions(PAGE):
                yield _lines(_used(row) for row in rows)
            given = select(LedgerRow).where(
                LedgerRow.tenant_id == tenant,
                LedgerRow.kind == "grant",
                LedgerRow.account == "available",
                LedgerRow.at >= span.begin,
                LedgerRow.at < span.end,
            )
            async for lines in (await session.stream_scalars(given.order_by(LedgerRow.number))).partitions(PAGE):
                yield _lines(_given(line) for line in lines)


_KEYS: Mapping[By, InstrumentedAttribute[str] | InstrumentedAttribute[int]] = {
    "meter": UsageRow.meter,
    "provider": UsageRow.provider,
    "day": UsageRow.day,
    "tenant": UsageRow.used_by,
}


def _within(tenant: TenantId, span: Span) -> tuple[ColumnElement[bool], ...]:
    days = (UsageRow.day >= int(span.begin // DAY)) & (UsageRow.day <= int(span.end // DAY))  # what the index knows
    return (UsageRow.tenant_id == tenant, days, UsageRow.at >= span.begin, UsageRow.at < span.end)


def _named(by: By, key: object) -> str:
    return datetime.fromtimestamp(int(str(key)) * DAY, UTC).strftime("%Y-%m-%d") if by == "day" else str(key)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _used(row: UsageRow) -> tuple[object, ...]:
    amount = f"{row.amount:.6f}".rstrip("0").rstrip(".")
    paid = (row.meter, row.provider, amount, -row.credits, row.currency, row.cost)
    return (_time(row.at), "usage", row.call_id, row.used_by, *paid, "")


def _given(row: LedgerRow) -> tuple[object, ...]:
    return (_time(row.at), "grant", "", row.tenant_id, "", "", "", row.amount, "", "", _plain(row.note))


def _plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _lines(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()

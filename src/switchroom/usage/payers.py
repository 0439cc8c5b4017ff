"""Who pays for a tenant's calls: the tenant itself, and everybody above it but the house, each by a list of prices.

A list is made by a tenant for those below it; who has none pays by the list of the one above, and at the top the usual prices
count. So a reseller pays the house by the house's list, and asks its tenants what it likes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select

from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage.model import CreditAccountRow, PriceListRow
from switchroom.usage.prices import STANDARD, PriceList, read_prices

Lineage: TypeAlias = Callable[[TenantId], Awaitable[Sequence[TenantId]]]
"""Returns a tenant and those above it, the nearest first, the house last."""


@dataclass(frozen=True, slots=True)
class Payer:
    """One who pays. ``least`` is what must stay available, None if they pay afterwards."""

    tenant: TenantId
    least: int | None
    list: PriceList


class Payers:
    """Finds them."""

    def __init__(self, database: Database, lineage: Lineage) -> None:
        self._database = database
        self._lineage = lineage

    async def above(self, tenant: TenantId) -> Sequence[TenantId]:
        """Return who is above the tenant, the nearest first."""
        return (await self._lineage(tenant))[1:]

    async def list_of(self, tenant: TenantId) -> PriceList:
        """Return what the tenant pays by; the usual list for the house, which pays nobody."""
        paying = await self.of(tenant)
        return paying[0].list if paying else STANDARD

    async def of(self, tenant: TenantId) -> list[Payer]:
        """Return who pays for the tenant's calls, itself first. Only the house pays nobody."""
        line = list(await self._lineage(tenant))
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            rows = await session.scalars(select(CreditAccountRow).where(CreditAccountRow.tenant_id.in_(line)))
            accounts = {row.tenant_id: row for row in rows}
            chosen = {row.price_list for row in accounts.values()}
            kept = await session.scalars(select(PriceListRow).where(PriceListRow.id.in_(chosen)))
            lists = {row.id: PriceList(row.id, read_prices(row.prices)) for row in kept}
        found: list[Payer] = []
        current = STANDARD
        for one in reversed(line):
            account = accounts.get(one)
            if account is not None:
                current = lists.get(account.price_list, current)
            found.append(Payer(one, None if account is None else account.least, current))
        return found[:0:-1]

"""The price lists that a tenant has made for those below it."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.errors import Conflict, NotFound
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage.model import CreditAccountRow, PriceListRow
from switchroom.usage.prices import PriceList, Prices, read_prices


class PriceLists:
    """Makes, changes and removes them."""

    def __init__(self, database: Database, wall: Callable[[], float]) -> None:
        self._database = database
        self._wall = wall

    async def all(self, tenant: TenantId) -> list[PriceList]:
        """Return the tenant's lists, by name."""
        query = select(PriceListRow).where(PriceListRow.tenant_id == tenant).order_by(PriceListRow.name)
        async with self._database.snapshot(tenant) as session:
            return [_list(row) for row in await session.scalars(query)]

    async def get(self, list_: str, tenant: TenantId) -> PriceList:
        """Return one. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _list(await _find(session, list_, tenant))

    async def among(self, list_: str, tenants: Sequence[TenantId]) -> PriceList:
        """Return the list if one of these tenants made it. Raises NotFound."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await session.get(PriceListRow, list_)
        if row is None or row.tenant_id not in tenants:
            raise NotFound(f"there is no price list {list_} of a tenant above")
        return _list(row)

    async def make(self, tenant: TenantId, prices: Prices) -> PriceList:
        """Add a list. Raises Conflict if the name is taken."""
        return await self._store(new_id("prl"), tenant, prices)

    async def change(self, list_: str, tenant: TenantId, prices: Prices) -> PriceList:
        """Replace a list; calls that are running keep the prices they began with. Raises NotFound, Conflict."""
        await self.get(list_, tenant)
        return await self._store(list_, tenant, prices)

    async def remove(self, list_: str, tenant: TenantId) -> None:
        """Remove a list. Raises NotFound, and Conflict while somebody pays by it."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, list_, tenant)
        async with self._database.transaction(WHOLE_HOUSE) as session:  # those who pay by it are below
            paying = select(func.count()).where(CreditAccountRow.price_list == list_)
            count = await session.scalar(paying.select_from(CreditAccountRow)) or 0
            if count:
                raise Conflict(f"{count} tenants pay by the list {row.name!r}: give them another one first")
            await session.delete(await _find(session, list_, tenant))

    async def _store(self, id_: str, tenant: TenantId, prices: Prices) -> PriceList:
        row = PriceListRow(
            id=id_, tenant_id=tenant, name=prices.name, prices=prices.model_dump(mode="json"), changed=self._wall()
        )
        try:
            async with self._database.transaction(tenant) as session:
                await session.merge(row)
        except IntegrityError as error:
            raise Conflict(f"there is a price list {prices.name!r} already: choose another name") from error
        return PriceList(id_, prices)


def _list(row: PriceListRow) -> PriceList:
    return PriceList(row.id, read_prices(row.prices))


async def _find(session: AsyncSession, list_: str, tenant: TenantId) -> PriceListRow:
    row = await session.get(PriceListRow, list_)
    if row is None or row.tenant_id != tenant:
        raise NotFound(f"there is no price list {list_}")
    return row

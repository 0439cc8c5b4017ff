"""Tenants that are suspended: nobody answers for them and they call nobody, until that is lifted; calls that are up go on."""

from sqlalchemy import select

from switchroom.accounts.model import TenantRow
from switchroom.errors import Denied, NotFound
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE


class Suspensions:
    """Asked before every call, so that it counts at once, whoever wrote it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, slug: str, *, suspended: bool) -> None:
        """Suspend a tenant, or lift that. Raises NotFound."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.scalar(select(TenantRow).where(TenantRow.slug == slug))
            if row is None:
                raise NotFound(f"there is no tenant {slug!r}")
            row.suspended = suspended

    async def check(self, tenant: TenantId) -> None:
        """Raise Denied if the tenant is suspended; one that is not known is not."""
        async with self._database.snapshot(tenant) as session:
            suspended = await session.scalar(select(TenantRow.suspended).where(TenantRow.id == tenant))
        if suspended:
            raise Denied(f"tenant {tenant} is suspended", code="tenant_suspended")

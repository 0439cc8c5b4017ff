"""Tenants that are suspended: nobody answers for them and they call nobody, until that is lifted; calls that are up go on.

Who is suspended takes along everybody below: a tenant's calls are asked about at each level up to the platform.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from switchroom.accounts.model import TenantRow
from switchroom.errors import Denied
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

_PARENT, _GRANDPARENT = aliased(TenantRow), aliased(TenantRow)


class Suspensions:
    """Asked before every call, so that it counts at once, whoever wrote it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, tenant: TenantId) -> None:
        """Raise Denied if the tenant, or one above it, is suspended; one that is not known is not."""
        query = (
            select(TenantRow.id)
            .outerjoin(_PARENT, TenantRow.parent_id == _PARENT.id)
            .outerjoin(_GRANDPARENT, _PARENT.parent_id == _GRANDPARENT.id)
            .where(TenantRow.id == tenant)
            .where(or_(TenantRow.suspended, _PARENT.suspended, _GRANDPARENT.suspended))
        )
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            suspended = await session.scalar(query)
        if suspended is not None:
            raise Denied(f"tenant {tenant} is suspended", code="tenant_suspended")

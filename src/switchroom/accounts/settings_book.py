"""What counts for each tenant of what is said for it and for those above it: one query, kept until something of it is written."""

from collections.abc import Callable, Mapping
from typing import cast

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from switchroom.accounts.logo import Logo
from switchroom.accounts.model import TenantLogoRow, TenantRow, TenantSettingsRow
from switchroom.accounts.own_settings import Effective, Level, effective, read
from switchroom.accounts.tenant_tree import PLATFORM, Kind
from switchroom.errors import Conflict, NotFound
from switchroom.identity import TenantId
from switchroom.ports.plan import Quota
from switchroom.storage.changes.kept import NOBODY, Kept
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE


class SettingsBook:
    """The settings of all tenants, as they are inherited."""

    def __init__(self, database: Database, wall: Callable[[], float]) -> None:
        self._database = database
        self._wall = wall
        self._kept: Kept[TenantId, Effective] = Kept(database, lambda _: NOBODY)
        self._domains: Kept[str, TenantId] = Kept(database, lambda _: NOBODY)

    async def of(self, tenant: TenantId) -> Effective:
        """Return what counts for a tenant; never older than the last write that returned. Raises NotFound. Safe to cancel."""
        return await self._kept.get(tenant, lambda: self._read(tenant), lambda _: True)

    async def quotas(self, tenant: TenantId) -> tuple[Quota, ...]:
        """Return what limits a tenant's calls; a tenant that is not known has no limits."""
        try:
            return (await self.of(tenant)).quotas
        except NotFound:
            return ()

    async def change(self, tenant: TenantId, values: Mapping[str, object]) -> Effective:
        """Say these fields for a tenant; None takes one back. Raises NotFound, Invalid, or Conflict for another's domain."""
        before = await self._read(tenant)
        said = read({**before.chain[0].said, **values}).model_dump(exclude_none=True)
        try:
            async with self._database.transaction(tenant) as session:
                row = await session.get(TenantSettingsRow, tenant) or self._blank(tenant)
                row.said, row.domain, row.changed = said, said.get("brand_domain"), self._wall()
                session.add(row)
        except IntegrityError as error:
            raise Conflict("brand_domain: another tenant has it: choose another domain", code="domain_taken") from error
        return await self.of(tenant)

    async def hang(self, tenant: TenantId, logo: Logo | None) -> Effective:
        """Give a tenant a logo of its own, or take it away."""
        async with self._database.transaction(tenant) as session:
            row = await session.get(TenantSettingsRow, tenant) or self._blank(tenant)
            picture = await session.get(TenantLogoRow, tenant)
            row.logo, row.logo_type = ("", "") if logo is None else (logo.digest, logo.media_type)
            row.changed = self._wall()
            session.add(row)
            if picture is not None:
                await session.delete(picture)
                await session.flush()
            if logo is not None:
                session.add(TenantLogoRow(tenant_id=tenant, content=logo.content))
        return await self.of(tenant)

    async def logo(self, tenant: TenantId) -> Logo:
        """Return the logo that a tenant shows, its own or inherited. Raises NotFound."""
        whose = (await self.of(tenant)).logo
        if whose is None:
            raise NotFound("there is no logo: the house's own is shown")
        async with self._database.snapshot(whose) as session:
            row = await session.get_one(TenantSettingsRow, whose)
            return Logo(row.logo_type, (await session.get_one(TenantLogoRow, whose)).content)

    async def meant(self, host: str, slug: str = "") -> TenantId:
        """Return the tenant of that slug, else that of the host name, else the platform. Raises NotFound for the slug."""
        if slug:
            key, query = f"slug {slug}", select(TenantRow.id).where(TenantRow.slug == slug)
        else:
            name = host.lower().partition(":")[0].rstrip(".")
            domain = TenantSettingsRow.domain == name
            key, query = f"host {name}", select(TenantSettingsRow.tenant_id).where(domain)
        return await self._domains.get(key, lambda: self._looked_up(query, slug), lambda _: True)

    async def _looked_up(self, query: Select[str], slug: str) -> TenantId:
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            found = await session.scalar(query)
        if found is None and slug:
            raise NotFound(f"there is no tenant {slug!r}", code="tenant_not_found")
        return PLATFORM if found is None else TenantId(found)

    async def _read(self, tenant: TenantId) -> Effective:
        below, parent = aliased(TenantRow), aliased(TenantRow)
        line = (
            select(TenantRow, TenantSettingsRow)
            .outerjoin(TenantSettingsRow, TenantSettingsRow.tenant_id == TenantRow.id)
            .join(below, below.id == tenant)
            .outerjoin(parent, parent.id == below.parent_id)
            .where(or_(TenantRow.id == below.id, TenantRow.id == parent.id, TenantRow.id == parent.parent_id))
        )
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            rows = {row.id: (row, said) for row, said in await session.execute(line)}
        chain = []
        above: str | None = tenant
        while above is not None and above in rows:
            row, said = rows[above]
            chain.append(_level(row, said))
            above = row.parent_id
        if not chain:
            raise NotFound(f"there is no tenant {tenant!r}", code="tenant_not_found")
        return effective(chain)

    def _blank(self, tenant: TenantId) -> TenantSettingsRow:
        return TenantSettingsRow(tenant_id=tenant, said={}, domain=None, logo="", logo_type="", changed=self._wall())


def _level(row: TenantRow, said: TenantSettingsRow | None) -> Level:
    known = {} if said is None else said.said
    return Level(TenantId(row.id), row.slug, cast("Kind", row.kind), known, "" if said is None else said.logo)

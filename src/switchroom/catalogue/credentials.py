"""Credentials: secrets under a name, written and never read, that providers and MCP servers refer to instead of holding them.

A tenant without one of its own under a name has that of the nearest above it, but only where the operator says what it is sent to
(``inherited``): an address that the tenant chooses is never given more than the tenant's own (``own``).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from sqlalchemy import Table, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.model import CredentialRow, McpServerRow
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.vault import Vault

Kind = Literal["provider", "oauth", "sip"]
Chain = Callable[[TenantId], Awaitable[Sequence[TenantId]]]
"""Returns a tenant and those above it, the nearest first."""

SEEN = 60.0
"""Seconds by which the time of last use may be behind."""
_SHOWN, _LEAST = 4, 12


async def alone(tenant: TenantId) -> Sequence[TenantId]:
    """Return a tenant that has nobody above it."""
    return (tenant,)


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A credential as it is shown: ``hint`` is the end of the secret, if that is long enough to tell nothing by it."""

    id: str
    tenant: TenantId
    name: str
    kind: Kind
    hint: str
    created: float
    changed: float
    last_used: float | None


class Credentials:
    """Every method sees one tenant's credentials; one is meant by its id or its name."""

    def __init__(self, database: Database, vault: Vault, wall: Callable[[], float], chain: Chain = alone) -> None:
        self._database = database
        self._vault = vault
        self._wall = wall
        self._chain = chain

    async def create(self, tenant: TenantId, name: str, kind: Kind, secret: str) -> CredentialRecord:
        """Keep a secret. Raises Invalid, or Conflict if the name is taken."""
        if kind not in get_args(Kind):
            raise Invalid(f"kind: {kind!r} is none of {', '.join(get_args(Kind))}")
        row = CredentialRow(id=new_id("crd"), tenant_id=tenant, name=name, kind=kind, created=self._wall())
        self._put(row, secret)
        try:
            async with self._database.transaction(tenant) as session:
                session.add(row)
        except IntegrityError as error:
            raise Conflict(f"there is a credential {name!r} already: rotate it, or choose another name") from error
        return _record(row)

    async def rotate(self, tenant: TenantId, credential: str, secret: str) -> CredentialRecord:
        """Replace the secret; what refers to it uses the new one from its next connection on. Raises NotFound, Invalid."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, tenant, credential)
            self._put(row, secret)
            return _record(row)

    async def delete(self, tenant: TenantId, credential: str) -> None:
        """Forget a secret. Raises NotFound, or Conflict naming the MCP servers that use it."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, tenant, credential)
            servers = await session.scalars(select(McpServerRow).where(McpServerRow.tenant_id == tenant))
            users = sorted(server.name for server in servers if server.form.get("credential") == row.name)
            if users:
                message = f"credential {row.name!r} is used by the MCP servers {', '.join(users)}: change them first"
                raise Conflict(message, code="in_use")
            await session.delete(row)

    async def get(self, tenant: TenantId, credential: str) -> CredentialRecord:
        """Return one credential. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _record(await _find(session, tenant, credential))

    async def page(self, tenant: TenantId, limit: int = 200, cursor: str | None = None) -> list[CredentialRecord]:
        """Return up to ``limit`` that were made after the one with the id ``cursor``, oldest first."""
        mine = select(CredentialRow).where(CredentialRow.tenant_id == tenant, CredentialRow.id > (cursor or ""))
        async with self._database.snapshot(tenant) as session:
            return [_record(row) for row in await session.scalars(mine.order_by(CredentialRow.id).limit(limit))]

    async def own(self, tenant: TenantId, name: str) -> str:
        """Return the tenant's own secret of that name, for use and not for show. Raises NotFound, Unavailable."""
        async with self._database.snapshot(tenant) as session:
            row = await _find(session, tenant, name)
        secret = self._vault.open(row.sealed, row.id)["secret"]
        await self._used(row)
        return secret

    async def inherited(self, tenant: TenantId, name: str) -> str:
        """Return the secret of that name of the tenant, or of the nearest above it that has one. Raises NotFound, Unavailable."""
        for one in await self._chain(tenant):
            try:
                return await self.own(one, name)
            except NotFound:
                continue
        raise NotFound(f"there is no credential {name!r}, neither here nor above")

    def _put(self, row: CredentialRow, secret: str) -> None:
        if not secret.strip():
            raise Invalid("secret: it is empty")
        row.sealed = self._vault.seal({"secret": secret.strip()}, row.id)
        row.hint = secret.strip()[-_SHOWN:] if len(secret.strip()) >= _LEAST else ""
        row.changed = self._wall()

    async def _used(self, row: CredentialRow) -> None:
        now = self._wall()
        if row.last_used is not None and now - row.last_used < SEEN:
            return
        table = cast("Table", CredentialRow.__table__)  # the table: when it was used is no change of the catalogue
        async with self._database.transaction(TenantId(row.tenant_id)) as session:
            await session.execute(update(table).where(table.c.id == row.id).values(last_used=now))


async def _find(session: AsyncSession, tenant: TenantId, credential: str) -> CredentialRow:
    mine = select(CredentialRow).where(CredentialRow.tenant_id == tenant)
    row = await session.scalar(mine.where((CredentialRow.id == credential) | (CredentialRow.name == credential)))
    if row is None:
        raise NotFound(f"there is no credential {credential!r}")
    return row


def _record(row: CredentialRow) -> CredentialRecord:
    kind = cast("Kind", row.kind)
    tenant = TenantId(row.tenant_id)
    return CredentialRecord(row.id, tenant, row.name, kind, row.hint, row.created, row.changed, row.last_used)

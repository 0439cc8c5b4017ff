"""The MCP servers of all tenants, as stored: made, changed, listed, and read as records that connections are made from.

What a server listed last is kept beside its form, so that its tools are known to flows while it is away.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import structlog
from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.credentials import Credentials
from switchroom.catalogue.mcp_form import McpServerForm, build, read
from switchroom.catalogue.model import CredentialRow, McpServerRow
from switchroom.catalogue.writings import Writings
from switchroom.errors import Conflict, Denied, Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.identity import TenantId, new_id
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.settings import McpSettings
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault

log = structlog.get_logger()

Stamp = tuple[object, ...]

_LISTING = TypeAdapter(tuple[RemoteTool, ...])

MOST = 20
"""Servers of a tenant: each is a connection that is kept."""


@dataclass(frozen=True, slots=True)
class McpServerRecord:
    """A stored server; of its secrets only which there are. ``problem`` says why it cannot be used as it is stored."""

    id: str
    tenant: TenantId
    name: str
    settings: Mapping[str, object]
    secrets: frozenset[str]
    tools: tuple[RemoteTool, ...]
    problem: str = ""


class McpServers:
    """Every method that takes a tenant sees that tenant's servers alone. A server is meant by its name or its id."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        wall: Callable[[], float],
        settings: McpSettings | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._wall = wall
        self._settings = settings or McpSettings()
        self.credentials = credentials or Credentials(database, vault, wall)
        self.writings = Writings()

    async def create(self, tenant: TenantId, values: Mapping[str, object], *, lends: bool = True) -> McpServerRecord:
        """Add a server of these fields of an McpServerForm. Raises Invalid, Denied, or Conflict if its name is taken.

        ``lends``: whether whoever asks may say where a credential of the tenant is sent, without knowing it.
        """
        form = read(values, self._settings)
        _check_lending({}, form, lends=lends)
        if len(await self.all(tenant)) >= MOST:
            raise Conflict(f"there are {MOST} MCP servers already: remove one")
        return await self._store(McpServerRow(id=new_id("mcp"), tenant_id=tenant, listed=[]), form, {})

    async def change(
        self, server: str, tenant: TenantId, values: Mapping[str, object], *, lends: bool = True
    ) -> McpServerRecord:
        """Change these fields; a secret of "" is forgotten. Raises NotFound, Invalid, Denied, Conflict."""
        row = await self._row(server, tenant)
        form = read({**row.form, **values}, self._settings)
        _check_lending(row.form, form, lends=lends)
        moved = (form.url, form.program) != (row.form.get("url"), row.form.get("program"))
        if moved and self._kept(row) and not form.secrets():
            raise Invalid('url: with another address, give the secrets anew, or "" for each: they were for the old one')
        return await self._store(row, form, {} if moved else self._kept(row))

    async def delete(self, server: str, tenant: TenantId) -> None:
        """Remove a server; its tools fail from now on. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            await session.delete(await _find(session, server, tenant))
        self.writings.note()

    async def all(self, tenant: TenantId) -> list[McpServerRecord]:
        """Return the tenant's servers by name."""
        query = select(McpServerRow).where(McpServerRow.tenant_id == tenant).order_by(McpServerRow.name)
        async with self._database.snapshot(tenant) as session:
            return [self._record(row) for row in await session.scalars(query)]

    async def get(self, server: str, tenant: TenantId) -> McpServerRecord:
        """Return one server. Raises NotFound."""
        return self._record(await self._row(server, tenant))

    async def built(self, server: str, tenant: TenantId) -> ToolServer:
        """Return one server with its secrets, for use and not for show. Raises NotFound, Invalid, Unavailable."""
        row = await self._row(server, tenant)
        return self._built(row, await self._borrowed(row))

    async def usable(self) -> list[ToolServer]:
        """Return the servers of all tenants that are switched on and can be used; which cannot is named in the log."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            rows = list(await session.scalars(select(McpServerRow).order_by(McpServerRow.id)))
        found = []
        for row in rows:
            if row.form.get("enabled"):
                try:
                    found.append(self._built(row, await self._borrowed(row)))
                except SwitchroomError as error:
                    log.warning("MCP server cannot be used", server=row.id, tenant=row.tenant_id, problem=str(error))
        return found

    async def keep_listing(self, server: str, tools: tuple[RemoteTool, ...]) -> None:
        """Remember what a server lists; one that is gone meanwhile is passed over."""
        listed = [asdict(tool) for tool in tools]
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await session.execute(update(McpServerRow).where(McpServerRow.id == server).values(listed=listed))

    async def stamp(self) -> Stamp:
        """Return something that differs after every write of a server or a credential, in this process or another."""
        servers = select(func.count(), func.max(McpServerRow.changed)).select_from(McpServerRow)
        secrets = select(func.count(), func.max(CredentialRow.changed)).select_from(CredentialRow)
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            written = (*(await session.execute(servers)).one(), *(await session.execute(secrets)).one())
            return (self.writings.count, *written)

    async def _store(self, row: McpServerRow, form: McpServerForm, kept: Mapping[str, str]) -> McpServerRecord:
        secrets = {name: secret for name, secret in {**kept, **form.secrets()}.items() if secret}
        new = McpServerRow(
            id=row.id,
            tenant_id=row.tenant_id,
            name=form.name,
            form=form.shown(),
            sealed=self._vault.seal(secrets, row.id),
            listed=row.listed,
            changed=self._wall(),
        )
        try:
            async with self._database.transaction(TenantId(row.tenant_id)) as session:
                await session.merge(new)
        except IntegrityError as error:
            raise Conflict(f"there is an MCP server {form.name!r} already: choose another name") from error
        self.writings.note()
        return self._record(new)

    async def _row(self, server: str, tenant: TenantId) -> McpServerRow:
        async with self._database.snapshot(tenant) as session:
            return await _find(session, server, tenant)

    async def _borrowed(self, row: McpServerRow) -> Mapping[str, str]:
        """Return the secret of the credential that a server refers to. Raises NotFound, Unavailable."""
        name = str(row.form.get("credential") or "")
        return {"token": await self.credentials.own(TenantId(row.tenant_id), name)} if name else {}

    def _built(self, row: McpServerRow, borrowed: Mapping[str, str]) -> ToolServer:
        form = read(row.form, self._settings)
        secrets = {**self._vault.open(row.sealed, row.id), **borrowed}
        return build((row.id, TenantId(row.tenant_id)), form, secrets, _listed(row), self._settings)

    def _record(self, row: McpServerRow) -> McpServerRecord:
        problem = ""
        try:
            self._built(row, {})
        except SwitchroomError as error:
            problem = str(error)
        tenant = TenantId(row.tenant_id)
        return McpServerRecord(row.id, tenant, row.name, row.form, frozenset(self._kept(row)), _listed(row), problem)

    def _kept(self, row: McpServerRow) -> Mapping[str, str]:
        """Return the secrets that can still be opened."""
        try:
            return self._vault.open(row.sealed, row.id)
        except Unavailable:
            return {}


def _check_lending(before: Mapping[str, object], form: McpServerForm, *, lends: bool) -> None:
    """Raise Denied if a credential would be sent where it was not, and whoever asks may not say so: they could read it there."""
    same = all(before.get(place) == getattr(form, place) for place in ("url", "program", "credential"))
    if form.credential and not same and not lends:
        message = (
            f"only an administrator says where the credential {form.credential!r} is sent: ask one, or give a token"
        )
        raise Denied(message, code="role")


def _listed(row: McpServerRow) -> tuple[RemoteTool, ...]:
    return _LISTING.validate_python(row.listed)


async def _find(session: AsyncSession, server: str, tenant: TenantId) -> McpServerRow:
    mine = select(McpServerRow).where(McpServerRow.tenant_id == tenant)
    row = await session.scalar(mine.where((McpServerRow.id == server) | (McpServerRow.name == server)))
    if row is None:
        raise NotFound(f"there is no MCP server {server!r}")
    return row

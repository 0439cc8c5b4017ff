"""``switchroom mcp``: a tenant's MCP servers from the command line; the database is written, a running server sees it by itself."""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import get_origin

from switchroom.accounts.service import Accounts
from switchroom.catalogue.mcp_form import McpServerForm
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.errors import Invalid, SwitchroomError
from switchroom.identity import TenantId
from switchroom.installation import kept_secret
from switchroom.observability import set_up
from switchroom.providers.mcp.servers import probe
from switchroom.providers.mcp.specs import usable
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from switchroom.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """The MCP servers of one tenant, opened for a command."""

    tenant: TenantId
    servers: McpServers


@asynccontextmanager
async def opened(settings: Settings, slug: str) -> AsyncIterator[Desk]:
    """Open the database of the installation. Raises NotFound for a tenant that is not there."""
    set_up("console", "error")
    secret = settings.secret or kept_secret(settings.data)
    database = Database(settings.url)
    try:
        await upgrade(database)
        tenant = await Accounts(database, secret, time.time).tenant(slug)
        yield Desk(tenant.id, McpServers(database, Vault(secret), time.time, settings.mcp))
    finally:
        await database.close()


async def add(desk: Desk, values: Mapping[str, object], say: Callable[[str], None]) -> None:
    """Add a server. Raises Invalid, Conflict."""
    made = await desk.servers.create(desk.tenant, values)
    say(f"Added {made.name!r} ({made.id}). Try it: switchroom mcp test {made.name}")


async def show(desk: Desk, say: Callable[[str], None]) -> None:
    """List the tenant's servers."""
    records = await desk.servers.all(desk.tenant)
    for record in records:
        where = record.settings.get("url") or f"program {record.settings.get('program')}"
        marks = [] if record.settings.get("enabled") else ["off"]
        marks += [f"{len(record.tools)} tools"] if record.tools else ["never reached"]
        marks += [record.problem] if record.problem else []
        say(f"{record.name}  {where}  {', '.join(marks)}")
    if not records:
        say("There are no MCP servers.")


async def test(desk: Desk, name: str, say: Callable[[str], None]) -> bool:
    """Connect to a server and list its tools. Raises NotFound, Invalid, Unavailable."""
    server = await desk.servers.built(name, desk.tenant)
    health, tools = await probe(server)
    if health.state != "up":
        say(f"{server.name}: {health.problem}.")
        return False
    await desk.servers.keep_listing(server.id, tools)
    about = health.about
    say(f"{server.name}: works" + (f", {about.server}, protocol {about.protocol}." if about else "."))
    allowed = {tool.name for tool in usable(server.rules, tools)}
    for tool in tools:
        marks = " (reads only)" if tool.read_only else ""
        marks += "" if tool.name in allowed else " (not allowed here)"
        say(f"  {tool.name}{marks}  {tool.description.strip().partition(chr(10))[0]}".rstrip())
    return True


def fields(said: Iterable[str]) -> Mapping[str, object]:
    """Return the fields of ``name=value`` words: lists are parted by commas, mappings are JSON. Raises Invalid."""
    found: dict[str, object] = {}
    for word in said:
        name, equals, value = word.partition("=")
        if not equals:
            raise Invalid(f"{word!r} sets nothing: write name=value")
        field = McpServerForm.model_fields.get(name)
        kind = None if field is None else get_origin(field.annotation)
        found[name] = _value(name, value, kind)
    return found


def _value(name: str, value: str, kind: object) -> object:
    if kind is list:
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind is not dict:
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Invalid(f"{name}: {value!r} is no JSON: {error}") from error


def failure(error: SwitchroomError) -> str:
    """Return an error as the last line of a command."""
    return f"{error} [{error.code}]"

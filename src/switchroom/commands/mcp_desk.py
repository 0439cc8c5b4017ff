"""``switchroom mcp``: a tenant's MCP servers from the command line; the database is written, a running server sees it by itself."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from switchroom.catalogue.mcp_servers import McpServers
from switchroom.commands import house
from switchroom.identity import TenantId
from switchroom.providers.mcp.servers import probe
from switchroom.providers.mcp.specs import usable
from switchroom.settings import Settings
from switchroom.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """The MCP servers of one tenant, opened for a command."""

    tenant: TenantId
    servers: McpServers


@asynccontextmanager
async def opened(settings: Settings, slug: str) -> AsyncIterator[Desk]:
    """Open the database of the installation. Raises NotFound for a tenant that is not there."""
    async with house.opened(settings) as here:
        servers = McpServers(here.database, Vault(here.secret), time.time, settings.mcp)
        yield Desk(await here.tenant(slug), servers)


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

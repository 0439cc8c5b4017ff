"""Running tool servers of tests: kept while a context is open, with what is needed to call their tools."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from switchroom.flow.graph import Exchange
from switchroom.flow.tools import Occasion
from switchroom.hosting import hosting
from switchroom.identity import TenantId
from switchroom.ports import Value, Values
from switchroom.ports.tool_server import Endpoint, Program, ToolRules, ToolServer
from switchroom.providers.mcp.servers import ToolServers

HERE = Path(__file__).parent
TENANT = TenantId("tnt_a")
PEER = Program((sys.executable, str(HERE / "peer.py")))


def odd(kind: str) -> Program:
    """Return a server that misbehaves."""
    return Program((sys.executable, str(HERE / "odd.py"), kind))


def server(
    reach: Program | Endpoint = PEER, rules: ToolRules | None = None, *, key: str = "mcp_a", name: str = "peer"
) -> ToolServer:
    return ToolServer(key, TENANT, name, reach, rules or ToolRules())


@asynccontextmanager
async def kept(*servers: ToolServer, up: bool = True) -> AsyncIterator[ToolServers]:
    """Keep servers; wait until all of them are up."""
    desk = ToolServers()
    desk.use(servers)
    async with hosting(desk.run()):
        if up:
            await until(lambda: all(desk.health(one.id).state == "up" for one in servers), desk, servers)
        yield desk


async def until(true: Callable[[], bool], desk: ToolServers, servers: tuple[ToolServer, ...] = ()) -> None:
    """Wait for a condition; what the servers say is in the error when it does not come true."""
    try:
        async with asyncio.timeout(30.0):
            while not true():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError([desk.health(one.id) for one in servers]) from None


async def call(desk: ToolServers, tool: str, *, key: str = "key", **arguments: Value) -> Values:
    """Call a tool as a flow would."""
    occasion = Occasion(Exchange(TENANT, "call"), key, datetime(2026, 11, 21, tzinfo=UTC))
    return await desk.tools(TENANT)[tool].run(occasion, **arguments)

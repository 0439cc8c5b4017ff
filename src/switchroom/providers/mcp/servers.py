"""The tool servers of all tenants: a connection each, and their tools as a flow may name them.

Who is to be kept is given by ``use`` and counts at once; ``run`` owns the connections. The tools of a server are known from what it
listed last, also while it is away: then every call of them fails at once, and says so.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.flow.tools import Occasion, Tools
from switchroom.identity import TenantId
from switchroom.ports import Values
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.providers.mcp.clients import Told
from switchroom.providers.mcp.connection import CONNECT, Connection, Health, State, reason
from switchroom.providers.mcp.noted import Noted
from switchroom.providers.mcp.opening import opener
from switchroom.providers.mcp.specs import Call, joined, specs_of

Listed = Callable[[ToolServer, tuple[RemoteTool, ...]], None]


class ToolServers:
    """Keeps the servers. ``listed`` is told what a server lists when that is not what was known."""

    def __init__(self, listed: Listed = lambda _server, _tools: None) -> None:
        self._listed = listed
        self._kept: dict[str, Connection] = {}
        self._tasks: dict[Connection, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._tools: dict[TenantId, Tools] = {}

    def use(self, servers: Iterable[ToolServer]) -> None:
        """Keep these servers from now on, and no others. One that is reached as before keeps its connection."""
        before, self._kept = self._kept, {}
        for server in servers:
            old = before.get(server.id)
            if old is not None and (old.server.reach, old.server.name) == (server.reach, server.name):
                old.server = server
                self._kept[server.id] = old
            else:
                self._kept[server.id] = Connection(server, self._heard)
        self._tools.clear()
        self._changed.set()

    async def run(self) -> None:
        """Keep the connections until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._changed.clear()
                wanted = set(self._kept.values())
                for connection in self._tasks.keys() - wanted:
                    self._tasks.pop(connection).cancel()
                for connection in wanted - self._tasks.keys():
                    task = tasks.create_task(connection.run(), name=f"mcp {connection.server.id}")
                    self._tasks[connection] = task
                await self._changed.wait()

    def tools(self, tenant: TenantId) -> Tools:
        """Return the tenant's tools; the same object as before unless they have changed."""
        if tenant not in self._tools:
            mine = [kept for kept in self._kept.values() if kept.server.tenant == tenant]
            specs = [
                (kept.server.name, [*specs_of(kept.server, kept.tools, self._calls(kept.server.id))]) for kept in mine
            ]
            self._tools[tenant] = joined(specs)
        return self._tools[tenant]

    def health(self, server: str) -> Health:
        """Return how the connection to a server stands."""
        kept = self._kept.get(server)
        return Health("down", "it is switched off, or cannot be used") if kept is None else kept.health

    def count(self, *states: State) -> int:
        """Return how many servers are in one of these states."""
        return sum(kept.health.state in states for kept in self._kept.values())

    def listing(self, server: str) -> tuple[RemoteTool, ...]:
        """Return what a server listed last."""
        kept = self._kept.get(server)
        return () if kept is None else kept.tools

    def _calls(self, server: str) -> Call:
        async def call(tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:
            kept = self._kept.get(server)  # asked at the call: what a flow holds may be older than the connection
            if kept is None:
                raise Unavailable(f"the MCP server of tool {tool!r} was removed", code="tool_server_down")
            return await kept.call(tool, arguments, occasion)

        return call

    def _heard(self, server: ToolServer, tools: tuple[RemoteTool, ...]) -> None:
        self._tools.pop(server.tenant, None)
        self._listed(server, tools)


async def probe(server: ToolServer) -> tuple[Health, tuple[RemoteTool, ...]]:
    """Connect to a server anew, list its tools and leave it again. Safe to cancel."""
    noted = Noted()
    try:
        async with AsyncExitStack() as stack, asyncio.timeout(CONNECT):
            opened = await opener()
            client = await stack.enter_async_context(opened(server, noted, Told(lambda _: None, lambda: None)))
            return Health("up", "", client.about), await client.tools()
    except (SwitchroomError, TimeoutError, BaseExceptionGroup) as error:
        return Health("down", str(noted.refusal() or reason(error))), ()

"""The MCP servers of the database at their connections: what is written there counts at once, and what they list is kept there."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.catalogue.mcp_servers import McpServers, Stamp
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.providers.mcp.servers import ToolServers

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks at what other processes wrote; what this one wrote is seen at once."""
NEWS = 1000
"""Listings that wait to be kept; beyond it they are dropped, and heard again when the server is connected to again."""


class Tooling:
    """Owns the connections; ``servers`` knows the tools."""

    def __init__(self, records: McpServers) -> None:
        self.servers = ToolServers(self._heard)
        self._records = records
        self._news: asyncio.Queue[tuple[str, tuple[RemoteTool, ...]]] = asyncio.Queue(NEWS)
        self._known: Stamp = ()

    async def load(self) -> None:
        """Read the servers, so that their tools are known before anybody calls. Raises what the database raises."""
        stamp = await self._records.stamp()
        if stamp != self._known:
            self.servers.use(await self._records.usable())
            self._known = stamp

    async def run(self) -> None:
        """Keep connections, and follow what is written, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.servers.run())
            tasks.create_task(self._follow())
            tasks.create_task(self._remember())

    async def _follow(self) -> None:
        while True:
            try:
                await self.load()
            except (SQLAlchemyError, OSError) as error:
                log.warning("MCP servers cannot be read, going on with those known", problem=str(error))
            await self._records.writings.heard(EVERY)

    async def _remember(self) -> None:
        while True:
            server, tools = await self._news.get()
            try:
                await self._records.keep_listing(server, tools)
            except (SQLAlchemyError, OSError) as error:
                log.warning("the tools of an MCP server could not be kept", server=server, problem=str(error))

    def _heard(self, server: ToolServer, tools: tuple[RemoteTool, ...]) -> None:
        try:
            self._news.put_nowait((server.id, tools))
        except asyncio.QueueFull:
            log.warning("the tools of an MCP server were not kept", server=server.id)

"""What a connected client of a server is, to whoever keeps the connection."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from switchroom.flow.tools import Occasion
from switchroom.ports import Values
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.providers.mcp.noted import Noted


@dataclass(frozen=True, slots=True)
class About:
    """What a server says of itself, and the version of the protocol that was agreed on."""

    server: str
    protocol: str


class OpenClient(Protocol):
    """A client that is connected."""

    @property
    def about(self) -> About: ...

    async def tools(self) -> tuple[RemoteTool, ...]:
        """Return everything the server lists."""
        ...

    async def call(self, server: ToolServer, tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:
        """Call a tool. Raises SessionLostError, or what a tool may raise. Safe to cancel."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: ``lost`` why the connection ended by itself, ``changed`` that the server has other tools now."""

    lost: Callable[[str], None]
    changed: Callable[[], None]


class Open(Protocol):
    """Opens a client of a server, noting what is seen on the wire."""

    def __call__(self, server: ToolServer, noted: Noted, told: Told) -> AbstractAsyncContextManager[OpenClient]: ...

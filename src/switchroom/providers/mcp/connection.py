"""The one long-lived connection to a server, shared by all calls of its tenant, and come back to whenever it was lost.

    state        when                                        becomes
    connecting   it answered and listed its tools            up
                 it failed, or did so for CONNECT seconds    down, for a time that doubles from FIRST to LONGEST
    up           its program ended, its stream broke         down
                 its session is not known there any more     connecting, at once: the call that was told so waits for it
                 asked for its tools, it does not answer     down
    down         the time is over                            connecting

A call never waits for a connection that is not there. It is asked for its tools every LOOK seconds, when it says that they
changed, and when a call took too long: so a server that hangs is found out and started again.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.flow.tools import Occasion
from switchroom.ports import Values
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.providers.mcp.clients import About, OpenClient, Told
from switchroom.providers.mcp.noted import Noted, SessionLostError
from switchroom.providers.mcp.opening import opener

log = structlog.get_logger()

CONNECT = 20.0
ANSWER = 10.0
LOOK = 60.0
FIRST, LONGEST = 0.5, 60.0
STEADY = 30.0
"""Who stayed up so long is come back to as if it had never failed."""
RENEWAL = 3.0
"""Seconds that a call waits for a new session, when it was told that the old one is gone."""

State = Literal["connecting", "up", "down"]


@dataclass(frozen=True, slots=True)
class Health:
    """How a connection stands; ``problem`` says why it is down, and what to do."""

    state: State = "connecting"
    problem: str = ""
    about: About | None = None


class Connection:
    """Keeps one server. ``listed`` is told its tools whenever they are others than before."""

    def __init__(self, server: ToolServer, listed: Callable[[ToolServer, tuple[RemoteTool, ...]], None]) -> None:
        self.server = server
        self.tools = server.known
        self.health = Health()
        self._listed = listed
        self._noted = Noted()
        self._client: OpenClient | None = None
        self._up = asyncio.Event()
        self._look = asyncio.Event()
        self._gone = asyncio.Event()
        self._lost = ""
        self._renewing = False

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            began = clock()
            self.health = Health()
            problem = await self._live()
            _pass_on_cancellation()
            if self._renewing:
                continue
            failures = 1 if clock() - began > STEADY else failures + 1
            self.health = Health("down", problem)
            log.warning("MCP server is down", server=self.server.id, tenant=self.server.tenant, problem=problem)
            await asyncio.sleep(min(FIRST * 2.0 ** (failures - 1), LONGEST))

    async def call(self, tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:
        """Call a tool. Raises Unavailable at once while the server is down, and what a tool may raise. Safe to cancel."""
        try:
            return await self._call(tool, arguments, occasion)
        except SessionLostError:
            self._end("its session was lost", renewing=True)
        try:
            async with asyncio.timeout(RENEWAL):
                await self._up.wait()
            return await self._call(tool, arguments, occasion)
        except (TimeoutError, SessionLostError) as error:
            raise self._down() from error

    async def _call(self, tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:
        if self._client is None:
            raise self._down()
        try:
            return await self._client.call(self.server, tool, arguments, occasion)
        except Unavailable as error:
            if error.code == "tool_timeout":
                self._look.set()
            raise

    def _down(self) -> SwitchroomError:
        why = self.health.problem or "it is being connected to"
        return Unavailable(
            f"MCP server {self.server.name!r} is down: {why}", code="tool_server_down", retry_after=FIRST
        )

    async def _live(self) -> str:
        """Connect and stay until the connection is lost; return why."""
        self._lost, self._renewing = "", False
        self._look.clear()
        self._gone.clear()
        self._noted = Noted()
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(CONNECT):
                    opened = await opener()
                    told = Told(self._end, self._look.set)
                    client = await stack.enter_async_context(opened(self.server, self._noted, told))
                    self._take(await client.tools())
                self._client = client
                self.health = Health("up", "", client.about)
                self._up.set()
                log.info("MCP server is up", server=self.server.id, tenant=self.server.tenant, tools=len(self.tools))
                await self._watch(client)
        except Exception as error:  # noqa: BLE001 - the supervisor: whatever a server does ends its connection only
            return self._lost or str(self._noted.refusal() or reason(error))
        finally:
            self._client = None
            self._up.clear()
        return self._lost

    async def _watch(self, client: OpenClient) -> None:
        """Look for other tools until the connection is lost."""
        while not self._lost:
            await _set(self._look, LOOK)
            self._look.clear()
            if not self._lost:
                async with asyncio.timeout(ANSWER):
                    self._take(await client.tools())
                await _set(self._gone, 1.0)  # one who says "changed" all the time is asked once a second

    def _take(self, tools: tuple[RemoteTool, ...]) -> None:
        if tools != self.tools:
            self.tools = tools
            self._listed(self.server, tools)

    def _end(self, why: str, *, renewing: bool = False) -> None:
        self._client = None
        self._up.clear()
        self._lost = self._lost or why
        self._renewing = renewing
        self._look.set()
        self._gone.set()


def _pass_on_cancellation() -> None:
    """Raise CancelledError if we were cancelled while a broken connection was unwound: the library takes that for its own."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _set(event: asyncio.Event, within: float) -> None:
    """Wait for an event, but not longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()


def reason(error: BaseException) -> str:
    """Return why a connection failed, for people."""
    causes = list(_leaves(error))
    ours = [cause for cause in causes if isinstance(cause, SwitchroomError)]
    if ours:
        return str(ours[0])
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return "it does not answer in time"
    return f"{type(causes[0]).__name__}: {causes[0]}" if causes else type(error).__name__


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error

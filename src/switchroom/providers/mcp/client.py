"""A client of the SDK, by whichever way its server is reached. Imported by ``opening`` alone; the SDK's errors end here."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import assert_never, cast

import httpx2
from jsonschema import Draft202012Validator, SchemaError
from mcp import Client, MCPError
from mcp.client._transport import Transport, TransportStreams
from mcp.client.session import IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.dispatcher import ProgressFnT
from mcp_types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    Implementation,
    RequestParamsMeta,
    Tool,
    ToolListChangedNotification,
)
from pydantic import ValidationError

from switchroom.errors import Unavailable
from switchroom.flow.tools import Occasion
from switchroom.ports import Values
from switchroom.ports.tool_server import Endpoint, Program, RemoteTool, ToolServer
from switchroom.providers.mcp.clients import About, Told
from switchroom.providers.mcp.guard import GuardedTransport
from switchroom.providers.mcp.noted import Noted, SessionLostError
from switchroom.providers.mcp.program import program_streams
from switchroom.providers.mcp.results import failure, values_of
from switchroom.providers.mcp.specs import MOST_SCHEMA, limit_of

READ_SECONDS = 300.0
"""So long may a server say nothing on an open stream; how long a call may take is its own limit."""
PAGES = 20
MOST_DESCRIPTION = 4000
MOST_REPORT = 200
"""Characters of a report of progress: it is spoken."""

KEY = "switchroom/idempotency-key"
"""Goes with every call (``_meta``): the same for the same call, however often it is made."""

_UNSAID = frozenset({CONNECTION_CLOSED, INTERNAL_ERROR})
"""Codes of errors beside a 400 that say nothing of what was asked: it was not even looked at."""

US = Implementation(name="switchroom", version="1")

logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)  # it logs what servers write, which may be personal


class SdkClient:
    """Implements clients.OpenClient."""

    def __init__(self, client: Client, noted: Noted) -> None:
        self._client = client
        self._noted = noted

    @property
    def about(self) -> About:
        """What the server says of itself."""
        info = self._client.server_info
        return About("" if info is None else f"{info.name} {info.version}".strip(), self._client.protocol_version)

    async def tools(self) -> tuple[RemoteTool, ...]:
        """Return everything the server lists. Raises Unavailable if its list has no end."""
        found: list[RemoteTool] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page = await self._client.list_tools(cursor=cursor)
            found += [_tool(tool) for tool in page.tools if _is_sound(tool.input_schema)]
            cursor = page.next_cursor
            if cursor is None:
                return tuple(found)
        raise Unavailable(f"the server lists its tools on more than {PAGES} pages", code="tool_server_list")

    async def call(self, server: ToolServer, tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:
        """Call a tool. Raises SessionLostError, or what a tool may raise. Safe to cancel."""
        limit = limit_of(server.rules, tool)
        meta = cast("RequestParamsMeta", {KEY: occasion.key})
        told = _progress(occasion.progress) if server.rules.progress else None
        try:
            result = await self._client.call_tool(tool, dict(arguments), limit, told, meta=meta)
        except MCPError as error:
            if self._noted.session_lost or (self._noted.session_doubtful and error.code in _UNSAID):
                raise SessionLostError from error
            raise self._noted.refusal() or failure(error, server.name, tool, limit) from error
        except (RuntimeError, ValidationError) as error:
            message = f"tool {tool!r} of {server.name!r} gave back what it does not declare"
            raise Unavailable(message, code="bad_result", retryable=False) from error
        return values_of(result, server.rules.most)


@asynccontextmanager
async def opened(server: ToolServer, noted: Noted, told: Told) -> AsyncIterator[SdkClient]:
    """Connect to a server; see clients.Open."""

    async def notified(message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            told.changed()

    transport = _transport(server, noted, told.lost)
    async with Client(transport, message_handler=notified, client_info=US, cache=None) as client:
        yield SdkClient(client, noted)


def _transport(server: ToolServer, noted: Noted, lost: Callable[[str], None]) -> Transport:
    match server.reach:
        case Program() as program:
            return program_streams(program, lost)
        case Endpoint() as endpoint:
            return _http_streams(endpoint, noted)
        case _:
            assert_never(server.reach)


@asynccontextmanager
async def _http_streams(endpoint: Endpoint, noted: Noted) -> AsyncIterator[TransportStreams]:
    timeout = httpx2.Timeout(10.0, read=READ_SECONDS)
    guarded = GuardedTransport(private=endpoint.private, noted=noted)
    headers = dict(endpoint.headers)
    async with (
        httpx2.AsyncClient(transport=guarded, headers=headers, timeout=timeout, trust_env=False) as http,
        streamable_http_client(endpoint.url, http_client=http) as streams,
    ):
        yield streams


def _progress(say: Callable[[str], None]) -> ProgressFnT:
    async def told(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001 - the protocol's
        if message:
            say(message[:MOST_REPORT])

    return told


def _is_sound(schema: Mapping[str, object]) -> bool:
    """Return whether arguments can be checked by a schema, without asking anybody for a part of it."""
    if len(str(schema)) > MOST_SCHEMA or any(not ref.startswith("#") for ref in _references(schema)):
        return False
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return False
    return True


def _references(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)
    elif isinstance(part, dict):
        for name, inner in part.items():
            if name in ("$ref", "$dynamicRef", "$id") and isinstance(inner, str):
                yield inner
            yield from _references(inner)


def _tool(tool: Tool) -> RemoteTool:
    hints = tool.annotations
    return RemoteTool(
        tool.name,
        (tool.description or tool.title or "")[:MOST_DESCRIPTION],
        tool.input_schema,
        tool.output_schema or {},
        read_only=hints is not None and hints.read_only_hint is True,
    )

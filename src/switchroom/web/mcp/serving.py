"""The protocol, by the SDK: our tools listed and called for whoever a request comes from. Imported by ``door`` alone."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from uuid import uuid4

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.requests import Request

from switchroom.accounts.tokens import Identity
from switchroom.errors import NotFound, SwitchroomError
from switchroom.observability import get_logger
from switchroom.web.mcp.agent_tools import agent_tools, call_agent_tool
from switchroom.web.mcp.offers import Answer, Asked
from switchroom.web.mcp.reading import READS
from switchroom.web.mcp.writing import WRITES
from switchroom.web.services import services_of

log = get_logger(__name__)

MOST_BODY = 1024 * 1024
KEY = "switchroom/idempotency-key"
"""A name in ``_meta`` of a call that makes calling twice harmless."""

INSTRUCTIONS = (
    "Switchroom answers telephone calls with AI voice agents. Look at agents, calls (with transcripts and timings), numbers, "
    "trunks and flows; use the agents' own tools, such as reserving a table. What you may do depends on the scopes of your API "
    "key."
)

Context = ServerRequestContext[object, Request]

OFFERS = {offer.name: offer for offer in (*READS, *WRITES)}


def manager() -> StreamableHTTPSessionManager:
    """Return what serves requests: each by itself, for a request says by its key who asks, and nothing is remembered."""
    server: Server[object] = Server(
        "switchroom",
        version=version("switchroom"),
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True, max_request_body_size=MOST_BODY)


async def _list_tools(context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
    asked = _asked(context, {})
    tools = [
        Tool(
            name=offer.name,
            description=offer.description,
            input_schema=offer.wanted.model_json_schema(),
            annotations=ToolAnnotations(read_only_hint=offer.reads, destructive_hint=offer.name == "hang_up_call"),
        )
        for offer in OFFERS.values()
        if asked.may(offer.scope)
    ]
    for name, tool in (await agent_tools(asked)).items():
        if name not in OFFERS:
            hints = ToolAnnotations(read_only_hint=tool.spec.declared.read_only, idempotent_hint=True)
            about = tool.spec.description
            tools.append(Tool(name=name, description=about, input_schema=tool.schema, annotations=hints))
    return ListToolsResult(tools=tools)


async def _call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
    """Call a tool; what goes wrong is an error of the tool, in words for whoever called it."""
    asked = _asked(context, params.meta or {})
    try:
        answer = await _answer(asked, params.name, params.arguments or {})
    except SwitchroomError as error:
        log.info("mcp tool failed", tool=params.name[:64], key=asked.user, code=error.code)
        return CallToolResult(content=[TextContent(text=f"{error} [{error.code}]")], is_error=True)
    log.info("mcp tool called", tool=params.name, key=asked.user, tenant=asked.tenant)
    text = TextContent(text=json.dumps(answer, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=dict(answer))


async def _answer(asked: Asked, name: str, arguments: Mapping[str, object]) -> Answer:
    offer = OFFERS.get(name)
    if offer is not None and asked.may(offer.scope):
        return await offer.run(asked, arguments)
    tool = (await agent_tools(asked)).get(name) if offer is None else None
    if tool is None:
        raise NotFound(
            f"there is no tool {name[:64]!r} for this API key: list the tools, or use a key with more scopes"
        )
    return await call_agent_tool(tool, asked, arguments)


def _asked(context: Context, meta: Mapping[str, object]) -> Asked:
    request = context.request
    assert request is not None
    who = request.state.asker
    assert isinstance(who, Identity)
    key = meta.get(KEY)
    return Asked(who, services_of(request), key if isinstance(key, str) and 0 < len(key) <= 200 else uuid4().hex)

"""MCP servers: where the tools of a tenant come from besides the house's own, how they stand, and what they list.

Secrets are written and never read: an answer only tells which there are.
"""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, JsonValue, WithJsonSchema

from switchroom.catalogue.mcp_form import McpServerForm
from switchroom.catalogue.mcp_servers import McpServerRecord
from switchroom.ports.tool_server import RemoteTool, ToolServer
from switchroom.providers.mcp.servers import probe
from switchroom.providers.mcp.specs import nowhere, specs_of
from switchroom.web.api.form_schema import schema_of
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/mcp-servers", tags=["mcp servers"])

_MISSING: dict[int | str, dict[str, object]] = {
    404: {"description": "there is no such server, or it is somebody else's"}
}
_UNUSABLE: dict[int | str, dict[str, object]] = {
    403: {
        "description": "only an administrator or a developer may; where a credential is sent, only an administrator says"
    },
    409: {"description": "the name is taken"},
    422: {"description": "a field cannot be used; says which and why"},
}

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(schema_of(McpServerForm))]


class McpServerOut(BaseModel):
    """A server: its settings, which secrets are set, its connection (connecting, up, down, off), how many tools it has."""

    id: str
    settings: dict[str, JsonValue]
    secrets: list[str]
    state: str
    problem: str
    server: str
    protocol: str
    tools: int


class ToolOut(BaseModel):
    """A tool of a server, as flows may call it; ``allowed`` if the tenant's rules let it be used."""

    name: str
    description: str
    arguments: dict[str, JsonValue]
    returns: list[str]
    allowed: bool
    read_only: bool
    limit: float
    filler: str


class TriedOut(BaseModel):
    """What came of connecting to a server."""

    works: bool
    problem: str
    server: str
    protocol: str
    tools: list[ToolOut]


@router.get("", summary="List MCP servers")
async def servers(asker: Asker, services: With) -> list[McpServerOut]:
    """Answer with the tenant's servers, by name."""
    return [_server(record, services) for record in await services.mcp_servers.all(asker.tenant)]


@router.post("", summary="Add an MCP server", status_code=201, responses=_UNUSABLE)
async def add(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> McpServerOut:
    """Add a server, over HTTP or as one of the operator's programs; it is connected to at once.

    Only an administrator may name a ``credential``, for it is sent to the server.
    """
    made = await services.mcp_servers.create(asker.tenant, fields, lends=asker.role == "admin")
    return _server(made, services)


@router.get("/{server}", summary="Get an MCP server", responses=_MISSING)
async def server(server: str, asker: Asker, services: With) -> McpServerOut:
    """Answer with one server, by its id or its name."""
    return _server(await services.mcp_servers.get(server, asker.tenant), services)


@router.patch("/{server}", summary="Change an MCP server", responses={**_MISSING, **_UNUSABLE})
async def change(server: str, fields: Annotated[Fields, Body()], asker: Asker, services: With) -> McpServerOut:
    """Change the fields that are given; a secret that is empty is forgotten.

    Only an administrator may name a ``credential``, or another address for a server that uses one.
    """
    changed = await services.mcp_servers.change(server, asker.tenant, fields, lends=asker.role == "admin")
    return _server(changed, services)


@router.delete("/{server}", summary="Remove an MCP server", status_code=204, responses=_MISSING)
async def remove(server: str, asker: Asker, services: With) -> None:
    """Remove a server; its tools fail from now on."""
    await services.mcp_servers.delete(server, asker.tenant)


@router.post("/{server}/test", summary="Connect to an MCP server", responses=_MISSING)
async def test(server: str, asker: Asker, services: With) -> TriedOut:
    """Connect to the server anew and list its tools; answer with what came of it."""
    found = await services.mcp_servers.built(server, asker.tenant)
    health, listed = await probe(found)
    about = health.about
    return TriedOut(
        works=health.state == "up",
        problem=health.problem,
        server="" if about is None else about.server,
        protocol="" if about is None else about.protocol,
        tools=_tools(found, listed),
    )


@router.get("/{server}/tools", summary="List the tools of an MCP server", responses=_MISSING)
async def tools(server: str, asker: Asker, services: With) -> list[ToolOut]:
    """Answer with what the server listed last, and whether flows may use it."""
    found = await services.mcp_servers.built(server, asker.tenant)
    return _tools(found, found.known)


def _tools(server: ToolServer, listed: tuple[RemoteTool, ...]) -> list[ToolOut]:
    specs = {spec.name: spec for spec in specs_of(server, listed, nowhere)}
    return [
        ToolOut(
            name=tool.name,
            description=tool.description,
            arguments=dict(tool.schema),
            returns=[] if spec is None else list(spec.declared.returns),
            allowed=spec is not None,
            read_only=tool.read_only if spec is None else spec.declared.read_only,
            limit=server.rules.limit if spec is None else spec.declared.limit,
            filler="" if spec is None else spec.declared.filler,
        )
        for tool in listed
        for spec in [specs.get(tool.name)]
    ]


def _server(record: McpServerRecord, services: Services) -> McpServerOut:
    health = services.tools.health(record.id)
    about = health.about
    enabled = bool(record.settings.get("enabled"))
    return McpServerOut(
        id=record.id,
        settings=dict(record.settings),
        secrets=sorted(record.secrets),
        state=health.state if enabled else "off",
        problem=record.problem or health.problem,
        server="" if about is None else about.server,
        protocol="" if about is None else about.protocol,
        tools=len(record.tools),
    )

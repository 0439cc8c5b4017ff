"""Tools: what flows and models may call, the house's own and those of the tenant's MCP servers, with their schemas."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from switchroom.flow.tools import ToolSpec
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/tools", tags=["tools"])


class AnyToolOut(BaseModel):
    """A tool. ``source`` is the house or the MCP server's name; ``arguments`` a JSON Schema; ``limit`` seconds that it may take."""

    name: str
    kind: Literal["house", "mcp"]
    source: str
    description: str
    arguments: dict[str, JsonValue]
    returns: list[str]
    read_only: bool
    limit: float
    filler: str


class ToolList(BaseModel):
    """All of them by name; a tenant has few, so ``next`` is always null."""

    items: list[AnyToolOut]
    next: str | None = None


@router.get("", summary="List tools", responses=refusals(401, 403, 429))
async def tools(asker: Asker, services: With) -> ToolList:
    """Answer with every tool that a flow of the tenant may name; those of a section of a flow are that flow's own."""
    house = [_out(spec, "house", "house") for spec in services.receptions.house_tools().values()]
    theirs = [_out(spec, "mcp", name.partition(".")[0]) for name, spec in services.tools.tools(asker.tenant).items()]
    return ToolList(items=sorted([*house, *theirs], key=lambda one: one.name))


def _out(spec: ToolSpec, kind: Literal["house", "mcp"], source: str) -> AnyToolOut:
    return AnyToolOut.model_validate(
        {
            "name": spec.name,
            "kind": kind,
            "source": source,
            "description": spec.description,
            "arguments": dict(spec.schema),
            "returns": list(spec.declared.returns),
            "read_only": spec.declared.read_only,
            "limit": spec.declared.limit,
            "filler": spec.declared.filler,
        }
    )

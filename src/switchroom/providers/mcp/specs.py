"""The tools of a tenant's servers as tools of a flow: found by ``server.tool``, and by the plain name where no other has it.

What a server lists is taken with care: a tool whose name or schema cannot be used is left out, and so are those beyond MOST_TOOLS.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from switchroom.errors import Unavailable
from switchroom.flow.tools import Declaration, Occasion, Tools, ToolSpec
from switchroom.flow.values import written
from switchroom.ports import Value, Values
from switchroom.ports.tool_server import RemoteTool, ToolRules, ToolServer

TEXT = "text"
"""The result that is what a tool said in words."""

MOST_TOOLS = 200
MOST_SCHEMA = 32_768
"""Characters of a schema: it is sent to the model at every turn."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}")
_TYPES: Mapping[str, object] = {"integer": int, "number": int | float, "boolean": bool}
_TEXT: object = str | date | time

T = TypeVar("T")


class Call(Protocol):
    """Calls a tool of one server."""

    def __call__(self, tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Awaitable[Values]: ...


async def nowhere(tool: str, arguments: Mapping[str, object], occasion: Occasion) -> Values:  # noqa: ARG001 - a Call
    """Call nothing: for tools that are only to be looked at."""
    raise Unavailable(f"tool {tool!r} is only listed here", code="tool_server_down")


def usable(rules: ToolRules, listed: Sequence[RemoteTool]) -> list[RemoteTool]:
    """Return the tools that the tenant wants and that can be used."""
    wanted = [tool for tool in listed if any(fnmatchcase(tool.name, glob) for glob in rules.tools)]
    return [tool for tool in wanted if _NAME.fullmatch(tool.name) and len(str(tool.schema)) <= MOST_SCHEMA][:MOST_TOOLS]


def specs_of(server: ToolServer, listed: Sequence[RemoteTool], call: Call) -> Iterator[ToolSpec]:
    """Yield the server's tools."""
    for tool in usable(server.rules, listed):
        yield _spec(server.rules, tool, call)


def joined(servers: Sequence[tuple[str, Sequence[ToolSpec]]]) -> Tools:
    """Return the tools of servers by name, as the module says."""
    everything = [(server, spec) for server, specs in servers for spec in specs]
    times = Counter(spec.name for _, spec in everything)
    qualified = {f"{server}.{spec.name}": replace(spec, name=f"{server}.{spec.name}") for server, spec in everything}
    return {**{spec.name: spec for _, spec in everything if times[spec.name] == 1}, **qualified}


def limit_of(rules: ToolRules, tool: str) -> float:
    """Return how many seconds a tool may take."""
    return _of(rules.limits, tool, rules.limit)


def _spec(rules: ToolRules, tool: RemoteTool, call: Call) -> ToolSpec:
    async def run(occasion: Occasion, /, **arguments: Value) -> Values:
        return await call(tool.name, {name: _sent(value) for name, value in arguments.items()}, occasion)

    properties = _fields(tool.schema)
    required = tool.schema.get("required")
    return ToolSpec(
        name=tool.name,
        description=tool.description,
        run=run,
        parameters={name: _type(schema) for name, schema in properties.items()},
        required=frozenset(map(str, required)) if isinstance(required, list) else frozenset(),
        declared=Declaration(
            returns=(*dict.fromkeys((*_fields(tool.output), TEXT)),),
            filler=_of(rules.fillers, tool.name, rules.filler),
            limit=limit_of(rules, tool.name),
            read_only=_of(rules.read_only, tool.name, tool.read_only),
        ),
        schema=tool.schema,
    )


def _of(exceptions: Mapping[str, T], tool: str, otherwise: T) -> T:
    """Return the exception for a tool: by its name, else by the first glob that fits it."""
    if tool in exceptions:
        return exceptions[tool]
    return next((value for glob, value in exceptions.items() if fnmatchcase(tool, glob)), otherwise)


def _fields(schema: Mapping[str, object]) -> Mapping[str, object]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _type(schema: object) -> object:
    """Return what a flow may give for an argument: a day or a time is written out for a text."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    return _TYPES.get(kind, _TEXT) if isinstance(kind, str) else _TEXT


def _sent(value: object) -> object:
    return written(value) if isinstance(value, date | time) else value

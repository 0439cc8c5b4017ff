"""Tools that do not do what they should, as a rehearsal says."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from itertools import chain, repeat

from switchroom.errors import Invalid, Unavailable
from switchroom.flow.graph import Agent, Flow, Node, Tool
from switchroom.flow.tools import Declaration, Tools, ToolSpec
from switchroom.ports import Value, Values
from switchroom.rehearsal.play import ToolFault

Faults = Mapping[str, ToolFault | tuple[ToolFault, ...]]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NONE = ToolFault()
_ANYTHING: object = str | int | float | bool | date | time


def faulty(tools: Tools, faults: Faults) -> Tools:
    """Return ``tools`` with their faults. Raises Invalid for a fault of a tool that the agent does not have."""
    unknown = sorted(faults.keys() - tools.keys())
    if unknown:
        known = ", ".join(sorted(tools)) or "none"
        raise Invalid(f"tools: the agent has no tool {unknown[0]!r}; it has {known}")
    return {**tools, **{name: _with_fault(tools[name], _each_call(fault)) for name, fault in faults.items()}}


def _each_call(fault: ToolFault | Sequence[ToolFault]) -> Iterator[ToolFault]:
    """Yield what is wrong with one call after the other."""
    if isinstance(fault, ToolFault):
        return repeat(fault) if fault.times is None else chain(repeat(fault, fault.times), repeat(_NONE))
    return chain(*(repeat(one, one.times or 1) for one in fault), repeat(_NONE))


def _with_fault(spec: ToolSpec, faults: Iterator[ToolFault]) -> ToolSpec:
    async def run(*arguments: object, **named: Value) -> Values:
        fault = next(faults)
        await asyncio.sleep(fault.takes)
        if fault.fails:
            raise Unavailable(f"{spec.name} fails: the rehearsal says so", code=fault.fails)
        if fault.returns is None:
            return await spec.run(*arguments, **named)
        return {name: typed(value) for name, value in fault.returns.items()}

    return replace(spec, run=run)


def stand_ins(flow: Flow, faults: Faults) -> Tools:
    """Return tools that only do what the rehearsal says, for those that the agent has from elsewhere (MCP servers)."""
    used = {name for node in flow.nodes.values() for name in _used(node)}
    return {name: _stand_in(name, flow, fault) for name, fault in faults.items() if name in used}


def _used(node: Node) -> tuple[str, ...]:
    match node:
        case Tool(tool=tool):
            return (tool,)
        case Agent(tools=tools):
            return tools
        case _:
            return ()


def _stand_in(name: str, flow: Flow, faults: ToolFault | Sequence[ToolFault]) -> ToolSpec:
    async def run(*_occasion: object, **_arguments: Value) -> Values:
        raise Unavailable(f"the rehearsal does not say what {name!r} returns now", code="unscripted")

    given = [faults] if isinstance(faults, ToolFault) else faults
    returned = {key for fault in given for key in fault.returns or ()}
    used = [node for node in flow.nodes.values() if isinstance(node, Tool) and node.tool == name]
    parameters = {argument: _ANYTHING for node in used for argument in node.arguments}
    declared = Declaration(returns=("text", *sorted(returned)))
    return ToolSpec(name, name, run, parameters, frozenset(), declared, {"type": "object"})


def typed(text: str) -> Value:
    """Return the value that a text looks like: a number, a day, a time, or itself."""
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        if _TIME.fullmatch(text):
            return time.fromisoformat(text)
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        return text
    return text

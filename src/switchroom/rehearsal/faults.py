"""Tools that do not do what they should, as a rehearsal says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from switchroom.errors import Invalid, Unavailable
from switchroom.flow.tools import Tools, ToolSpec
from switchroom.ports import Value, Values
from switchroom.rehearsal.play import ToolFault


def faulty(tools: Tools, faults: Mapping[str, ToolFault]) -> Tools:
    """Return ``tools`` with their faults. Raises Invalid for a fault of a tool that the agent does not have."""
    unknown = sorted(faults.keys() - tools.keys())
    if unknown:
        known = ", ".join(sorted(tools)) or "none"
        raise Invalid(f"tools: the agent has no tool {unknown[0]!r}; it has {known}")
    return {**tools, **{name: _with_fault(tools[name], fault) for name, fault in faults.items()}}


def _with_fault(spec: ToolSpec, fault: ToolFault) -> ToolSpec:
    calls = 0

    async def run(*arguments: object, **named: Value) -> Values:
        nonlocal calls
        calls += 1
        if fault.times is not None and calls > fault.times:
            return await spec.run(*arguments, **named)
        await asyncio.sleep(fault.takes)
        if fault.fails:
            raise Unavailable(f"{spec.name} fails: the rehearsal says so", code=fault.fails)
        return await spec.run(*arguments, **named) if fault.returns is None else dict(fault.returns)

    return replace(spec, run=run)

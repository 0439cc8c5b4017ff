"""The tools of a tenant's agents, callable by programs: as in an exchange of texts, each at most once per key.

What is offered are the house's own tools, not those that come from MCP servers of the tenant. A tool that several agents have is
one tool with an ``agent`` to choose.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from pydantic import JsonValue

from switchroom.catalogue.service import AgentRecord
from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid, SwitchroomError, Unavailable
from switchroom.flow.arguments import accepted
from switchroom.flow.graph import Exchange
from switchroom.flow.tools import Occasion, ToolSpec
from switchroom.flow.values import written
from switchroom.web.mcp.offers import Answer, Asked

log = structlog.get_logger()

AGENT, CALLER, KEY = "agent", "caller", "idempotency_key"

_MORE: Mapping[str, tuple[str, int]] = {
    AGENT: ("name or id of the agent whose tool it is; not needed where there is but one", 200),
    CALLER: ("telephone number of whom it is for", 64),
    KEY: ("the same for the same call: made again with it, it is not done twice", 200),
}


@dataclass(frozen=True, slots=True)
class _Holder:
    agent: AgentRecord
    reception: Reception
    spec: ToolSpec


@dataclass(frozen=True, slots=True)
class AgentTool:
    """A tool and the agents that have it."""

    name: str
    holders: list[_Holder] = field(default_factory=list)

    @property
    def spec(self) -> ToolSpec:
        """The tool, as the first of them has it."""
        return self.holders[0].spec

    @property
    def schema(self) -> dict[str, JsonValue]:
        """The schema of its arguments and of ours; a tool's own argument of the same name goes before."""
        schema = dict(self.spec.schema)
        own = schema.get("properties")
        more: dict[str, object] = {
            name: {"type": "string", "maxLength": most, "description": text} for name, (text, most) in _MORE.items()
        }
        if len(self.holders) > 1:
            more[AGENT] = {"type": "string", "enum": [holder.agent.name for holder in self.holders]}
        schema["properties"] = {**more, **(own if isinstance(own, dict) else {})}
        return schema  # type: ignore[return-value]

    def holder(self, agent: str) -> _Holder:
        """Return whose tool is meant. Raises Invalid."""
        if not agent and len(self.holders) == 1:
            return self.holders[0]
        for holder in self.holders:
            if agent in (holder.agent.id, holder.agent.name):
                return holder
        names = ", ".join(repr(holder.agent.name) for holder in self.holders)
        raise Invalid(f"agent: say whose {self.name!r} it is: {names}")


async def agent_tools(asked: Asked) -> dict[str, AgentTool]:
    """Return the tools that who asks may call, by name. An agent that cannot be used has none."""
    foreign = asked.services.tools.tools(asked.tenant)
    found: dict[str, AgentTool] = {}
    for agent in await asked.services.catalogue.agents(asked.tenant):
        try:
            reception = (await asked.services.receptions.of(agent)).reception
        except SwitchroomError as error:
            log.info("agent has no tools to offer", agent=agent.id, problem=str(error))
            continue
        for name, spec in reception.plan.tools.items():
            if name not in foreign and (spec.declared.read_only or asked.may("agent:process")):
                found.setdefault(name, AgentTool(name)).holders.append(_Holder(agent, reception, spec))
    return found


async def call_agent_tool(tool: AgentTool, asked: Asked, arguments: Mapping[str, object]) -> Answer:
    """Call a tool. Raises Invalid for what it does not take, Unavailable beyond its limit, and what it raises."""
    given = dict(arguments)
    own = tool.spec.schema.get("properties")
    ours = {name: given.pop(name, "") for name in _MORE if not (isinstance(own, dict) and name in own)}
    for name, value in ours.items():
        if not isinstance(value, str) or len(value) > _MORE[name][1]:
            raise Invalid(f"{name}: a text of at most {_MORE[name][1]} characters")
    holder = tool.holder(str(ours.get(AGENT, "")))
    key = f"mcp:{asked.user}:{ours.get(KEY) or asked.key}"
    exchange = Exchange(asked.tenant, key, str(ours.get(CALLER, "")), "text", {}, holder.agent.id)
    occasion = Occasion(exchange, key, datetime.now(UTC).astimezone(holder.reception.zone))
    spec = holder.spec
    work = spec.work(occasion, accepted(spec.schema, spec.accept, given))
    try:
        async with asyncio.timeout(spec.declared.limit):
            result = await work()
    except TimeoutError as error:
        limit = spec.declared.limit
        raise Unavailable(f"{tool.name!r} took longer than {limit:g} seconds", code="tool_timeout") from error
    return {name: written(value) for name, value in result.items()}

"""What a program with an API key may look at."""

from pydantic import Field, JsonValue

from switchroom.catalogue.service import AgentRecord
from switchroom.history.service import Call, Wanted
from switchroom.identity import CallId
from switchroom.web.calling import agent_named
from switchroom.web.mcp.offers import Answer, Arguments, Asked, Nothing, Offer, plain


class OneAgent(Arguments):
    """An agent."""

    agent: str = Field(max_length=200, description="its name or id")


class OneCall(Arguments):
    """A call."""

    call: str = Field(max_length=64, description="its id, as list_calls gives it")


class SomeCalls(Arguments):
    """Which calls to list; what is left out does not matter."""

    live: bool | None = Field(None, description="true: going on now; false: over")
    failed: bool | None = Field(None, description="true: something broke")
    caller: str | None = Field(None, max_length=320, description="the caller's number or address, exactly")
    source: str | None = Field(None, max_length=32, description="phone_gateway, browser or text")
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=64, description="`next` of the page before")


class OneFlow(Arguments):
    """A flow, as it stands in one of its versions."""

    flow: str = Field(max_length=100, description="its name or id")
    version: int | None = Field(None, ge=1, description="left out: the draft")


class FlowText(Arguments):
    """A flow that is not stored."""

    text: str = Field(max_length=400_000, description="the flow as YAML")


async def list_agents(asked: Asked, _: Nothing) -> Answer:
    """List the AI voice agents and the numbers that they answer."""
    found = await asked.services.catalogue.agents(asked.tenant)
    return {"agents": [await _agent(asked, agent) for agent in found]}


async def get_agent(asked: Asked, wanted: OneAgent) -> Answer:
    """Get one agent with everything that is set for it."""
    return await _agent(asked, await agent_called(asked, wanted.agent))


async def list_calls(asked: Asked, wanted: SomeCalls) -> Answer:
    """List calls, newest first, going on or over."""
    selection = Wanted(live=wanted.live, failed=wanted.failed, source=wanted.source, caller=wanted.caller)
    found = await asked.services.history.calls(asked.tenant, selection, limit=wanted.limit, cursor=wanted.cursor)
    return {"calls": [_call(call) for call in found.calls], "next": found.next}


async def live_calls(asked: Asked, _: Nothing) -> Answer:
    """List the calls that are going on now."""
    return {"calls": [_call(call) for call in await asked.services.history.live(asked.tenant)]}


async def get_call(asked: Asked, wanted: OneCall) -> Answer:
    """Get one call: what was said and heard, and for each turn how long everything took, in seconds."""
    history, call = asked.services.history, CallId(wanted.call)
    found = await history.call(call, asked.tenant)
    lines = [plain(line, "confidence") for line in await history.transcript(call, asked.tenant)]
    turns = [plain(turn, "started") for turn in await history.turns(call, asked.tenant)]
    return {"call": _call(found), "transcript": [*lines], "turns": [*turns]}


async def list_numbers(asked: Asked, _: Nothing) -> Answer:
    """List what can be dialled, and which agent answers."""
    found = await asked.services.catalogue.numbers(asked.tenant)
    return {"numbers": [plain(number, "tenant_id") for number in found]}


async def list_trunks(asked: Asked, _: Nothing) -> Answer:
    """List the carriers and PBXs, without their secrets, and how our registration with each stands."""
    found: list[JsonValue] = []
    for record in await asked.services.trunks.all(asked.tenant):
        line = asked.services.desk.lines.state(record.id)
        settings = record.form.model_dump(mode="json", exclude={"headers"})
        found.append({"id": record.id, **settings, "line": line.state, "why": line.why})
    return {"trunks": found}


async def list_flows(asked: Asked, _: Nothing) -> Answer:
    """List the flows, and which version of each answers (0: none)."""
    return {"flows": [plain(flow, "tenant", "draft") for flow in await asked.services.flows.all(asked.tenant)]}


async def get_flow(asked: Asked, wanted: OneFlow) -> Answer:
    """Get the text of a flow: its draft, or one of its versions."""
    text = await asked.services.flows.text(asked.tenant, wanted.flow, wanted.version)
    versions = [
        plain(version, "text", "flow") for version in await asked.services.flows.versions(asked.tenant, wanted.flow)
    ]
    return {"text": text, "versions": [*versions]}


async def validate_flow(asked: Asked, wanted: FlowText) -> Answer:
    """Say what keeps a flow from answering calls: nothing, or problems by node, field and line. Nothing is stored."""
    problems = await asked.services.flows.problems(asked.tenant, wanted.text)
    return {"valid": not problems, "problems": [plain(problem) for problem in problems]}


async def list_mcp_servers(asked: Asked, _: Nothing) -> Answer:
    """List the MCP servers that the agents' tools come from, and how each stands."""
    found: list[JsonValue] = []
    for record in await asked.services.mcp_servers.all(asked.tenant):
        health = asked.services.tools.health(record.id)
        tools: list[JsonValue] = [tool.name for tool in record.tools]
        problem = record.problem or health.problem
        found.append({"name": record.name, "state": health.state, "problem": problem, "tools": tools})
    return {"servers": found}


async def agent_called(asked: Asked, name: str) -> AgentRecord:
    """Return the tenant's agent of this name or id. Raises NotFound."""
    return await agent_named(asked.services, asked.tenant, name)


async def _agent(asked: Asked, agent: AgentRecord) -> dict[str, JsonValue]:
    numbers = await asked.services.catalogue.numbers(asked.tenant)
    answers: list[JsonValue] = [number.address for number in numbers if number.agent_id == agent.id]
    return {**plain(agent, "tenant_id"), "numbers": answers}


def _call(call: Call) -> dict[str, JsonValue]:
    return plain(call, "tenant", "peer")


READS: tuple[
    Offer[Nothing] | Offer[OneAgent] | Offer[OneCall] | Offer[SomeCalls] | Offer[OneFlow] | Offer[FlowText], ...
] = (
    Offer("admin:read", Nothing, list_agents),
    Offer("admin:read", OneAgent, get_agent),
    Offer("calls:read", SomeCalls, list_calls),
    Offer("calls:read", Nothing, live_calls),
    Offer("calls:read", OneCall, get_call),
    Offer("admin:read", Nothing, list_numbers),
    Offer("admin:read", Nothing, list_trunks),
    Offer("admin:read", Nothing, list_flows),
    Offer("admin:read", OneFlow, get_flow),
    Offer("admin:read", FlowText, validate_flow),
    Offer("admin:read", Nothing, list_mcp_servers),
)

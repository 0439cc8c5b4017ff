"""A call that somebody asks for, over the API or our MCP server: the agent is found, the call gets its id, and is begun.

It is answered as soon as the call can be looked up, which is long before anybody answers the telephone.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from switchroom.catalogue.service import AgentRecord
from switchroom.errors import NotFound
from switchroom.identity import AgentId, CallId, TenantId, new_id
from switchroom.ports.control import NewCall
from switchroom.web.services import Services

_LOOK_EVERY, _LOOKS = 0.05, 20

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
Value = Annotated[str, StringConstraints(max_length=1000)]


class CallWanted(BaseModel):
    """Whom to call, and who is to talk with them."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "agent": "Receptionist",
                    "to": "+442079460009",
                    "from": "+442079460000",
                    "variables": {"name": "Anna"},
                    "metadata": {"ticket": "4711"},
                }
            ]
        },
    )

    agent: str = Field(min_length=1, max_length=200, description="the agent that talks, by id or name")
    to: str = Field(
        min_length=1, max_length=320, description="a telephone number, or the name of one of your SIP accounts"
    )
    caller: str = Field("", alias="from", max_length=64, description="one of the trunk's numbers; left out: its first")
    trunk: str = Field("", max_length=200, description="a trunk's name or id; left out: the first that will do")
    variables: dict[Name, Value] = Field(
        default_factory=dict, max_length=50, description="known to the agent's flow as exchange.variables.NAME"
    )
    max_duration: float | None = Field(None, gt=0, le=86_400, description="seconds; left out: the agent's own limit")
    metadata: dict[Name, Value] = Field(
        default_factory=dict, max_length=50, description="yours: comes back with the call and its first event"
    )


async def call_out(services: Services, tenant: TenantId, wanted: CallWanted) -> CallId:
    """Begin a call and return its id. Raises NotFound for the agent, and whatever keeps it from beginning."""
    agent = await agent_named(services, tenant, wanted.agent)
    call = CallId(new_id("call"))
    await services.control.make(
        NewCall(
            call,
            tenant,
            AgentId(agent.id),
            wanted.to.strip(),
            wanted.caller,
            wanted.trunk,
            _plain(wanted.variables),
            wanted.max_duration or 0.0,
            _plain(wanted.metadata),
        )
    )
    await _known(services, tenant, call)
    return call


async def agent_named(services: Services, tenant: TenantId, name: str) -> AgentRecord:
    """Return the tenant's agent of this name or id. Raises NotFound."""
    agents = await services.catalogue.agents(tenant)
    for agent in agents:
        if name in (agent.id, agent.name):
            return agent
    known = ", ".join(repr(agent.name) for agent in agents) or "none"
    raise NotFound(f"there is no agent {name!r}; there are {known}")


async def _known(services: Services, tenant: TenantId, call: CallId) -> None:
    for _ in range(_LOOKS):
        if await services.history.knows(call, tenant):
            return
        await asyncio.sleep(_LOOK_EVERY)


def _plain(given: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}

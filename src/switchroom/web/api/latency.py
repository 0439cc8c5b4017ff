"""How long callers wait for replies: percentiles over a tenant's turns, or over those of one agent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from switchroom.history.latency import Latencies, Percentiles
from switchroom.identity import AgentId, TenantId
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1", tags=["latency"])


class PercentilesOut(BaseModel):
    """Seconds; half, 95 and 99 of a hundred turns waited no longer."""

    p50: float
    p95: float
    p99: float


class LatencyOut(BaseModel):
    """The waits of ``turns`` turns, from the end of the caller's speech to the first sound of the reply.

    ``shares`` are who was awaited: endpointing, stt, llm, tool, tts and wire. ``adopted`` turns had their reply begun before they
    were over; ``guesses`` is how often that was tried, ``wasted`` how many letters were written for guesses that were wrong.
    """

    turns: int
    adopted: int
    guesses: int
    wasted: int
    whole: PercentilesOut
    shares: Mapping[str, PercentilesOut]


class Stretch(BaseModel):
    """From when to before when the replies were heard."""

    since: AwareDatetime | None = Field(None, description="RFC 3339, with its zone")
    until: AwareDatetime | None = None


@router.get("/latency", summary="Get how long callers wait")
async def of_tenant(asker: Asker, services: With, stretch: Annotated[Stretch, Query()]) -> LatencyOut:
    """Answer with the tenant's figures."""
    return await _summary(services, asker.tenant, None, stretch)


@router.get(
    "/agents/{agent_id}/latency",
    summary="Get how long callers wait for an agent",
    responses={404: {"description": "there is no such agent, or it is somebody else's"}},
)
async def of_agent(agent_id: str, asker: Asker, services: With, stretch: Annotated[Stretch, Query()]) -> LatencyOut:
    """Answer with the agent's figures."""
    agent = await services.catalogue.agent(AgentId(agent_id), asker.tenant)
    return await _summary(services, asker.tenant, agent.id, stretch)


async def _summary(services: Services, tenant: TenantId, agent: AgentId | None, stretch: Stretch) -> LatencyOut:
    found = await Latencies(services.database).summary(
        tenant, agent, since=_epoch(stretch.since), until=_epoch(stretch.until)
    )
    return LatencyOut(
        turns=found.turns, adopted=found.adopted, guesses=found.guesses, wasted=found.wasted, whole=_out(found.whole),
        shares={owner: _out(figures) for owner, figures in found.shares.items()},
    )  # fmt: skip


def _out(figures: Percentiles) -> PercentilesOut:
    return PercentilesOut(p50=figures.p50, p95=figures.p95, p99=figures.p99)


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()

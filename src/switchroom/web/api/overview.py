"""The figures that the console begins with."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from switchroom.errors import Invalid
from switchroom.history.overview import Overviews, Tally, Waits
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/overview", tags=["overview"])

_DAY = 86_400.0
_LONGEST = 400 * _DAY


class TallyOut(BaseModel):
    """Calls; ``seconds`` is how long those that were answered lasted together."""

    calls: int
    answered: int
    failed: int
    seconds: float


class WaitsOut(BaseModel):
    """Seconds from the end of the caller's speech to the first sound of the reply; null where nothing was said."""

    turns: int
    p50: float | None
    p95: float | None


class PointOut(TallyOut):
    """One step of time."""

    at: datetime
    latency: WaitsOut


class AgentUse(TallyOut):
    """What one agent did; ``agent`` is its id."""

    agent: str
    name: str


class OverviewOut(TallyOut):
    """A stretch of time as a whole, in steps of ``step`` seconds, and by agent."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "since": "2026-11-20T00:00:00Z",
                "until": "2026-11-21T00:00:00Z",
                "step": 3600,
                "calls": 118,
                "answered": 112,
                "failed": 1,
                "seconds": 14012.5,
                "latency": {"turns": 830, "p50": 0.71, "p95": 1.24},
                "points": [],
                "agents": [],
            }
        }
    )

    since: datetime
    until: datetime
    step: float
    latency: WaitsOut
    points: list[PointOut]
    agents: list[AgentUse]


class Stretch(BaseModel):
    """From when to before when; left out: the last day until now."""

    since: AwareDatetime | None = Field(None, alias="from", description="RFC 3339, with its zone")
    until: AwareDatetime | None = Field(None, alias="to")


@router.get("", summary="Get the figures of a stretch of time", responses=refusals(401, 403, 422, 429))
async def overview(asker: Asker, services: With, stretch: Annotated[Stretch, Query()]) -> OverviewOut:
    """Answer with calls, answers, waits and agents of the asker's tenant; at most 400 days at once."""
    until = services.wall() if stretch.until is None else stretch.until.timestamp()
    since = until - _DAY if stretch.since is None else stretch.since.timestamp()
    if not 0 < until - since <= _LONGEST or since < 0:
        raise Invalid("`to` must be after `from`, by 400 days at most", code="bad_stretch")
    found = await Overviews(services.database).of(asker.tenant, since, until)
    names = {str(agent.id): agent.name for agent in await services.catalogue.agents(asker.tenant)}
    return OverviewOut(
        **_tally(found.tally),
        since=datetime.fromtimestamp(since, UTC),
        until=datetime.fromtimestamp(until, UTC),
        step=found.step,
        latency=_waits(found.waits),
        points=[
            PointOut(**_tally(point.tally), at=datetime.fromtimestamp(point.at, UTC), latency=_waits(point.waits))
            for point in found.points
        ],
        agents=[AgentUse(**_tally(tally), agent=agent, name=names.get(agent, agent)) for agent, tally in found.agents],
    )


def _tally(tally: Tally) -> dict[str, float]:
    return {
        "calls": tally.calls,
        "answered": tally.answered,
        "failed": tally.failed,
        "seconds": round(tally.seconds, 3),
    }


def _waits(waits: Waits) -> WaitsOut:
    return WaitsOut(turns=waits.turns, p50=waits.p50, p95=waits.p95)

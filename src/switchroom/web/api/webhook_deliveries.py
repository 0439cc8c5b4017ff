"""The log of webhook deliveries: what came of each attempt, and how to have events sent again."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from switchroom.hooks.deliveries import Again, Delivery, Filter, Span, State
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


class AttemptOut(BaseModel):
    """One attempt. ``status`` is null if nothing was answered; ``excerpt`` is how it begins; ``duration`` in seconds."""

    at: datetime
    status: int | None
    duration: float
    excerpt: str
    problem: str


class DeliveryOut(BaseModel):
    """One event on its way to an endpoint. ``due`` is when it is tried next; ``tries`` counts since it was made or replayed."""

    id: str
    webhook: str
    event: str
    topic: str
    state: State
    created: datetime
    due: datetime | None
    tries: int
    status: int | None
    finished: datetime | None
    attempts: list[AttemptOut]


class DeliveryList(BaseModel):
    """Deliveries, newest first; ``next`` is the cursor of the following page."""

    items: list[DeliveryOut]
    next: str | None


class DeliveryFilter(BaseModel):
    """Which deliveries to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)
    state: State | None = None
    topic: str | None = Field(None, max_length=64)
    event: str | None = Field(None, max_length=64, description="deliveries of this event alone")


class ReplayIn(BaseModel):
    """What to send again: deliveries that were made from ``since`` on and before ``until``."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"what": "failed", "since": "2026-11-20T00:00:00Z"}}
    )

    what: Again = Field("failed", description="what was given up, or what arrived too")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ReplayOut(BaseModel):
    """How many are sent again."""

    count: int


@router.get("/deliveries/{delivery}", summary="Get a delivery", responses=refusals(401, 403, 404))
async def delivery(delivery: str, asker: Asker, services: With) -> DeliveryOut:
    """Answer with one delivery and its latest attempts."""
    return _delivery(await services.deliveries.get(delivery, asker.tenant))


@router.post(
    "/deliveries/{delivery}/replay",
    summary="Send an event again",
    status_code=202,
    responses=refusals(401, 403, 404, 409),
)
async def replay(delivery: str, asker: Asker, services: With) -> DeliveryOut:
    """Send one event again, now, whatever became of it; its id is the same, so a receiver that has it knows it."""
    return _delivery(await services.deliveries.replay(delivery, asker.tenant))


@router.get("/{webhook}/deliveries", summary="List deliveries", responses=refusals(401, 403, 404, 422))
async def deliveries(
    webhook: str, asker: Asker, services: With, wanted: Annotated[DeliveryFilter, Query()]
) -> DeliveryList:
    """Answer with the deliveries to an endpoint, newest first."""
    given = Filter(wanted.limit, wanted.cursor, wanted.state, wanted.topic, wanted.event)
    found, following = await services.deliveries.page(webhook, asker.tenant, given)
    return DeliveryList(items=[_delivery(one) for one in found], next=following)


@router.post(
    "/{webhook}/replay", summary="Send many events again", status_code=202, responses=refusals(401, 403, 404, 409, 422)
)
async def replay_all(webhook: str, span: ReplayIn, asker: Asker, services: With) -> ReplayOut:
    """Send again what was given up, or everything, of some time; what waits to be tried is left as it is."""
    since = None if span.since is None else span.since.timestamp()
    until = None if span.until is None else span.until.timestamp()
    return ReplayOut(count=await services.deliveries.replay_all(webhook, asker.tenant, Span(span.what, since, until)))


def _delivery(found: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=found.id,
        webhook=found.webhook,
        event=found.event,
        topic=found.topic,
        state=found.state,
        created=_time(found.created),
        due=None if found.due is None else _time(found.due),
        tries=found.tries,
        status=found.status,
        finished=None if found.finished is None else _time(found.finished),
        attempts=[AttemptOut.model_validate(attempt) for attempt in found.attempts],
    )


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)

"""Business hours: weeks and holidays that numbers are answered by."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query
from pydantic import AwareDatetime, BaseModel, JsonValue, WithJsonSchema

from switchroom.catalogue.hours import HoursForm, hours_of
from switchroom.catalogue.named_forms import Named, NamedForms
from switchroom.catalogue.numbers import Numbers
from switchroom.catalogue.opening_hours import open_at
from switchroom.errors import Conflict
from switchroom.web.api.form_schema import schema_of
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/hours", tags=["business hours"])

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(schema_of(HoursForm))]


class HoursOut(BaseModel):
    """Business hours and whether somebody is there now."""

    id: str
    form: HoursForm
    state: Literal["open", "closed", "holiday"]
    why: str


class HoursList(BaseModel):
    """Business hours in the order in which they were made; ``next`` is the cursor of the following page."""

    items: list[HoursOut]
    next: str | None


@router.get("", summary="List business hours", responses=refusals(401, 403, 422, 429))
async def hours(
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> HoursList:
    """Answer with the tenant's business hours."""
    found = await _desk(services).page(asker.tenant, limit + 1, cursor)
    shown = found[:limit]
    return HoursList(
        items=[_out(one, _now(services)) for one in shown], next=shown[-1].id if len(found) > limit else None
    )


@router.post("", summary="Add business hours", status_code=201, responses=refusals(401, 403, 409, 422, 429))
async def add(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> HoursOut:
    """Add business hours; numbers refer to them."""
    return _out(await _desk(services).create(asker.tenant, fields), _now(services))


@router.get("/{hours}", summary="Get business hours", responses=refusals(401, 403, 404, 422, 429))
async def one(
    hours: str,
    asker: Asker,
    services: With,
    at: Annotated[AwareDatetime | None, Query(description="say how it is at another moment")] = None,
) -> HoursOut:
    """Answer with business hours, by id or name."""
    return _out(await _desk(services).get(asker.tenant, hours), at or _now(services))


@router.patch("/{hours}", summary="Change business hours", responses=refusals(401, 403, 404, 409, 422, 429))
async def change(hours: str, fields: Annotated[Fields, Body()], asker: Asker, services: With) -> HoursOut:
    """Change the fields that are given; every number with these hours goes by it from the next call on."""
    return _out(await _desk(services).change(asker.tenant, hours, fields), _now(services))


@router.delete(
    "/{hours}", summary="Remove business hours", status_code=204, responses=refusals(401, 403, 404, 409, 429)
)
async def remove(hours: str, asker: Asker, services: With) -> None:
    """Remove business hours that no number refers to."""
    found = await _desk(services).get(asker.tenant, hours)
    users = await Numbers(services.database).users_of(asker.tenant, hours=found.id)
    if users:
        raise Conflict(f"{found.name!r} is used by {', '.join(users)}: give them other hours first", code="in_use")
    await _desk(services).delete(asker.tenant, found.id)


def _desk(services: Services) -> NamedForms[HoursForm]:
    return hours_of(services.database, services.wall)


def _now(services: Services) -> datetime:
    return datetime.fromtimestamp(services.wall(), UTC)


def _out(found: Named[HoursForm], now: datetime) -> HoursOut:
    standing = open_at(found.form.schedule(), now)
    return HoursOut(id=found.id, form=found.form, state=standing.state, why=standing.why)

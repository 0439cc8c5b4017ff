"""Numbers: what can be dialled to reach the tenant, and who answers it when."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from switchroom.catalogue.number import NumberRecord, Target
from switchroom.catalogue.numbers import NumberChange, Numbers
from switchroom.catalogue.opening_hours import STATE_NAMES, State
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/numbers", tags=["numbers"])

_EXAMPLE: JsonDict = {
    "number": "+493012345678",
    "label": "Head office",
    "hours": "office",
    "open": {"kind": "agent", "id": "Receptionist"},
    "closed": {"kind": "queue", "id": "night"},
}


class TargetIn(BaseModel):
    """Who answers: an agent or a queue by id or name, or a published flow by its name."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["agent", "flow", "queue"]
    id: str = Field(min_length=1, max_length=200)


class NumberEdit(BaseModel):
    """What is to change; what is not given stays. "" takes the trunk or the hours away, null takes an answer away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"label": "Head office"}})

    label: str | None = Field(None, max_length=200)
    trunk: str | None = Field(None, max_length=100, description="id or name of the trunk that it comes by; a note")
    hours: str | None = Field(
        None, max_length=100, description="id or name of business hours; without, it is always open"
    )
    open: TargetIn | None = None
    closed: TargetIn | None = None
    holiday: TargetIn | None = Field(None, description="without, as when it is closed")

    def change(self) -> NumberChange:
        """Return it as the catalogue takes it."""
        given = [state for state in STATE_NAMES if state in self.model_fields_set]
        answers: dict[State, Target | None] = {state: _target(getattr(self, state)) for state in given}
        return NumberChange(self.label, self.trunk, self.hours, answers or None)


class NewNumber(NumberEdit):
    """A number to be added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    number: str = Field(min_length=1, max_length=128, description="E.164, or an extension or a name such as `demo`")


class TargetOut(BaseModel):
    """Who answers: an agent or a queue by its id, a flow by its name."""

    kind: Literal["agent", "flow", "queue"]
    id: str


class NumberOut(BaseModel):
    """A number. ``country`` and ``kind`` (mobile, toll_free ...) are what the numbering plan says of an E.164 number."""

    id: str
    number: str
    label: str
    country: str
    kind: str
    trunk: str
    hours: str
    open: TargetOut | None
    closed: TargetOut | None
    holiday: TargetOut | None


class NumberList(BaseModel):
    """Numbers in the order in which they were added; ``next`` is the cursor of the following page."""

    items: list[NumberOut]
    next: str | None


class NowOut(BaseModel):
    """Who answers a number at a moment, and why."""

    number: str
    at: datetime
    state: Literal["open", "closed", "holiday"]
    why: str
    answers: TargetOut


@router.get("", summary="List numbers", responses=refusals(401, 403, 422, 429))
async def numbers(
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> NumberList:
    """Answer with what can be dialled to reach the tenant."""
    found = await _desk(services).page(asker.tenant, limit + 1, cursor)
    shown = found[:limit]
    return NumberList(items=[_out(one) for one in shown], next=shown[-1].id if len(found) > limit else None)


@router.post("", summary="Add a number", status_code=201, responses=refusals(401, 403, 409, 422, 429))
async def add(new: NewNumber, asker: Asker, services: With) -> NumberOut:
    """Let a number be answered, from the next call on."""
    return _out(await _desk(services).create(asker.tenant, new.number, new.change()))


@router.get("/{number}", summary="Get a number", responses=refusals(401, 403, 404, 429))
async def number(number: str, asker: Asker, services: With) -> NumberOut:
    """Answer with one number, by its id or as it is dialled."""
    return _out(await _desk(services).get(asker.tenant, number))


@router.patch("/{number}", summary="Change a number", responses=refusals(401, 403, 404, 422, 429))
async def change(number: str, edit: NumberEdit, asker: Asker, services: With) -> NumberOut:
    """Change what is given; it counts from the next call on."""
    return _out(await _desk(services).change(asker.tenant, number, edit.change()))


@router.delete("/{number}", summary="Release a number", status_code=204, responses=refusals(401, 403, 404, 429))
async def remove(number: str, asker: Asker, services: With) -> None:
    """Release a number: nobody answers it from the next call on."""
    await _desk(services).delete(asker.tenant, number)


@router.get("/{number}/now", summary="Say who answers a number now", responses=refusals(401, 403, 404, 422, 429))
async def now(
    number: str,
    asker: Asker,
    services: With,
    at: Annotated[AwareDatetime | None, Query(description="another moment, RFC 3339")] = None,
) -> NowOut:
    """Answer with who would answer a call to it at this moment, and why."""
    moment = at or datetime.fromtimestamp(services.wall(), UTC)
    found, decision = await _desk(services).decision(asker.tenant, number, moment)
    return NowOut(
        number=found.address,
        at=moment,
        state=decision.standing.state,
        why=decision.standing.why,
        answers=TargetOut(kind=decision.target.kind, id=decision.target.id),
    )


def _desk(services: Services) -> Numbers:
    return Numbers(services.database)


def _target(given: TargetIn | None) -> Target | None:
    return None if given is None else Target(given.kind, given.id)


def _out(number: NumberRecord) -> NumberOut:
    who = {
        state: TargetOut(kind=target.kind, id=target.id) if (target := number.answers.get(state)) is not None else None
        for state in STATE_NAMES
    }
    return NumberOut(
        id=number.id,
        number=number.address,
        label=number.label,
        country=number.country,
        kind=number.kind,
        trunk=number.trunk,
        hours=number.hours,
        **who,
    )

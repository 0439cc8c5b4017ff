"""Drafts and versions of agents: what is worked on, what was published, what is different, and the way back."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from switchroom.catalogue.agent_desk import AgentDesk, AgentVersion, differences, fields_of
from switchroom.catalogue.agent_form import AgentChange
from switchroom.web.api.agents import AgentOut, out, usable
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/agents/{agent_id}", tags=["agents"])

Number = Annotated[int, Field(ge=1, le=2_000_000_000)]


class AgentVersionOut(BaseModel):
    """One publication; ``live`` is the one that answers now, ``restores`` the older one that it is a copy of, 0 for none."""

    number: int
    live: bool
    note: str
    created: datetime
    created_by: str
    restores: int
    fields: dict[str, JsonValue]


class VersionList(BaseModel):
    """Publications, newest first; ``next`` is the cursor of the following page."""

    items: list[AgentVersionOut]
    next: str | None


class DifferenceOut(BaseModel):
    """A field that is not the same."""

    field: str
    before: JsonValue
    after: JsonValue


class DraftOut(BaseModel):
    """The agent as it would be, and which fields are otherwise than those that answer."""

    agent: AgentOut
    changes: list[DifferenceOut]


class PublishIn(BaseModel):
    """What is said of a publication."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"note": "Speaks a little slower."}})

    note: str = Field("", max_length=500)


Note = Annotated[PublishIn | None, Body()]


@router.get("/draft", summary="Get an agent's draft", responses=refusals(401, 403, 404, 429))
async def draft(agent_id: str, asker: Asker, services: With) -> DraftOut:
    """Answer with the agent as it would be if it were published now."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    wanted = await _desk(services).draft(found)
    return DraftOut(agent=out(wanted), changes=_changes(fields_of(found), fields_of(wanted)))


@router.patch("/draft", summary="Change an agent's draft", responses=refusals(401, 403, 404, 409, 422, 429))
async def change(agent_id: str, wanted: AgentChange, asker: Asker, services: With) -> DraftOut:
    """Change the fields that are given in the draft; calls go by them once it is published."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    await usable(wanted, found.flow, asker, services)
    after = await _desk(services).change_draft(found, wanted)
    return DraftOut(agent=out(after), changes=_changes(fields_of(found), fields_of(after)))


@router.delete("/draft", summary="Drop an agent's draft", status_code=204, responses=refusals(401, 403, 404, 429))
async def drop(agent_id: str, asker: Asker, services: With) -> None:
    """Forget what was to be otherwise."""
    await _desk(services).drop_draft(await services.catalogue.meant(agent_id, asker.tenant))


@router.post("/publish", summary="Publish an agent's draft", responses=refusals(401, 403, 404, 409, 422, 429))
async def publish(agent_id: str, asker: Asker, services: With, said: Note = None) -> AgentOut:
    """Let the draft answer from the next call on, as a new version."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    return out(await _desk(services).publish(found, asker.user, (said or PublishIn()).note))


@router.get("/versions", summary="List an agent's versions", responses=refusals(401, 403, 404, 422, 429))
async def versions(
    agent_id: str,
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2_000_000_000)] = None,
) -> VersionList:
    """Answer with what was published, newest first."""
    agent = await services.catalogue.meant(agent_id, asker.tenant)
    found = await _desk(services).versions(agent, limit + 1, cursor)
    shown = [_version(one, agent.version) for one in found[:limit]]
    return VersionList(items=shown, next=str(shown[-1].number) if len(found) > limit else None)


@router.get("/versions/{number}", summary="Get a version of an agent", responses=refusals(401, 403, 404, 422, 429))
async def version(agent_id: str, number: Number, asker: Asker, services: With) -> AgentVersionOut:
    """Answer with one publication."""
    agent = await services.catalogue.meant(agent_id, asker.tenant)
    return _version(await _desk(services).version(agent, number), agent.version)


@router.get("/versions/{number}/diff", summary="Compare versions", responses=refusals(401, 403, 404, 422, 429))
async def diff(
    agent_id: str,
    number: Number,
    asker: Asker,
    services: With,
    to: Annotated[int | None, Query(ge=1, le=2_000_000_000, description="without: the one that answers")] = None,
) -> list[DifferenceOut]:
    """Answer with the fields that are not the same in this version and another."""
    agent = await services.catalogue.meant(agent_id, asker.tenant)
    desk = _desk(services)
    before, after = await desk.version(agent, number), await desk.version(agent, to or agent.version)
    return _changes(before.form, after.form)


@router.post(
    "/versions/{number}/roll-back", summary="Roll an agent back", responses=refusals(401, 403, 404, 409, 422, 429)
)
async def roll_back(agent_id: str, number: Number, asker: Asker, services: With, said: Note = None) -> AgentOut:
    """Publish an older version's fields again, as a new version."""
    agent = await services.catalogue.meant(agent_id, asker.tenant)
    return out(await _desk(services).roll_back(agent, number, asker.user, (said or PublishIn()).note))


def _desk(services: Services) -> AgentDesk:
    return AgentDesk(services.database, services.catalogue)


def _changes(before: object, after: object) -> list[DifferenceOut]:
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    return [DifferenceOut.model_validate(asdict(one)) for one in differences(before, after)]


def _version(found: AgentVersion, live: int) -> AgentVersionOut:
    return AgentVersionOut.model_validate(
        {
            "number": found.number,
            "live": found.number == live,
            "note": found.note,
            "created": datetime.fromtimestamp(found.created, UTC),
            "created_by": found.created_by,
            "restores": found.restores,
            "fields": dict(found.form),
        }
    )

"""Teams of a tenant and who is in them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.teams import Team, TeamMember, TeamRole
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/teams", tags=["people"])

_TAKEN = "another team has this name, or the team would be left without an owner"


class TeamIn(BaseModel):
    """How a team is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Front desk"}})

    name: str = Field(min_length=1, max_length=100)


class TeamOut(BaseModel):
    """A team; ``size`` is how many people are in it."""

    id: str
    name: str
    created: datetime
    size: int


class TeamList(BaseModel):
    """Teams in the order they were made; ``next`` is the cursor of the following page."""

    items: list[TeamOut]
    next: str | None


class MemberIn(BaseModel):
    """As what somebody is in a team."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "member"}})

    role: TeamRole = "member"


class NewMember(MemberIn):
    """Who is to be in a team, and as what."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"user": "usr_01k...", "role": "member"}})

    user: str = Field(min_length=1, max_length=64)


class MemberOut(BaseModel):
    """Somebody in a team."""

    user: str
    name: str
    role: TeamRole
    since: datetime


class MemberList(BaseModel):
    """Everybody in a team, by name; ``next`` is always null."""

    items: list[MemberOut]
    next: str | None = None


class Page(BaseModel):
    """Which page to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)


@router.get("", summary="List teams", responses=refusals(401, 403, 404, 422, 429))
async def teams(asker: Asker, services: With, page: Annotated[Page, Query()]) -> TeamList:
    """Answer with the tenant's teams."""
    found, following = await services.people.teams.all(asker, limit=page.limit, cursor=page.cursor)
    return TeamList(items=[_team(team) for team in found], next=following)


@router.post("", summary="Make a team", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429, s409=_TAKEN))
async def create(new: TeamIn, asker: Asker, services: With) -> TeamOut:
    """Make a team, whose owner is who makes it; for administrators and supervisors."""
    return _team(await services.people.teams.create(asker, new.name))


@router.get("/{team_id}", summary="Get a team", responses=refusals(401, 403, 404, 422, 429))
async def team(team_id: str, asker: Asker, services: With) -> TeamOut:
    """Answer with one team."""
    return _team(await services.people.teams.get(asker, team_id))


@router.patch("/{team_id}", summary="Rename a team", responses=refusals(401, 403, 404, 409, 422, 429, s409=_TAKEN))
async def rename(team_id: str, wanted: TeamIn, asker: Asker, services: With) -> TeamOut:
    """Call a team something else; for its owners, administrators and supervisors."""
    return _team(await services.people.teams.rename(asker, team_id, wanted.name))


@router.delete("/{team_id}", summary="Dissolve a team", status_code=204, responses=refusals(401, 403, 404, 422, 429))
async def remove(team_id: str, asker: Asker, services: With) -> None:
    """Dissolve a team; its people stay users. For its owners, administrators and supervisors."""
    await services.people.teams.remove(asker, team_id)


@router.get("/{team_id}/members", summary="List who is in a team", responses=refusals(401, 403, 404, 422, 429))
async def members(team_id: str, asker: Asker, services: With) -> MemberList:
    """Answer with everybody in a team."""
    return MemberList(items=[_member(member) for member in await services.people.teams.members(asker, team_id)])


@router.post(
    "/{team_id}/members",
    summary="Add somebody to a team",
    status_code=201,
    responses=refusals(401, 403, 404, 409, 422, 429, s409=_TAKEN),
)
async def add(team_id: str, new: NewMember, asker: Asker, services: With) -> MemberOut:
    """Add a user, or give one who is there another role. A team's admin may add members and viewers, its owner everybody."""
    return _member(await services.people.teams.put(asker, team_id, new.user, new.role))


@router.put(
    "/{team_id}/members/{user_id}",
    summary="Set somebody's role in a team",
    responses=refusals(401, 403, 404, 409, 422, 429, s409=_TAKEN),
)
async def put(team_id: str, user_id: str, wanted: MemberIn, asker: Asker, services: With) -> MemberOut:
    """Give a user this role in the team, and add them if they are not in it."""
    return _member(await services.people.teams.put(asker, team_id, user_id, wanted.role))


@router.delete(
    "/{team_id}/members/{user_id}",
    summary="Take somebody out of a team",
    status_code=204,
    responses=refusals(401, 403, 404, 409, 422, 429, s409=_TAKEN),
)
async def take(team_id: str, user_id: str, asker: Asker, services: With) -> None:
    """Take a user out of a team, which everybody may do themselves."""
    await services.people.teams.take(asker, team_id, user_id)


def _team(team: Team) -> TeamOut:
    return TeamOut(id=team.id, name=team.name, created=datetime.fromtimestamp(team.created, UTC), size=team.size)


def _member(member: TeamMember) -> MemberOut:
    since = datetime.fromtimestamp(member.since, UTC)
    return MemberOut(user=member.user, name=member.name, role=member.role, since=since)

"""The users of a tenant, for those who administer it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.members import Change, Member
from switchroom.accounts.tokens import Role
from switchroom.identity import UserId
from switchroom.web.api.accounts import Pin
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/users", tags=["people"])

_LAST = "it is the last administrator of the organisation, or somebody has this PIN"


class UserOut(BaseModel):
    """A user of the tenant. Of a PIN only it is said whether there is one."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    has_pin: bool
    created: datetime


class UserList(BaseModel):
    """Users in the order they were made; ``next`` is the cursor of the following page."""

    items: list[UserOut]
    next: str | None


class UserChange(BaseModel):
    """What is to be another; what is not given stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Ann Lee", "role": "supervisor"}})

    name: str | None = Field(None, min_length=1, max_length=200)
    role: Role | None = None
    active: bool | None = None


class Filter(BaseModel):
    """Which users to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)
    role: Role | None = None


@router.get("", summary="List users", responses=refusals(401, 403, 404, 422, 429))
async def users(asker: Asker, services: With, wanted: Annotated[Filter, Query()]) -> UserList:
    """Answer with the tenant's users, those who are not active among them."""
    members = services.people.members
    found = await members.all(asker.tenant, role=wanted.role, limit=wanted.limit, cursor=wanted.cursor)
    return UserList(items=[_user(member) for member in found.members], next=found.next)


@router.get("/{user_id}", summary="Get a user", responses=refusals(401, 403, 404, 422, 429))
async def user(user_id: str, asker: Asker, services: With) -> UserOut:
    """Answer with one user."""
    return _user(await services.people.members.get(user_id, asker.tenant))


@router.patch("/{user_id}", summary="Change a user", responses=refusals(401, 403, 404, 409, 422, 429, s409=_LAST))
async def change(user_id: str, wanted: UserChange, asker: Asker, services: With) -> UserOut:
    """Change a user's name or role, or let them in (no more). Another role counts at once: their access tokens end."""
    change = Change(wanted.name, wanted.role, wanted.active)
    return _user(await services.people.members.change(user_id, asker.tenant, change))


@router.delete(
    "/{user_id}", summary="Let a user in no more", responses=refusals(401, 403, 404, 409, 422, 429, s409=_LAST)
)
async def remove(user_id: str, asker: Asker, services: With) -> UserOut:
    """Deactivate a user and sign them out everywhere; what they did stays theirs. ``active: true`` lets them in again."""
    return _user(await services.people.members.remove(user_id, asker.tenant))


@router.put(
    "/{user_id}/pin",
    summary="Give a user a PIN",
    status_code=204,
    responses=refusals(401, 403, 404, 409, 422, 429, s409=_LAST),
)
async def set_pin(user_id: str, pin: Pin, asker: Asker, services: With) -> None:
    """Give a user a PIN, which nobody else of the installation may have; it is never shown."""
    member = await services.people.members.get(user_id, asker.tenant)
    await services.accounts.set_pin(UserId(member.id), pin.pin)


@router.delete(
    "/{user_id}/pin", summary="Take a PIN away", status_code=204, responses=refusals(401, 403, 404, 422, 429)
)
async def remove_pin(user_id: str, asker: Asker, services: With) -> None:
    """Leave a user without a PIN."""
    member = await services.people.members.get(user_id, asker.tenant)
    await services.accounts.set_pin(UserId(member.id), None)


@router.delete(
    "/{user_id}/totp", summary="Take a second step away", status_code=204, responses=refusals(401, 403, 404, 422, 429)
)
async def remove_second_step(user_id: str, asker: Asker, services: With) -> None:
    """Let somebody who lost their app and their recovery codes sign in by password alone, until they enrol again."""
    member = await services.people.members.get(user_id, asker.tenant)
    await services.people.second_steps.remove(member.id, member.tenant)


def _user(member: Member) -> UserOut:
    return UserOut(
        id=member.id,
        email=member.email,
        name=member.name,
        role=member.role,
        active=member.active,
        has_pin=member.has_pin,
        created=datetime.fromtimestamp(member.created, UTC),
    )

"""Invitations of a tenant. Who gets one accepts it by ``POST /api/auth/accept``."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.invitations import Guest, Invitation, State
from switchroom.accounts.tokens import Role
from switchroom.mail.letters import Language
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/invitations", tags=["people"])

_HERE = "they are a user here, or invited, already"
_OVER = "it was accepted or revoked"


class NewInvitation(BaseModel):
    """Who is to be invited, as what, and in which language they are written to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"email": "bo@example.com", "name": "Bo", "role": "agent", "language": "en"}},
    )

    email: str = Field(max_length=320, pattern=r"^\s*[^@\s]+@[^@\s]+\s*$")
    name: str = Field("", max_length=200)
    role: Role = "agent"
    language: Language = "en"


class InvitationOut(BaseModel):
    """An invitation, without its link, which is in the mail alone."""

    id: str
    email: str
    name: str
    role: Role
    language: Language
    state: State
    invited_by: str
    created: datetime
    expires: datetime


class InvitationList(BaseModel):
    """Invitations, newest first; ``next`` is the cursor of the following page."""

    items: list[InvitationOut]
    next: str | None


class Page(BaseModel):
    """Which page to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)


@router.get("", summary="List invitations", responses=refusals(401, 403, 404, 422, 429))
async def invitations(asker: Asker, services: With, page: Annotated[Page, Query()]) -> InvitationList:
    """Answer with the tenant's invitations, those that are over among them."""
    found, following = await services.people.invitations.all(asker.tenant, limit=page.limit, cursor=page.cursor)
    return InvitationList(items=[_invitation(one) for one in found], next=following)


@router.post(
    "", summary="Invite somebody", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429, s409=_HERE)
)
async def create(new: NewInvitation, asker: Asker, services: With) -> InvitationOut:
    """Send somebody a link by mail, by which they become a user; it is good for 7 days and one use."""
    guest = Guest(new.email, new.name, new.role, new.language)
    return _invitation(await services.people.invitations.create(asker.tenant, guest, asker.user))


@router.post(
    "/{invitation_id}/resend", summary="Send it again", responses=refusals(401, 403, 404, 409, 422, 429, s409=_OVER)
)
async def resend(invitation_id: str, asker: Asker, services: With) -> InvitationOut:
    """Send another link, which is good for 7 days from now; the one before is good no longer."""
    return _invitation(await services.people.invitations.resend(invitation_id, asker.tenant))


@router.delete(
    "/{invitation_id}", summary="Take it back", responses=refusals(401, 403, 404, 409, 422, 429, s409="it was accepted")
)
async def revoke(invitation_id: str, asker: Asker, services: With) -> InvitationOut:
    """Let its link be good no longer; it stays in the list."""
    return _invitation(await services.people.invitations.revoke(invitation_id, asker.tenant))


def _invitation(one: Invitation) -> InvitationOut:
    return InvitationOut(
        id=one.id,
        email=one.email,
        name=one.name,
        role=one.role,
        language=one.language,
        state=one.state,
        invited_by=one.invited_by,
        created=datetime.fromtimestamp(one.created, UTC),
        expires=datetime.fromtimestamp(one.expires, UTC),
    )

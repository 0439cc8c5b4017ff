"""What is done by a link that came by mail: accepting an invitation, and getting another password."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.tokens import Role
from switchroom.mail.letters import spoken
from switchroom.web.api.accounts import SignedIn, give
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import address_of, known
from switchroom.web.services import With

router = APIRouter(prefix="/api/auth", tags=["accounts"])

_Token = Annotated[str, Field(min_length=1, max_length=200)]
_Password = Annotated[str, Field(max_length=1024)]
_GONE = "the link was used, or it is too old: ask for another"


class Link(BaseModel):
    """The token of a link."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"token": "pY3c..."}})

    token: _Token


class Acceptance(Link):
    """Who accepts an invitation, and what they will sign in with."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"token": "pY3c...", "name": "Bo", "password": "a long password"}}
    )

    name: str = Field("", max_length=200)
    password: _Password


class Welcome(BaseModel):
    """Who is invited, and where to."""

    organisation: str
    email: str
    name: str
    role: Role


class Forgetful(BaseModel):
    """Whose password was forgotten."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"email": "ann@example.com"}})

    email: str = Field(min_length=1, max_length=320)


class NewPassword(Link):
    """Another password, by the token of a link."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"token": "pY3c...", "password": "a long password"}}
    )

    password: _Password


@router.post("/invitation", summary="Look at an invitation", responses=refusals(403, 422, 429, s403=_GONE))
async def look(link: Link, request: Request, services: With) -> Welcome:
    """Answer with who is invited, and where to."""
    invitation, organisation = await services.people.invitations.shown(link.token, address=address_of(request))
    return Welcome(organisation=organisation, email=invitation.email, name=invitation.name, role=invitation.role)


@router.post(
    "/accept",
    summary="Accept an invitation",
    status_code=201,
    responses=refusals(403, 409, 422, 429, s403=_GONE, s409="the address has a login already"),
)
async def accept(said: Acceptance, request: Request, response: Response, services: With) -> SignedIn:
    """Become a user by the link of an invitation, and sign in."""
    address = address_of(request)
    user = await services.people.invitations.accept(said.token, said.name, said.password, address=address)
    return give(await services.people.sessions.begin(user), request, response)


@router.post("/password/forgot", summary="Ask for another password", status_code=202, responses=refusals(403, 422, 429))
async def forgot(
    who: Forgetful,
    request: Request,
    services: With,
    later: BackgroundTasks,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> None:
    """Send a link to whoever has this address; that there is nobody is not told, and nothing is looked up before the answer."""
    now = services.wall()
    services.people.resets.admit(who.email, now, address=address_of(request))
    later.add_task(services.people.resets.ask, who.email, spoken(accept_language), now)


@router.post(
    "/password/reset", summary="Set another password", status_code=204, responses=refusals(403, 422, 429, s403=_GONE)
)
async def reset(
    said: NewPassword, request: Request, services: With, accept_language: Annotated[str, Header(max_length=200)] = ""
) -> None:
    """Set a password by the link of a mail; all sessions end. It does not sign in: a second step may be asked for."""
    now, address, language = services.wall(), address_of(request), spoken(accept_language)
    use = services.people.resets.use(said.token, said.password, now, address=address, language=language)
    known(request, await use)

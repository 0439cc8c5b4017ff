"""Signing in and out, and the tokens that follow from it.

A browser keeps its tokens in cookies that no script reads; a program gets the refresh token in the body and keeps it itself.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts import sessions
from switchroom.accounts.registration import Newcomer
from switchroom.accounts.service import User
from switchroom.accounts.sessions import LIFETIME
from switchroom.accounts.tokens import LIFETIMES
from switchroom.errors import Denied
from switchroom.mail.letters import spoken
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker, Viewer, address_of, known, sign_out
from switchroom.web.services import With
from switchroom.web.session_cookies import REFRESH, forget, is_browser, keep

router = APIRouter(prefix="/api/auth", tags=["accounts"])

_Email = Annotated[str, Field(max_length=320)]
_Password = Annotated[str, Field(max_length=1024)]


class Credentials(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"email": "demo@example.com", "password": "a long password"}}
    )

    email: _Email
    password: _Password


class NewOrganisation(BaseModel):
    """An organisation to be made, and its first administrator."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "organisation": "The Copper Table",
                "name": "Ann Lee",
                "email": "ann@example.com",
                "password": "a long password",
            }
        },
    )

    organisation: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    email: _Email
    password: _Password


class Refresh(BaseModel):
    """The refresh token of a program; a browser has it in a cookie."""

    model_config = ConfigDict(json_schema_extra={"example": {"refresh_token": "rt_3Jq0..."}})

    refresh_token: str = Field("", max_length=200)


class Person(BaseModel):
    """A user, as everybody may know them."""

    id: str
    tenant: str
    email: str
    name: str
    role: str


class SignedIn(BaseModel):
    """A bearer token, whose it is, and what it is exchanged by when it has expired (null: in a cookie)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    refresh_token: str | None
    refresh_expires_in: int
    user: Person


class SecondStepNeeded(BaseModel):
    """The password was right, and a code is needed too: answer the challenge by ``POST /api/auth/totp/verify``."""

    needs: Literal["totp"] = "totp"
    challenge: str
    expires_in: int


class ProfileChanges(BaseModel):
    """What a person changes about themselves; a new password needs the old one, and ends all sessions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Ann Lee"}})

    name: str | None = Field(None, min_length=1, max_length=200)
    password: _Password | None = None
    old_password: _Password = ""


class Pin(BaseModel):
    """A PIN, by which somebody proves on the telephone who they are: 4 to 12 digits."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"pin": "481516"}})

    pin: str = Field(pattern="^[0-9]{4,12}$")


class VoiceToken(BaseModel):
    """A token for the voice socket."""

    token: str
    expires_in: int


@router.post("/register", summary="Make an organisation", status_code=201, responses=refusals(403, 409, 422, 429))
async def register(new: NewOrganisation, request: Request, response: Response, services: With) -> SignedIn:
    """Make an organisation with its administrator, and sign them in; only where the installation is open to strangers."""
    newcomer = Newcomer(new.organisation, new.name, new.email, new.password)
    user = await services.people.registration.register(newcomer, address=address_of(request))
    return give(await services.people.sessions.begin(user), request, response)


@router.post("/login", summary="Sign in", responses=refusals(401, 403, 422, 429, s401="e-mail or password is wrong"))
async def log_in(
    credentials: Credentials, request: Request, response: Response, services: With
) -> SignedIn | SecondStepNeeded:
    """Begin a session: a program gets its tokens, a browser its cookies. Who has a second step gets a challenge first."""
    user = await services.accounts.log_in(credentials.email, credentials.password, address=address_of(request))
    if (await services.people.second_steps.of(user.id)).on:
        challenge = services.accounts.token(user, "second_step")
        return SecondStepNeeded(challenge=challenge, expires_in=int(LIFETIMES["second_step"]))
    return give(await services.people.sessions.begin(user), request, response)


@router.post("/refresh", summary="Exchange a refresh token", responses=refusals(401, 403, 422, 429))
async def refresh(
    request: Request, response: Response, services: With, shown: Annotated[Refresh | None, Body()] = None
) -> SignedIn:
    """Answer with new tokens. A refresh token counts once: shown again later, it ends the session for whoever has a copy."""
    text = (shown.refresh_token if shown else "") or request.cookies.get(REFRESH, "")
    if not text:
        raise Denied("there is no refresh token: log in", code="unauthenticated")
    return give(await services.people.sessions.refresh(text, address=address_of(request)), request, response)


@router.post("/logout", summary="Sign out", status_code=204, responses=refusals(403, 422))
async def log_out(
    request: Request, response: Response, services: With, shown: Annotated[Refresh | None, Body()] = None
) -> None:
    """End this session, its access token included, and take a browser's cookies away."""
    await sign_out(response, request, services, shown.refresh_token if shown else "")


@router.post("/logout-everywhere", summary="Sign out everywhere", status_code=204, responses=refusals(401, 403))
async def log_out_everywhere(asker: Asker, response: Response, services: With) -> None:
    """End all sessions of who asks; every access token made before is refused."""
    await services.people.sessions.end_all(asker.user)
    forget(response)


@router.get("/me", summary="Say who asks", responses=refusals(401, 403, 404))
async def me(asker: Asker, services: With) -> Person:
    """Answer with the user whose token this is; for an API key, with the key."""
    if asker.scopes is not None:
        key = await services.keys.get(asker.user, asker.home or asker.tenant)
        return Person(id=key.id, tenant=key.tenant, email="", name=key.name, role=asker.role)
    return person(await services.accounts.user(asker.user))


@router.patch("/me", summary="Change oneself", responses=refusals(401, 403, 404, 422, 429))
async def change_me(
    changes: ProfileChanges,
    asker: Asker,
    request: Request,
    services: With,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> Person:
    """Change one's name, or one's password by the old one; with a new password everybody has to sign in anew, here too."""
    user = await services.accounts.user(asker.user)
    if changes.name is not None:
        user = await services.people.profile.rename(user.id, changes.name)
    if changes.password is not None:
        words, address = (changes.old_password, changes.password), address_of(request)
        language = spoken(accept_language)
        user = await services.people.profile.set_password(user, *words, language, address=address)
    return person(user)


@router.put("/me/pin", summary="Choose a PIN", status_code=204, responses=refusals(401, 403, 404, 409, 422, 429))
async def set_pin(pin: Pin, asker: Asker, services: With) -> None:
    """Choose one's own PIN for the telephone, which nobody else of the installation may have; it is never shown."""
    await services.accounts.set_pin((await services.accounts.user(asker.user)).id, pin.pin)


@router.delete("/me/pin", summary="Have no PIN", status_code=204, responses=refusals(401, 403, 404, 422, 429))
async def remove_pin(asker: Asker, services: With) -> None:
    """Have no PIN any more."""
    await services.accounts.set_pin((await services.accounts.user(asker.user)).id, None)


@router.post("/voice-token", summary="Get a token for the voice socket", responses=refusals(401, 403))
async def voice_token(user: Viewer, services: With) -> VoiceToken:
    """Answer with a token for ``/webrtc/ws``: the signed-in user's, or in a demo anybody's."""
    speaker = user or services.demo_user
    if speaker is None:
        raise Denied("sign in, or use a PIN", code="unauthenticated")
    return VoiceToken(token=services.accounts.token(speaker, "voice"), expires_in=int(LIFETIMES["voice"]))


def give(made: sessions.SignedIn, request: Request, response: Response) -> SignedIn:
    """Return the answer to who has signed in; a browser gets cookies instead of a refresh token."""
    known(request, made.user)
    browser = is_browser(request)
    if browser:
        keep(response, request, made)
    return SignedIn(
        access_token=made.access,
        expires_in=int(LIFETIMES["access"]),
        refresh_token=None if browser else made.refresh,
        refresh_expires_in=int(LIFETIME),
        user=person(made.user),
    )


def person(user: User) -> Person:
    """Return a user as everybody may know them."""
    return Person(id=user.id, tenant=user.tenant, email=user.email, name=user.name, role=user.role)

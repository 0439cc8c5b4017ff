"""Signing in, and the tokens that follow from it."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.service import User
from switchroom.accounts.tokens import LIFETIMES
from switchroom.errors import Denied
from switchroom.web.auth import Asker, Viewer, address_of, sign_in, sign_out
from switchroom.web.services import With

router = APIRouter(prefix="/api/auth", tags=["accounts"])


class Credentials(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"email": "demo@example.com", "password": "a long password"}}
    )

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)


class Person(BaseModel):
    """A user, as everybody may know them."""

    id: str
    tenant: str
    email: str
    name: str
    role: str


class SignedIn(BaseModel):
    """A bearer token and whose it is."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    user: Person


class VoiceToken(BaseModel):
    """A token for the voice socket."""

    token: str
    expires_in: int


@router.post("/login", summary="Sign in", responses={401: {"description": "wrong"}, 429: {"description": "locked"}})
async def log_in(credentials: Credentials, request: Request, response: Response, services: With) -> SignedIn:
    """Answer with a bearer token, and give a browser its session cookie."""
    user = await services.accounts.log_in(credentials.email, credentials.password, address=address_of(request))
    sign_in(response, request, services, user)
    return SignedIn(access_token=services.accounts.token(user), expires_in=int(LIFETIMES["access"]), user=_person(user))


@router.post("/logout", summary="Sign out", status_code=204)
async def log_out(response: Response) -> None:
    """Take the browser's session cookie away; a bearer token ends by itself."""
    sign_out(response)


@router.get("/me", summary="Say who asks")
async def me(asker: Asker, services: With) -> Person:
    """Answer with the user whose token this is; for an API key, with the key."""
    if asker.scopes is not None:
        key = await services.keys.get(asker.user, asker.tenant)
        return Person(id=key.id, tenant=key.tenant, email="", name=key.name, role=asker.role)
    return _person(await services.accounts.user(asker.user))


@router.post("/voice-token", summary="Get a token for the voice socket")
async def voice_token(user: Viewer, services: With) -> VoiceToken:
    """Answer with a token for ``/webrtc/ws``: the signed-in user's, or in a demo anybody's."""
    speaker = user or services.demo_user
    if speaker is None:
        raise Denied("sign in, or use a PIN", code="unauthenticated")
    return VoiceToken(token=services.accounts.token(speaker, "voice"), expires_in=int(LIFETIMES["voice"]))


def _person(user: User) -> Person:
    return Person(id=user.id, tenant=user.tenant, email=user.email, name=user.name, role=user.role)

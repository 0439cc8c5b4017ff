"""The second step of signing in: codes of an app."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.service import User
from switchroom.errors import Denied
from switchroom.identity import UserId
from switchroom.web.api.accounts import SignedIn, give
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker, address_of
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/auth/totp", tags=["accounts"])

_Code = Annotated[str, Field(min_length=6, max_length=20)]


class Code(BaseModel):
    """Six digits of the app."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "492039"}})

    code: _Code


class Answer(Code):
    """A code for the challenge of a login; a recovery code will do."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"challenge": "eyJ...", "code": "492039"}})

    challenge: str = Field(max_length=2000)


class Password(BaseModel):
    """One's password, once more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"password": "a long password"}})

    password: str = Field(max_length=1024)


class Enrolled(BaseModel):
    """What an app reads (as a QR code or by hand), and the recovery codes. All of it is shown this once."""

    uri: str
    secret: str
    recovery_codes: list[str]


class State(BaseModel):
    """Whether signing in asks for a code, and how many recovery codes are left."""

    enabled: bool
    recovery_left: int


@router.get("", summary="Say whether there is a second step", responses=refusals(401, 403, 404))
async def state(asker: Asker, services: With) -> State:
    """Answer with whether signing in asks who asks for a code."""
    found = await services.people.second_steps.of(asker.user)
    return State(enabled=found.on, recovery_left=found.recovery_left)


@router.post("/enrol", summary="Begin a second step", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
async def enrol(own: Password, asker: Asker, request: Request, services: With) -> Enrolled:
    """Make a secret for an app. It counts when it is confirmed by a code; begun again, the one before is good no longer."""
    user = await _proved(asker.user, own.password, request, services)
    brand = (await services.tenancy.settings.of(user.tenant)).values.brand_name
    made = await services.people.second_steps.enrol(user, brand or "Switchroom")
    return Enrolled(uri=made.uri, secret=made.secret, recovery_codes=list(made.recovery))


@router.post(
    "/confirm", summary="Switch the second step on", status_code=204, responses=refusals(401, 403, 404, 409, 422, 429)
)
async def confirm(shown: Code, asker: Asker, services: With) -> None:
    """Show the first code of the app; from now on signing in asks for one."""
    await services.people.second_steps.confirm(asker.user, shown.code)


@router.post("/disable", summary="Switch it off", status_code=204, responses=refusals(401, 403, 404, 422, 429))
async def disable(own: Password, asker: Asker, request: Request, services: With) -> None:
    """Ask for no code any more, by the password."""
    user = await _proved(asker.user, own.password, request, services)
    await services.people.second_steps.remove(user.id, user.tenant)


@router.post("/verify", summary="Sign in with a code", responses=refusals(401, 403, 404, 422, 429))
async def verify(answer: Answer, request: Request, response: Response, services: With) -> SignedIn:
    """Answer the challenge of a login, within five minutes, by a code that was not used before."""
    user = await by_code(answer.challenge, answer.code, request, services)
    return give(await services.people.sessions.begin(user), request, response)


async def by_code(challenge: str, code: str, request: Request, services: Services) -> User:
    """Return who answers a challenge. Raises Denied, Limited."""
    user = await services.accounts.user(services.accounts.identify(challenge, "second_step").user)
    await services.people.second_steps.check(user, code, address=address_of(request))
    return user


async def _proved(user_id: UserId, password: str, request: Request, services: Services) -> User:
    user = await services.accounts.user(user_id)
    try:
        return await services.accounts.log_in(user.email, password, address=address_of(request))
    except Denied as error:
        raise Denied("the password is wrong", code="wrong_password") from error

"""Calls that are made, and what can be done to a call while it goes on."""

from typing import Literal, TypedDict

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette import status

from switchroom.identity import CallId
from switchroom.ports import control
from switchroom.web.auth import Asker
from switchroom.web.calling import CallWanted, call_out
from switchroom.web.services import With
from switchroom.web.steering import steer

router = APIRouter(prefix="/api/v1/calls", tags=["live control"])

_PROBLEMS: dict[int | str, dict[str, object]] = {
    401: {"description": "nobody is signed in"},
    403: {"description": "the asker may not do this"},
    404: {"description": "there is no such call or agent, or it is somebody else's"},
    409: {"description": "the call is not in a state that allows this; the message names it"},
    422: {"description": "the request cannot be used"},
    429: {"description": "a limit was reached"},
    503: {"description": "whoever carries the call cannot be reached now"},
}


class _Route(TypedDict):
    status_code: int
    responses: dict[int | str, dict[str, object]]


_DONE = _Route(status_code=status.HTTP_204_NO_CONTENT, responses=_PROBLEMS)
_BEGUN = _Route(status_code=status.HTTP_202_ACCEPTED, responses=_PROBLEMS)


class Begun(BaseModel):
    """A call that was begun; what becomes of it are its state and its events."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "call_01kaz3v8g2v4m0x1q7rj3n", "state": "dialing"}]}
    )

    id: str
    state: Literal["dialing"] = "dialing"


@router.post("", summary="Call somebody", status_code=status.HTTP_202_ACCEPTED, responses=_PROBLEMS)
async def make(wanted: CallWanted, asker: Asker, services: With, response: Response) -> Begun:
    """Have an agent call a number or one of your SIP accounts, and answer at once with the call.

    It is `dialing`, then `ringing`, then `talking`; who is busy, does not answer or declines ends it with that reason.
    """
    call = await call_out(services, asker.tenant, wanted)
    response.headers["Location"] = f"/api/v1/calls/{call}"
    return Begun(id=call)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TransferWanted(_Asked):
    """Whom the other side is handed over to."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"target": "+442079460009", "mode": "blind"}]}
    )

    target: str = Field(
        min_length=1, max_length=320, description="blind: a SIP address or number; warm: as in a new call"
    )
    mode: Literal["blind", "warm"] = "blind"


class Somebody(_Asked):
    """Whom to call into the call."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"target": "anna"}]})

    target: str = Field(min_length=1, max_length=320, description="a telephone number, or the name of a SIP account")


class DigitsWanted(_Asked):
    """Which keys to press."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"digits": "1234#"}]})

    digits: str = Field(min_length=1, max_length=64, pattern=r"^[0-9*#A-D]+$")


class SayWanted(_Asked):
    """What the agent is to say."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "One moment please.", "protected": False}]}
    )

    text: str = Field(min_length=1, max_length=2000)
    protected: bool = Field(default=False, description="it cannot be interrupted")


class WhisperWanted(_Asked):
    """What the agent is to know."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Offer her ten per cent."}]})

    text: str = Field(min_length=1, max_length=2000)


class GiveBackWanted(_Asked):
    """What the agent should know of what happened meanwhile."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "She gets her money back."}]})

    note: str = Field("", max_length=2000)


@router.post("/{call_id}/hang-up", summary="End a call from our side", **_DONE)
async def hang_up(call_id: str, asker: Asker, services: With) -> None:
    """The call ends as when the agent hangs up; what was said last is still written down."""
    await steer(services, asker.tenant, CallId(call_id), control.HangUp())


@router.post("/{call_id}/hold", summary="Put the other side on hold", **_DONE)
async def hold(call_id: str, asker: Asker, services: With) -> None:
    """They hear music, and nobody hears them, until `resume`. A call that is held already, by whomever, is a conflict."""
    await steer(services, asker.tenant, CallId(call_id), control.Hold())


@router.post("/{call_id}/resume", summary="End our hold", **_DONE)
async def resume(call_id: str, asker: Asker, services: With) -> None:
    """The conversation goes on. A hold of the other side is not ours to end."""
    await steer(services, asker.tenant, CallId(call_id), control.Resume())


@router.post("/{call_id}/transfer", summary="Hand the other side over", **_BEGUN)
async def transfer(call_id: str, wanted: TransferWanted, asker: Asker, services: With) -> None:
    """Blind: at once. Warm: once the target has answered our own call. `transfer.completed` or `transfer.failed` follows."""
    await steer(services, asker.tenant, CallId(call_id), control.Transfer(wanted.target, wanted.mode))


@router.post("/{call_id}/conference", summary="Bring somebody into the call", **_BEGUN)
async def conference(call_id: str, wanted: Somebody, asker: Asker, services: With) -> None:
    """Call somebody and let everybody hear everybody. `leg.added` or `leg.failed` follows."""
    await steer(services, asker.tenant, CallId(call_id), control.Conference(wanted.target))


@router.post("/{call_id}/digits", summary="Press keys", **_DONE)
async def digits(call_id: str, wanted: DigitsWanted, asker: Asker, services: With) -> None:
    """Press keys towards the other side, as a telephone does."""
    await steer(services, asker.tenant, CallId(call_id), control.SendDigits(wanted.digits))


@router.post("/{call_id}/say", summary="Have the agent say something", **_DONE)
async def say(call_id: str, wanted: SayWanted, asker: Asker, services: With) -> None:
    """The agent says it now, in the place of what it was saying."""
    await steer(services, asker.tenant, CallId(call_id), control.Say(wanted.text, wanted.protected))


@router.post("/{call_id}/whisper", summary="Tell the agent something", **_DONE)
async def whisper(call_id: str, wanted: WhisperWanted, asker: Asker, services: With) -> None:
    """The other side does not hear it; it counts from the agent's next reply on."""
    await steer(services, asker.tenant, CallId(call_id), control.Whisper(wanted.text))


@router.post("/{call_id}/take-over", summary="Let a person talk in the agent's place", **_BEGUN)
async def take_over(call_id: str, wanted: Somebody, asker: Asker, services: With) -> None:
    """Call a person; once they answer, they talk and the agent is silent. `takeover.started` or `leg.failed` follows."""
    await steer(services, asker.tenant, CallId(call_id), control.TakeOver(wanted.target, asker.user))


@router.post("/{call_id}/give-back", summary="Let the agent talk again", **_DONE)
async def give_back(call_id: str, wanted: GiveBackWanted, asker: Asker, services: With) -> None:
    """The person leaves, and the agent goes on, knowing that they talked, and the note."""
    await steer(services, asker.tenant, CallId(call_id), control.GiveBack(wanted.note))

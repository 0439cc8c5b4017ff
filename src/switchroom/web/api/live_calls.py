"""Calls that are made, and what can be done to a call while it goes on."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict
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


@router.post(
    "/{call_id}/hang-up",
    summary="End a call from our side",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=_PROBLEMS,
)
async def hang_up(call_id: str, asker: Asker, services: With) -> None:
    """The call ends as when the agent hangs up; what was said last is still written down."""
    await steer(services, asker.tenant, CallId(call_id), control.HangUp())

"""Live control: what can be done to a call while it goes on."""

from fastapi import APIRouter
from starlette import status

from switchroom.identity import CallId
from switchroom.ports import control
from switchroom.web.auth import Asker
from switchroom.web.services import With
from switchroom.web.steering import steer

router = APIRouter(prefix="/api/v1/calls", tags=["live control"])

_PROBLEMS: dict[int | str, dict[str, object]] = {
    401: {"description": "nobody is signed in"},
    403: {"description": "the asker may not do this"},
    404: {"description": "there is no such call, or it is somebody else's"},
    409: {"description": "the call is not in a state that allows this; the message names it"},
    422: {"description": "the request cannot be used"},
    429: {"description": "a limit was reached"},
    503: {"description": "whoever carries the call cannot be reached now"},
}


@router.post(
    "/{call_id}/hang-up",
    summary="End a call from our side",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=_PROBLEMS,
)
async def hang_up(call_id: str, asker: Asker, services: With) -> None:
    """The call ends as when the agent hangs up; what was said last is still written down."""
    await steer(services, asker.tenant, CallId(call_id), control.HangUp())

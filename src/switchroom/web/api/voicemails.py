"""Messages that callers left: lists, one message, and its sound."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from switchroom.errors import NotFound
from switchroom.history.voicemails import VoicemailBox
from switchroom.web.auth import Asker
from switchroom.web.recordings import sound_at
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/voicemails", tags=["voicemails"])

_MISSING: dict[int | str, dict[str, object]] = {
    404: {"description": "there is no such message, or it is somebody else's"}
}


class VoicemailOut(BaseModel):
    """A message. ``at`` is when it was complete (RFC 3339), ``why`` what ended it: silence, key, limit or left."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    call: str
    caller: str
    caller_name: str
    at: datetime
    duration: float
    text: str
    why: str


class VoicemailList(BaseModel):
    """Messages, newest first; ``next`` is the cursor of the following page."""

    items: list[VoicemailOut]
    next: str | None


class Filter(BaseModel):
    """Which messages to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)
    call: str | None = Field(None, max_length=64)


@router.get("", summary="List messages")
async def voicemails(asker: Asker, services: With, wanted: Annotated[Filter, Query()]) -> VoicemailList:
    """Answer with the messages that the tenant's callers left, newest first."""
    box = VoicemailBox(services.database)
    found = await box.all(asker.tenant, call=wanted.call, limit=wanted.limit, cursor=wanted.cursor)
    return VoicemailList(items=[VoicemailOut.model_validate(message) for message in found.messages], next=found.next)


@router.get("/{message_id}", summary="Get a message", responses=_MISSING)
async def voicemail(message_id: str, asker: Asker, services: With) -> VoicemailOut:
    """Answer with one message."""
    return VoicemailOut.model_validate(await VoicemailBox(services.database).get(message_id, asker.tenant))


@router.get("/{message_id}/recording", summary="Get the sound", responses=_MISSING, response_class=FileResponse)
async def recording(message_id: str, request: Request, asker: Asker, services: With) -> Response:
    """Answer with a WAV file of the caller alone; ranges are served."""
    message = await VoicemailBox(services.database).get(message_id, asker.tenant)
    if not message.path:
        raise NotFound(f"there is no sound of message {message_id}")
    return await sound_at(request, services, message.path, asker.tenant)

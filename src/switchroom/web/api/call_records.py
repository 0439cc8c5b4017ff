"""What is kept of a call: its recording, links to it, how long it is kept, and its deletion."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette import status
from starlette.responses import FileResponse, Response

from switchroom.accounts.tokens import Identity
from switchroom.history.retention import Rule
from switchroom.identity import CallId
from switchroom.web.auth import Asker
from switchroom.web.recordings import sound
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1", tags=["calls"])

_WHO: dict[int | str, dict[str, object]] = {
    401: {"description": "nobody is signed in"},
    403: {"description": "the asker may not do this, or the link has expired"},
    422: {"description": "the request cannot be used"},
}
_ONE: dict[int | str, dict[str, object]] = {
    **_WHO,
    404: {"description": "there is no such call or recording, or it is somebody else's"},
    503: {"description": "the store of recordings does not answer"},
}
_SOUND: dict[int | str, dict[str, object]] = {
    **_ONE,
    200: {"content": {"audio/wav": {}}, "description": "the recording"},
    206: {"content": {"audio/wav": {}}, "description": "the range that was asked for"},
    304: {"description": "unchanged"},
    400: {"description": "the range cannot be read"},
    416: {"description": "the recording is shorter"},
}


class LinkWanted(BaseModel):
    """For how long a link is to be good."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"minutes": 60}]})

    minutes: int = Field(60, ge=1, le=7 * 24 * 60)


class LinkOut(BaseModel):
    """A link that needs no signing in. Deleting the recording ends it."""

    url: str
    expires: datetime


class RetentionBody(BaseModel):
    """For how many days after their end calls are kept; null: for ever. `events`: everything about a call."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"recordings": 30, "transcripts": 90, "events": 365}]}
    )

    recordings: int | None = Field(None, ge=1, le=36_500)
    transcripts: int | None = Field(None, ge=1, le=36_500)
    events: int | None = Field(None, ge=1, le=36_500)


@router.get("/calls/{call_id}/recording", summary="Get the recording", responses=_SOUND, response_class=FileResponse)
async def recording(call_id: str, request: Request, asker: Asker, services: With) -> Response:
    """Answer with a stereo WAV file, caller left and agent right; ranges are served, also while it is being written."""
    return await sound(request, services, CallId(call_id), asker.tenant)


@router.head("/calls/{call_id}/recording", summary="Look at the recording", responses=_SOUND)
async def recording_head(call_id: str, request: Request, asker: Asker, services: With) -> Response:
    """Answer as GET does, without the sound."""
    return await sound(request, services, CallId(call_id), asker.tenant)


@router.post("/calls/{call_id}/recording/link", summary="Make a link to the recording", status_code=201, responses=_ONE)
async def link(call_id: str, wanted: LinkWanted, request: Request, asker: Asker, services: With) -> LinkOut:
    """Whoever has the link can listen, without signing in, until it expires or the recording is deleted."""
    await sound(request, services, CallId(call_id), asker.tenant)  # there is one
    token, until = services.archive.links.make(CallId(call_id), asker.tenant, wanted.minutes * 60.0)
    url = f"{await _home(request, services, asker)}{request.app.url_path_for('linked', token=token)}"
    return LinkOut(url=url, expires=datetime.fromtimestamp(until, UTC))


async def _home(request: Request, services: Services, asker: Identity) -> str:
    """Return where the tenant's people reach us: as in mails, and not as the request called us if anybody has said so."""
    domain = (await services.tenancy.settings.of(asker.tenant)).values.brand_domain
    home = f"https://{domain}" if domain else services.settings.web.address or str(request.base_url)
    return home.rstrip("/")


@router.api_route(
    "/recordings/{token}",
    methods=["GET", "HEAD"],
    name="linked",
    summary="Get a recording by a link",
    responses=_SOUND,
    response_class=FileResponse,
    include_in_schema=False,
)
async def linked(token: str, request: Request, services: With) -> Response:
    """Answer with the recording that the link is for."""
    found = services.archive.links.open(token)
    return await sound(request, services, found.call, found.tenant)


@router.delete(
    "/calls/{call_id}",
    summary="Delete a call for good",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_ONE, 409: {"description": "the call goes on"}},
)
async def delete(call_id: str, asker: Asker, services: With) -> None:
    """Its sound, its words and whatever tells who talked are gone; that there was a call and who deleted it stays known."""
    await services.archive.deletions.delete(CallId(call_id), asker.tenant, asker.user)


@router.get("/retention", summary="Get how long calls are kept", responses=_WHO)
async def retention(asker: Asker, services: With) -> RetentionBody:
    """Answer with the tenant's rule."""
    rule = await services.archive.retention.rule(asker.tenant)
    return RetentionBody(recordings=rule.recordings, transcripts=rule.transcripts, events=rule.events)


@router.put("/retention", summary="Set how long calls are kept", responses=_WHO)
async def set_retention(wanted: RetentionBody, asker: Asker, services: With) -> RetentionBody:
    """What is older is deleted for good within the hour."""
    rule = Rule(wanted.recordings, wanted.transcripts, wanted.events)
    await services.archive.retention.set(asker.tenant, rule)
    return wanted

"""What callers hear while they wait: the house's music, or a WAV file of the tenant's own."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from switchroom.catalogue.hold_music import LARGEST, HoldMusic
from switchroom.errors import Invalid
from switchroom.media.frame import RATE
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/hold-music", tags=["hold music"])

_NOT_MINE: dict[int | str, dict[str, object]] = {403: {"description": "only an administrator may"}}
_NONE: dict[int | str, dict[str, object]] = {404: {"description": "the tenant has none of its own"}}
_UNUSABLE: dict[int | str, dict[str, object]] = {422: {"description": "it is no WAV file, or too long; says why"}}


class HoldMusicOut(BaseModel):
    """Whether the music is the tenant's ``own``, and how long it lasts; 0 for the house's."""

    own: bool
    seconds: float


@router.get("", summary="Get what callers hear while they wait")
async def hold_music(asker: Asker, services: With) -> HoldMusicOut:
    """Answer with whose music it is."""
    found = await _music(services).of(asker.tenant)
    return HoldMusicOut(own=found is not None, seconds=0.0 if found is None else round(len(found) / RATE, 3))


@router.get(
    "/file",
    summary="Listen to the tenant's hold music",
    response_class=FileResponse,
    responses=refusals(401, 403, 404, 429),
)
async def listen(asker: Asker, services: With) -> FileResponse:
    """Answer with the WAV file that was uploaded; the house's own is no file."""
    path = await asyncio.to_thread(_music(services).file, asker.tenant)
    return FileResponse(path, media_type="audio/wav", headers={"cache-control": "no-store"})


@router.put("", summary="Choose what callers hear while they wait", responses={**_NOT_MINE, **_UNUSABLE})
async def choose(request: Request, asker: Asker, services: With) -> HoldMusicOut:
    """Take a WAV file (16-bit PCM, A-law or mu-law) as the body; it is played from the next call on."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST:
            raise Invalid(f"the music has more than {LARGEST} bytes")
    return HoldMusicOut(own=True, seconds=round(await _music(services).put(asker.tenant, data), 3))


@router.delete("", summary="Go back to the house's music", status_code=204, responses={**_NOT_MINE, **_NONE})
async def remove(asker: Asker, services: With) -> None:
    """Remove the tenant's own; calls that run play it on."""
    await _music(services).remove(asker.tenant)


def _music(services: Services) -> HoldMusic:
    return HoldMusic(services.settings.hold_music)

"""A call's recording as sound and as a shape to draw.

The file's name comes from the journal and is believed only below the directory of recordings. A recording that is no file here any
more is in the store, under the name of its tenant and its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from switchroom.errors import Invalid, NotFound
from switchroom.history.service import Recording
from switchroom.identity import CallId, TenantId
from switchroom.web.ranges import ranged
from switchroom.web.services import Services

_HEADER = 44  # bytes before the samples, as the recorder writes them
_FULL_SCALE = 32768


class Waveform(BaseModel):
    """The loudest sample of each stretch, 0 to 1, caller and agent; ``duration`` is seconds."""

    duration: float
    caller: list[float]
    agent: list[float]


@asynccontextmanager
async def recording_at_hand(services: Services, call: CallId, tenant: TenantId) -> AsyncIterator[Path]:
    """Give the tenant's recording as a file, brought here from the store for as long as it is looked at. Raises NotFound."""
    recording = await _recording(services, call, tenant)
    path = file_below(services.settings.recordings, recording.path)
    if path is not None:
        yield path
        return
    with TemporaryDirectory(dir=services.settings.data) as folder:
        fetched = Path(folder) / "recording.wav"
        await services.archive.blobs.fetch(_key(recording.path, tenant), fetched)
        yield fetched


async def sound(request: Request, services: Services, call: CallId, tenant: TenantId) -> Response:
    """Answer with the recording, or the range of it that is asked for. Raises NotFound."""
    recording = await _recording(services, call, tenant)
    return await sound_at(request, services, recording.path, tenant, etag=recording.sha256)


async def sound_at(request: Request, services: Services, name: str, tenant: TenantId, *, etag: str = "") -> Response:
    """Answer with a tenant's sound, from the disk or from the store. Raises NotFound."""
    path = file_below(services.settings.recordings, name)
    if path is not None:
        return FileResponse(path, media_type="audio/wav", filename=path.name, content_disposition_type="inline")
    key, blobs = _key(name, tenant), services.archive.blobs
    try:
        state = await blobs.state(key)
    except (NotFound, Invalid):
        raise NotFound("this sound is not there any more") from None
    tag = f'"{etag or state.etag}"'
    return ranged(request.headers, state.size, tag, lambda start, end: blobs.read(key, start, end), "audio/wav")


async def _recording(services: Services, call: CallId, tenant: TenantId) -> Recording:
    found = await services.history.call(call, tenant)
    recording = await services.history.recording(found.id, tenant)
    if recording is None:
        raise NotFound(f"call {call} was not recorded")
    return recording


def _key(name: str, tenant: TenantId) -> str:
    return f"recordings/{tenant}/{Path(name).name}"


def file_below(folder: Path, name: str) -> Path | None:
    """Return the file of that name if it is there and below ``folder``."""
    folder = folder.resolve()
    for path in (Path(name).resolve(), (folder / name).resolve()):
        if path.is_relative_to(folder) and path.is_file():
            return path
    return None


def waveform_of(path: Path, points: int) -> Waveform:
    """Read a stereo 16-bit WAV file and return its shape. Takes a tenth of a second for half an hour: not for the event loop."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    rate = int.from_bytes(head[24:28], "little")
    frames = (path.stat().st_size - _HEADER) // 4
    if len(head) < _HEADER or rate == 0 or frames <= 0:
        return Waveform(duration=0, caller=[], agent=[])
    samples = np.memmap(path, "<i2", "r", offset=_HEADER, shape=(frames, 2))
    edges = np.linspace(0, frames, min(points, frames), endpoint=False, dtype=np.intp)
    highest = np.maximum.reduceat(samples, edges).astype(np.int32)
    lowest = np.minimum.reduceat(samples, edges).astype(np.int32)
    peaks = np.round(np.maximum(highest, -lowest) / _FULL_SCALE, 3)
    return Waveform(duration=frames / rate, caller=peaks[:, 0].tolist(), agent=peaks[:, 1].tolist())

"""What is kept of a call as sound: its recording, and the messages that are left in it."""

import asyncio
import hashlib
from functools import partial
from pathlib import Path

import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.equipment import Equipment
from switchroom.calls.recorder import Recorder
from switchroom.events import catalogue as happened
from switchroom.identity import CallId, TenantId
from switchroom.ports import Leg

log = structlog.get_logger()


class Tapes:
    """One call's."""

    def __init__(self, call: CallId, tenant: TenantId, leg: Leg, equipment: Equipment, chronicle: Chronicle) -> None:
        self._call = call
        self._tenant = tenant
        self._leg = leg
        self._with = equipment
        self._tell = chronicle.tell

    def record(self) -> Recorder | None:
        """Begin the recording; None if nothing is recorded here."""
        if self._with.disk is None or self._with.recordings is None:
            return None
        path = self._with.recordings / self._tenant / f"{self._call}.wav"
        rate = self._leg.encoding.rate
        self._tell(partial(happened.RecordingStarted, path=str(path), rate=rate))
        return Recorder(path, rate, self._with.disk, partial(self._failed, str(path)))

    def message(self, number: int) -> Recorder | None:
        """Begin the file of the caller's ``number``-th message; None if none are kept."""
        if self._with.disk is None or self._with.messages is None:
            return None
        path = self._with.messages / self._tenant / f"{self._call}-message-{number}.wav"
        return Recorder(path, self._leg.encoding.rate, self._with.disk, partial(self._failed, str(path)), alone=True)

    async def store(self, recorder: Recorder) -> None:
        """End the recording."""
        await recorder.close()
        if not recorder.broken:
            duration = round(recorder.duration, 3)
            digest = await asyncio.to_thread(_hash, recorder.path)
            self._tell(
                partial(
                    happened.RecordingStored,
                    path=str(recorder.path),
                    duration=duration,
                    size=recorder.size,
                    sha256=digest,
                )
            )

    def _failed(self, path: str, message: str) -> None:
        log.error("recording stopped", call=self._call, message=message)
        self._tell(partial(happened.RecordingFailed, path=path, message=message))


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""

"""What becomes of the sound of a call."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Event):
    """A recording is being written."""

    topic = "call.recording.started"
    path: str
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStored(Event):
    """The recording is complete: caller on the left, agent on the right."""

    topic = "call.recording.stored"
    path: str
    duration: float
    size: int
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed(Event):
    """Writing stopped (a full disk, say); what was written until then is kept and the call goes on."""

    topic = "call.recording.failed"
    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDeleted(Event):
    """The sound of the call was deleted: its time was over."""

    topic = "call.recording.deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDeleted(Event):
    """Everything about the call was deleted, at the wish of ``by`` or because its time was over.

    What else its journal says is void.
    """

    topic = "call.deleted"
    by: str
    why: Literal["asked", "retention"]

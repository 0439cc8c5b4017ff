"""What becomes of the sound of a call."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed(Event):
    """Writing stopped (a full disk, say); what was written until then is kept and the call goes on."""

    topic = "call.recording.failed"
    path: str
    message: str

"""What every call of a process works with."""

from dataclasses import dataclass, field
from pathlib import Path

from switchroom.calls.recorder import Disk
from switchroom.conversation.timing import Timing
from switchroom.media.plane import Plane
from switchroom.ports import Publish, SpeechToText, TextToSpeech


@dataclass(frozen=True, slots=True)
class Equipment:
    """Handed to each session. Without ``disk`` and ``recordings`` nothing is recorded."""

    plane: Plane
    stt: SpeechToText
    tts: TextToSpeech
    publish: Publish
    disk: Disk | None = None
    recordings: Path | None = None
    timing: Timing = field(default_factory=Timing)

"""What every call of a process works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from switchroom.calls.habits import Habits
from switchroom.calls.paces import Paces
from switchroom.calls.recorder import Disk
from switchroom.calls.sentences import Sentences
from switchroom.conversation.speculation import Eagerness
from switchroom.conversation.timing import Timing
from switchroom.errors import Unavailable
from switchroom.media.frame import Samples
from switchroom.media.plane import Plane
from switchroom.media.tones import gentle
from switchroom.ports import Leg, Publish, SpeechToText, TextToSpeech
from switchroom.ports.control import Destination, Reach
from switchroom.ports.credit import CreditDesk
from switchroom.ports.turn_end import EndOfTurn


async def _nobody(wanted: Destination, _ringing: Callable[[int], None]) -> Leg:
    raise Unavailable(f"nobody can be called from here, {wanted.target} neither", code="no_way_out")


@dataclass(frozen=True, slots=True)
class Equipment:
    """Handed to each session. Without ``disk`` and ``recordings`` nothing is recorded.

    ``problem`` says why no call should be taken now; empty if all is well.
    """

    plane: Plane
    stt: SpeechToText
    tts: TextToSpeech
    publish: Publish
    disk: Disk | None = None
    recordings: Path | None = None
    timing: Timing = field(default_factory=Timing)
    problem: Callable[[], str] = lambda: ""
    habits: Habits = field(default_factory=Habits)
    eagerness: Eagerness = field(default_factory=Eagerness)
    messages: Path | None = None
    """Where what callers leave as messages is kept; beside the recordings, whether calls are recorded or not."""
    music: Samples = field(default_factory=gentle)
    paces: Paces = field(default_factory=Paces)
    sentences: Sentences = field(default_factory=Sentences)
    end_of_turn: EndOfTurn | None = None
    reach: Reach = _nobody
    """Calls people."""
    credit: CreditDesk | None = None
    """What calls are paid from; without it they are free."""

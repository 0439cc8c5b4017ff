"""The two sides of a conversation, and the line between them, as the turn machine sees them."""

from dataclasses import dataclass
from enum import Enum

from switchroom.conversation.moves import Commit, StopSpeech, VoiceStarted, Withdraw
from switchroom.conversation.utterance import Utterance


class Caller(Enum):
    """What the caller does."""

    QUIET = "quiet"
    TALKING = "talking"
    LULL = "lull"  # fell silent, perhaps to go on
    TYPING = "typing"


class Agent(Enum):
    """What the agent does."""

    SILENT = "silent"
    OWED = "owed"  # a reply is being made, nothing of it was heard
    SPEAKING = "speaking"
    PROTECTED = "protected"  # speaking, and not to be interrupted
    PAUSED = "paused"  # by us


@dataclass(slots=True)
class Reply:
    """What the agent does, and what is known of the reply it does it with."""

    agent: Agent = Agent.SILENT
    protected: bool = False
    paused: float = 0.0
    unheard: Commit | None = None
    """The turn it replies to, as long as nothing of the reply was heard."""

    @property
    def guarded(self) -> bool:
        """Whether the caller cannot end it."""
        return self.agent is Agent.PROTECTED or (self.agent is Agent.PAUSED and self.protected)

    @property
    def ending(self) -> StopSpeech | Withdraw:
        """What ends it: it is withdrawn as long as nothing was heard of it."""
        if self.agent is Agent.OWED:
            return Withdraw(self.unheard.turn if self.unheard else None)
        return StopSpeech()

    def sound(self) -> None:
        """It is heard from now on."""
        self.agent = Agent.PROTECTED if self.protected else Agent.SPEAKING
        self.unheard = None


@dataclass(slots=True)
class Line:
    """On hold, gone, and since when nobody has said anything on it."""

    held: bool = False
    deaf: bool = False
    """A voice began while it was held: whoever it is does not speak to us."""
    left: bool = False
    quiet: float | None = None
    nudges: int = 0

    def nudge_due(self, silence: float) -> float | None:
        """When somebody is to say something, if nobody does."""
        return None if self.quiet is None or self.held or self.left else self.quiet + silence


def changes_who_talks(caller: Caller, utterance: Utterance, voice: VoiceStarted) -> bool:
    """Whether it is news: a voice over our own that comes back is, our own after the caller's is not."""
    match caller:
        case Caller.QUIET:
            return True
        case Caller.TALKING:
            return utterance.ours and not voice.ours
        case Caller.LULL:
            return utterance.ours or not voice.ours
        case Caller.TYPING:
            return False

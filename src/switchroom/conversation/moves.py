"""What the turn machine is told (in the past tense) and what it decides.

Times are seconds of the one clock that ``now`` is read from.
"""

from dataclasses import dataclass
from math import inf

from switchroom.ports import Heard, Held, Patience, Resumed

# --- told ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """The caller's voice began ``at`` (the true onset, a little before now).

    ``remaining`` is how many seconds the agent still has to speak, ``inf`` if more is coming than is queued: a "yes" over its
    last words answers it, a "yes" in the middle only accompanies it.
    """

    at: float
    remaining: float = inf
    ours: bool = False
    """It is the agent's own voice that comes back."""


@dataclass(frozen=True, slots=True)
class OwnVoiceHeard:
    """The voice that began turned out to be the agent's own that comes back."""


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """The caller's voice ended ``at`` (the true end, a little before now). The recogniser was asked for a final transcript."""

    at: float


@dataclass(frozen=True, slots=True)
class Missed:
    """The recogniser failed at this utterance."""

    code: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class ReplyOwed:
    """A reply is being prepared that no ``Commit`` or ``Nudge`` asked for: the greeting, say."""


@dataclass(frozen=True, slots=True)
class AgentStarted:
    """A sentence of the agent begins on the wire. Tell it again when the next one is ``protected`` and this was not.

    After ``StopSpeech`` and ``Withdraw`` nothing more is told of that reply.
    """

    protected: bool = False


@dataclass(frozen=True, slots=True)
class AgentStopped:
    """All of the reply was heard, or there was nothing to say; nothing more is owed."""


@dataclass(frozen=True, slots=True)
class CallerInterrupted:
    """The caller pressed "interrupt"."""


@dataclass(frozen=True, slots=True)
class CallerWrote:
    """The caller said this in writing; it is a whole turn."""

    text: str


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller is gone: commit what they said as soon as it is understood, and do nothing else."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is awaited from the caller next; holds until told otherwise.

    Without a ``patience`` it is read from what the agent ``said`` last.
    """

    patience: Patience | None = None
    digits: int | None = None
    said: str = ""


Input = (
    VoiceStarted
    | VoiceStopped
    | OwnVoiceHeard
    | Heard
    | Missed
    | DigitPressed
    | ReplyOwed
    | AgentStarted
    | AgentStopped
    | CallerInterrupted
    | CallerLeft
    | CallerWrote
    | Expected
    | Held
    | Resumed
)

# --- decided ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PauseSpeech:
    """Fall silent at once; the rest may be wanted."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Go on where you paused."""


@dataclass(frozen=True, slots=True)
class StopSpeech:
    """The reply is over: drop what was not heard and what is still being made."""


@dataclass(frozen=True, slots=True)
class AskFinal:
    """The caller has talked for as long as a turn may be: ask for a final transcript now, while the voice goes on.

    Keep what they say from here on, and tell of it as a new voice once this utterance has become a turn.
    """


@dataclass(frozen=True, slots=True)
class Commit:
    """The caller's turn is complete; exactly one reply is owed to it.

    ``digits`` count if there are any, else ``text``, else ``missed`` says why nothing was understood. ``started`` and
    ``ended`` are when the caller spoke or typed, as truly as we know; ``understood`` is when the last final transcript
    came, None if none did. ``continues`` is the withdrawn turn whose words, ``carried``, this one begins with. The
    utterance is over: the next voice begins a new one.
    """

    turn: int
    text: str = ""
    digits: str = ""
    confidence: float = 1.0
    started: float = 0.0
    ended: float = 0.0
    missed: str | None = None
    understood: float | None = None
    continues: int | None = None
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Drop the reply that is being made for ``turn``, before anybody hears of it; the caller had not finished.

    The turn that is committed next contains what they said in this one. None: it was a reply to no turn (greeting, nudge).
    """

    turn: int | None


@dataclass(frozen=True, slots=True)
class Dismiss:
    """The sound was no turn (a cough, an "mhm"): the utterance is over, the next voice begins a new one."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Nobody has said anything for a while, for the ``count``-th time in a row: a reply to the silence is owed."""

    count: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The caller does not answer: end the call."""


Decision = PauseSpeech | ResumeSpeech | StopSpeech | AskFinal | Commit | Withdraw | Dismiss | Nudge | GiveUp

"""Every event there is: what has a name in this module is in the journal's catalogue, wherever it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from switchroom.events.accounts import SessionEnded as SessionEnded
from switchroom.events.accounts import UserSignedOut as UserSignedOut
from switchroom.events.catalogue_changes import CatalogueChanged as CatalogueChanged
from switchroom.events.control import AgentTold as AgentTold
from switchroom.events.control import LegFailed as LegFailed
from switchroom.events.control import TakeoverEnded as TakeoverEnded
from switchroom.events.control import TakeoverStarted as TakeoverStarted
from switchroom.events.event import Event as Event
from switchroom.events.guards import OutboundRefused as OutboundRefused
from switchroom.events.guards import SourceBanned as SourceBanned
from switchroom.events.guards import SourceReleased as SourceReleased
from switchroom.events.language import LanguageSwitched as LanguageSwitched
from switchroom.events.line import KeysPressed as KeysPressed
from switchroom.events.line import MessageEnd as MessageEnd
from switchroom.events.line import MusicStarted as MusicStarted
from switchroom.events.line import VoicemailTaken as VoicemailTaken
from switchroom.events.mail import MailGivenUp as MailGivenUp
from switchroom.events.providers import ProviderFailed as ProviderFailed
from switchroom.events.providers import ProviderHedged as ProviderHedged
from switchroom.events.providers import ProviderSwitched as ProviderSwitched
from switchroom.events.recordings import CallDeleted as CallDeleted
from switchroom.events.recordings import RecordingDeleted as RecordingDeleted
from switchroom.events.recordings import RecordingFailed as RecordingFailed
from switchroom.events.recordings import RecordingStarted as RecordingStarted
from switchroom.events.recordings import RecordingStored as RecordingStored
from switchroom.events.tenancy import TenantChanged as TenantChanged
from switchroom.events.tenancy import TenantCreated as TenantCreated
from switchroom.events.tenancy import TenantResumed as TenantResumed
from switchroom.events.tenancy import TenantSuspended as TenantSuspended
from switchroom.events.timing import ReplyStalled as ReplyStalled
from switchroom.events.timing import SpeculationDropped as SpeculationDropped
from switchroom.events.timing import TurnTimed as TurnTimed
from switchroom.events.tools import ModelAnswered as ModelAnswered
from switchroom.events.tools import ToolFailed as ToolFailed
from switchroom.events.tools import ToolFinished as ToolFinished
from switchroom.events.tools import ToolStarted as ToolStarted
from switchroom.events.transfers import CallTransferred as CallTransferred
from switchroom.events.transfers import TransferCompleted as TransferCompleted
from switchroom.events.transfers import TransferFailed as TransferFailed
from switchroom.events.transfers import TransferRequested as TransferRequested
from switchroom.events.transfers import TransferRinging as TransferRinging
from switchroom.events.usage import CreditExhausted as CreditExhausted
from switchroom.events.usage import CreditLow as CreditLow
from switchroom.events.usage import UsageMetered as UsageMetered
from switchroom.events.webhooks import WebhookDeliveryFailed as WebhookDeliveryFailed
from switchroom.events.webhooks import WebhookDisabled as WebhookDisabled
from switchroom.events.webhooks import WebhookTested as WebhookTested
from switchroom.identity import AgentId, CallId, LegId, TenantId

Answered = Literal["turn", "silence", "opening", "transfer", "message", "tool", "dictation"]
"""What a reply answers: the caller's turn of its number, a silence after it, the call itself, a failed transfer, a message left,
or what somebody outside wants said."""

EndReason = Literal[
    "caller_hangup",
    "agent_hangup",
    "transfer",
    "timeout",
    "error",
    "busy",
    "no_answer",
    "rejected",
    "drained",
    "credit",
]

THE_HOUSE, NO_CALL = TenantId(""), CallId("")
"""Whose an event is that concerns the whole installation, and no call; its sequence is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Event):
    """A call was offered to us and an agent is reserved for it.

    ``caller`` is anonymous if they withhold their number. ``verification`` is what the network says of its signature;
    ``diverted_from`` whom they dialled first, if the call was sent on to us, and ``diverted_why`` the reason; ``user_to_user``
    and ``headers`` what the caller's system told ours. ``flow`` is what the agent goes by, in its published ``flow_version`` (0: a
    file); ``flow_parts`` are those of the flows that it runs. Of a call that we make, ``caller`` is the number it comes from
    (empty: the trunk's first), ``dialled`` whom we call, and ``metadata`` what whoever asked for it wants to find with it.
    ``engine`` is the process that carries it.
    """

    topic = "voice.call.started"
    personal = frozenset({"caller", "caller_name", "dialled", "diverted_from", "user_to_user", "headers", "metadata"})
    direction: Literal["inbound", "outbound"]
    source: Literal["phone_gateway", "browser", "text"]
    agent: AgentId
    caller: str
    caller_name: str = ""
    dialled: str = ""
    peer: str = ""
    verification: str = ""
    diverted_from: str = ""
    diverted_why: str = ""
    user_to_user: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    flow: str = ""
    flow_version: int = 0
    agent_version: int = 0
    flow_parts: Mapping[str, int] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCompleted(Event):
    """The call ended as calls should; everything about it has been written."""

    topic = "voice.call.completed"
    reason: EndReason
    duration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailed(Event):
    """The call ended because something broke; ``code`` is the error's."""

    topic = "voice.call.failed"
    code: str
    message: str
    duration: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRinging(Event):
    """The far side hears ringing."""

    topic = "call.ringing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected(Event):
    """The call was answered; audio flows. ``after`` is seconds since it was offered, or since we called."""

    topic = "call.connected"
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(Event):
    """The call is on hold: the far side put us there, or we them."""

    topic = "call.held"
    by: Literal["far_end", "us"] = "far_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(Event):
    """The call is not on hold any more."""

    topic = "call.resumed"
    by: Literal["far_end", "us"] = "far_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """Nobody talks any more."""

    topic = "call.ended"
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed(Event):
    """The caller pressed a key; ``how`` says by which road it came."""

    topic = "call.dtmf"
    personal = frozenset({"digit"})
    digit: str
    how: Literal["rfc4733", "info", "inband", "browser"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAdded(Event):
    """A party joined the call."""

    topic = "leg.added"
    personal = frozenset({"party"})
    leg: LegId
    party: str
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLeft(Event):
    """A party left the call; ``media`` counts what its audio went through (packets, lost, late, concealed ...)."""

    topic = "leg.left"
    leg: LegId
    media: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """The caller began to speak (``at`` is the onset) or to type."""

    topic = "turn.started"
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Event):
    """The caller's turn was committed; exactly one reply follows. ``waited`` is end of speech to decision, seconds."""

    topic = "turn.ended"
    personal = frozenset({"text"})
    turn: int
    text: str
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptPartial(Event):
    """What the caller seems to be saying; will be replaced."""

    topic = "transcript.partial"
    ephemeral = True
    personal = frozenset({"text"})
    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFinal(Event):
    """What the caller said. ``start`` and ``end`` are seconds since the call was connected."""

    topic = "transcript.final"
    personal = frozenset({"text"})
    turn: int
    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStarted(Event):
    """The first sample of the agent's reply went out."""

    topic = "reply.started"
    personal = frozenset({"text"})
    turn: int
    answers: Answered = "turn"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySpoken(Event):
    """The reply was heard to its end. ``timings`` are seconds from the end of the caller's speech (see docs/turns.md)."""

    topic = "reply.spoken"
    personal = frozenset({"heard"})
    turn: int
    answers: Answered = "turn"
    heard: str
    start: float
    end: float
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyInterrupted(Event):
    """The caller spoke over the reply; ``heard`` is what reached their ear, ``unheard`` what did not."""

    topic = "reply.interrupted"
    personal = frozenset({"heard", "unheard"})
    turn: int
    answers: Answered = "turn"
    heard: str
    unheard: str
    start: float
    end: float
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPaused(Event):
    """The agent fell silent at a sound from the caller and has not decided yet."""

    topic = "reply.paused"
    ephemeral = True
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyResumed(Event):
    """The sound was a cough or an "mhm": the agent goes on where it paused."""

    topic = "reply.resumed"
    ephemeral = True
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerSpoken(Event):
    """Something was said to keep a wait from being silent; ``owner`` is who was awaited (llm, tts, a tool)."""

    topic = "filler.spoken"
    turn: int
    text: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceActivity(Event):
    """The caller's voice began or ended, as detected."""

    topic = "vad"
    ephemeral = True
    speaking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """Who is doing what now: listening, thinking, speaking or transferring."""

    topic = "call.status"
    ephemeral = True
    status: Literal["listening", "thinking", "speaking", "transferring"]

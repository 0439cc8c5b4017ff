"""Who answers a call, and with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from switchroom.events.catalogue import Event
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.media.frame import Samples
from switchroom.ports.brain import Brain
from switchroom.ports.errands import Errands
from switchroom.ports.leg import Party
from switchroom.ports.speech import SpeechToText, TextToSpeech, Voice
from switchroom.sip.callers.context import CallContext

Tell = Callable[[Callable[..., Event]], None]
"""Puts an event into a call's journal, given as ``partial(ProviderFailed, ...)``: the call adds who, when and which."""


LOCAL = "local"
"""The name of the recogniser and the voice of the process that carries a call."""


def untold(_make: Callable[..., Event]) -> None:
    """A Tell for where there is no call."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How one call hears and speaks; None is the way of the process that carries it."""

    stt: SpeechToText | None = None
    tts: TextToSpeech | None = None
    hears: Callable[[], str] = lambda: LOCAL
    """Which provider hears now, for what is paid."""
    speaks: Callable[[], str] = lambda: LOCAL


def usual_speech(_tell: Tell) -> Speech:
    """Hear and speak as the process does."""
    return Speech()


@dataclass(frozen=True, slots=True)
class CallDetails:
    """What a brain is told about the call it thinks for."""

    id: CallId
    party: Party
    dialled: str
    source: Literal["phone_gateway", "browser", "text"]
    errands: Errands
    context: CallContext = field(default_factory=CallContext)
    tell: Tell = untold
    """For what is worth a line in the call's journal and is known to the brain's parts alone: which model failed, say."""
    language: Callable[[], str] = lambda: ""
    """What is spoken now, if that may change."""
    hurried: Callable[[], bool] = lambda: False
    """Whether replies are likely to come later than callers were promised, by what the last ones took: be quick if you can."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many calls a tenant and all below it may have at once, and may begin in a minute; None: as many as they like."""

    tenant: TenantId
    calls: int | None = None
    calls_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Everything a call needs to know, looked up once before it is answered and never again."""

    tenant: TenantId
    agent: AgentId
    open_brain: Callable[[CallDetails], Brain]
    voice: Voice
    open_speech: Callable[[Tell], Speech] = usual_speech
    """Called once per call. What it gives tells of its own failures; one that it could not help is raised or reported."""
    flow: str = ""
    """What the brain goes by, and in which published version; 0 for a file."""
    flow_version: int = 0
    agent_version: int = 0
    flow_parts: Mapping[str, int] = field(default_factory=dict)
    """The versions of the flows that it runs as parts of itself."""
    language: str = "en"
    languages: tuple[str, ...] = ()
    """Spoken as well, when a caller does."""
    greeting: str = ""
    """Said at once when the call is answered, rendered beforehand; the brain's CallOpened reply follows it."""
    apology: str = "I'm sorry, I'm having some trouble on my side. Could you say that again?"
    farewell: str = "I can't hear you, so I will hang up now. Goodbye."
    record: bool = True
    music: Samples | None = None
    """What a caller hears who waits; None: the house's."""
    max_duration: float = 1800.0
    silence: float = 7.0
    """Seconds of silence on both sides before the caller is asked again."""
    nudges: int = 3
    """So many unanswered prompts end the call."""
    guesses: int = 3
    """So often a turn is answered in private before it is over; each costs what a reply costs. 0: never."""
    no_silence: float = 1.2
    """Seconds of silence after the caller's speech that are not exceeded, if there is something to say while they wait."""
    fillers: tuple[str, ...] = ()
    """Short sentences for that, by turns."""
    patience: str = ""
    """Said when a filler was not enough."""
    stalled: float = 8.0
    """A reply that nothing moves towards for so long is given up, with the apology."""
    stalls: int = 2
    """So many given up in a row: the caller is handed over to ``person``, or the call ends."""
    giving_up: str = ""
    """Said then."""
    parting: str = ""
    """Said when the call has to end for a reason that is not the caller's."""
    quotas: tuple[Quota, ...] = ()
    """Which of its tenant, and of those above it, count their calls."""
    person: str = ""
    """The SIP address of somebody who takes over from an agent that is broken."""


class Directory(Protocol):
    """Who answers what was dialled."""

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:
        """Return the plan. Raises NotFound when nobody answers that address. Safe to cancel.

        Raises Denied (``tenant_suspended``, or any other code) for a call that may not be, Limited for one too many.
        """
        ...

    async def plan_to_call(self, agent: AgentId, tenant: TenantId) -> CallPlan:
        """Return the plan of an agent that is to call somebody. Raises NotFound, Denied, Limited, Invalid. Safe to cancel."""
        ...

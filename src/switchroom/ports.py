"""What the engine needs from the world, as Protocols and the frozen records they exchange.

The engine, the transports, the providers and the storage are siblings: none imports another. They meet here, and
``main.py`` joins them. What a thing can do is a record it carries, never an ``isinstance``, never a surprise in mid-call.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from typing import Literal, Protocol

from switchroom.errors import SwitchroomError
from switchroom.events.catalogue import Event
from switchroom.identity import AgentId, CallId, LegId, TenantId
from switchroom.media.frame import Encoding, Samples

# --- a party's connection -----------------------------------------------------------------------------------------


class Capability(Enum):
    """What a leg can be asked to do."""

    HOLD = "hold"
    SEND_DIGITS = "send_digits"
    REFER = "refer"


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the far end, as their carrier knows them."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """The party pressed a key: one of ``0-9 * # A-D``."""

    digit: str
    how: Literal["rfc4733", "info", "inband", "browser"]


@dataclass(frozen=True, slots=True)
class Held:
    """The party put us on hold."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The party took us off hold."""


@dataclass(frozen=True, slots=True)
class Left:
    """The party is gone; nothing more will be heard from this leg."""

    reason: Literal["hangup", "cancelled", "lost", "error"] = "hangup"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The party asked the agent to stop speaking, by a button rather than by voice."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The party said this in writing: a whole turn."""

    text: str


Signal = Digit | Held | Resumed | Left | Interrupted | Typed


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Tell the far side that it rings."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not take the call; the transport turns the reason into its own code (SIP: 404, 480, 486, 503)."""

    reason: Literal["not_found", "busy", "unavailable", "rejected"]
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Press keys towards the party."""

    digits: str


LegCommand = Ring | Answer | Refuse | HangUp | SendDigits


class Leg(Protocol):
    """One party's audio and signalling, whatever carries it.

    ``hear`` and ``speak`` are called by the tick, once each per 20 ms, and never block. ``attach`` tells the leg where its
    signals go; a leg reports ``Left`` exactly once.
    """

    @property
    def id(self) -> LegId: ...
    @property
    def party(self) -> Party: ...
    @property
    def encoding(self) -> Encoding: ...
    @property
    def can(self) -> frozenset[Capability]: ...

    def attach(self, report: Callable[[Signal], None]) -> None:
        """Report signals to ``report`` from now on."""
        ...

    def hear(self, now: float) -> bytes | None:
        """Return 20 ms (``encoding.payload_size`` bytes) of what the party said; None if they are missing."""
        ...

    def speak(self, payload: bytes, now: float) -> None:
        """Send 20 ms to the party."""
        ...

    async def do(self, command: LegCommand) -> None:
        """Carry out a command. Safe to cancel: the command has then been sent or not, never half."""
        ...

    def media(self) -> Mapping[str, float]:
        """Return counters of this leg's media (packets, lost, late, concealed ...)."""
        ...


@dataclass(frozen=True, slots=True)
class CallOffer:
    """Somebody calls us: the leg is not answered yet."""

    leg: Leg
    dialled: str
    source: Literal["phone_gateway", "browser"]
    peer: str
    headers: Mapping[str, str] = field(default_factory=dict)


# --- hearing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hints:
    """What a recogniser may expect to hear now.

    ``sentences`` are what callers say here, one string of lower-case words each, more frequent ones more often; a local recogniser
    builds its language model and dictionary from them, a hosted one takes ``words`` as key terms. Equal ``id`` means equal content.
    """

    id: str
    sentences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser understood of the utterance so far; ``final`` once it will not change.

    ``confidence`` is 0..1. An empty final text means: sound, but no words.
    """

    text: str
    final: bool
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class HearingFailed:
    """The recogniser could not do this utterance (it died, it was too late); the audio is lost to it."""

    error: SwitchroomError


class Listening(Protocol):
    """One call's ear at a recogniser. Utterances follow one another; none of these methods waits."""

    def begin(self) -> None:
        """An utterance begins; what was unfinished is forgotten."""
        ...

    def hear(self, samples: Samples) -> None:
        """Take more of the utterance: PCM at 16 kHz, any length."""
        ...

    def pause(self) -> None:
        """The caller fell silent: understand what there is and report it as final. More ``hear`` may follow and report anew."""
        ...

    def close(self) -> None:
        """The call is over; nothing more is reported."""
        ...


class SpeechToText(Protocol):
    """A recogniser."""

    @property
    def name(self) -> str: ...

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """Open an ear. ``hints`` is asked at each utterance; ``report`` is called on the event loop."""
        ...


# --- speaking -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Voice:
    """How the agent sounds. ``name`` is the provider's (``slt``, ``en-us`` ...); ``speed`` 1.0 is the voice's own."""

    name: str = ""
    speed: float = 1.0
    language: str = "en"


class TextToSpeech(Protocol):
    """A voice."""

    @property
    def name(self) -> str: ...

    def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz in pieces of any length, the first as soon as it exists.

        Closing the generator (use ``aclosing``) abandons the rest. Raises Unavailable if the provider fails.
        """
        ...


# --- deciding what to say -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller's committed turn."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class CallerTyped:
    """Digits, as the caller's committed turn."""

    digits: str


@dataclass(frozen=True, slots=True)
class CallerSilent:
    """The caller said nothing for a while, for the ``count``-th time in a row."""

    count: int


@dataclass(frozen=True, slots=True)
class CallerUnheard:
    """The caller said something and we failed to understand it for a reason of our own."""

    code: str


@dataclass(frozen=True, slots=True)
class CallOpened:
    """The call was just answered: greet."""


Prompt = CallOpened | CallerSaid | CallerTyped | CallerSilent | CallerUnheard


@dataclass(frozen=True, slots=True)
class Say:
    """Say this. A ``protected`` sentence cannot be interrupted; a ``filler`` only bridges a wait."""

    text: str
    protected: bool = False
    filler: bool = False


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything has been said."""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The brain called a tool."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """The tool came back after ``took`` seconds, with a result or with the error it failed with."""

    tool: str
    took: float
    result: Mapping[str, object] = field(default_factory=dict)
    error: SwitchroomError | None = None


ReplyPart = Say | EndCall | ToolCalled | ToolAnswered


class Patience(Enum):
    """How soon a fallen-silent caller is taken to have finished."""

    SHORT = "short"  # a yes or no, a choice
    NORMAL = "normal"
    LONG = "long"  # digits, spelling, an address, a message


@dataclass(frozen=True, slots=True)
class Expecting:
    """What the brain awaits from the caller next."""

    hints: Hints
    patience: Patience = Patience.NORMAL
    digits: int | None = None
    """Exactly so many keys complete a typed answer; None: ``#`` or a pause does."""


class Brain(Protocol):
    """What thinks for one call. Its state changes only while ``reply`` runs, and only one runs at a time."""

    @property
    def expecting(self) -> Expecting: ...

    def reply(self, prompt: Prompt, heard: Sequence["Utterance"]) -> AsyncGenerator[ReplyPart, None]:
        """Answer ``prompt``; ``heard`` is the conversation so far, as it was really heard.

        Closing the generator early (the caller interrupted) must leave the brain able to take the next prompt; a tool that was
        already called is not undone and not forgotten.
        """
        ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that was said and heard. ``start`` and ``end`` are seconds since the call was connected."""

    who: Literal["caller", "agent"]
    text: str
    start: float
    end: float
    interrupted: bool = False


class LanguageModel(Protocol):
    """A model that continues a conversation. The flow's agent node uses it; none is needed for scripted dialogue."""

    @property
    def name(self) -> str: ...

    def reply(self, prompt: str, heard: Sequence[Utterance]) -> AsyncGenerator[str, None]:
        """Yield text deltas. Closing the generator stops the request. Raises Unavailable."""
        ...


# --- doing --------------------------------------------------------------------------------------------------------

Value = str | int | bool | date | time | None
Values = Mapping[str, Value]
"""What a conversation knows: slots and tool results by name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tool came back after ``took`` seconds."""

    took: float
    result: Values = field(default_factory=dict)
    error: SwitchroomError | None = None


class Errands(Protocol):
    """Runs one call's tools."""

    async def run(self, key: str, work: Callable[[], Awaitable[Values]], limit: float) -> Outcome:
        """Start ``work`` unless it was started under ``key`` before; wait for it, at most ``limit`` seconds in all.

        Cancelling the wait does not cancel the work, and asking again with the same key gives the same outcome. Never raises what
        the work raises: a SwitchroomError is in the outcome as it is, a time-out as Unavailable (``tool_timeout``), anything else
        as Bug.
        """
        ...


# --- who answers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallDetails:
    """What a brain is told about the call it thinks for."""

    id: CallId
    party: Party
    dialled: str
    source: Literal["phone_gateway", "browser"]
    errands: Errands


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Everything a call needs to know, looked up once before it is answered and never again."""

    tenant: TenantId
    agent: AgentId
    open_brain: Callable[[CallDetails], Brain]
    voice: Voice
    language: str = "en"
    greeting: str = ""
    """Said at once when the call is answered, rendered beforehand; the brain's CallOpened reply follows it."""
    apology: str = "I'm sorry, I'm having some trouble on my side. Could you say that again?"
    farewell: str = "I can't hear you, so I will hang up now. Goodbye."
    record: bool = True
    max_duration: float = 1800.0
    silence: float = 7.0
    """Seconds of silence on both sides before the caller is asked again."""
    nudges: int = 3
    """So many unanswered prompts end the call."""


class Directory(Protocol):
    """Who answers what was dialled."""

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:
        """Return the plan. Raises NotFound when nobody answers that address. Safe to cancel."""
        ...


# --- remembering --------------------------------------------------------------------------------------------------

Publish = Callable[[Event], None]

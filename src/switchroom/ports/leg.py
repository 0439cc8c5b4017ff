"""A party's connection: what it carries, what it reports, what it can be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from switchroom.identity import LegId, TenantId
from switchroom.media.frame import Encoding
from switchroom.sip.callers.context import CallContext


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
class FarEndRings:
    """The telephone of the party, whom we call, rings."""


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


@dataclass(frozen=True, slots=True)
class PartyChanged:
    """Somebody else is at the far end from now on: the party handed the call over. ``media`` counts the audio of who was there."""

    party: Party
    media: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """The party is calling the target of our Transfer: it rings."""


TransferOutcome = Literal["done", "busy", "no_answer", "declined", "unreachable", "not_supported", "failed"]


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of our Transfer; ``status`` is the carrier's own word for it (SIP: its status).

    The call goes on unless Left follows.
    """

    outcome: TransferOutcome
    status: int = 0


Signal = (
    Digit | FarEndRings | Held | Resumed | Left | Interrupted | Typed | PartyChanged | TransferProgress | Transferred
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Tell the far side that it rings."""


RefusalReason = Literal[
    "not_found",
    "no_agent",
    "unavailable",
    "suspended",
    "not_allowed",
    "over_limit",
    "no_credit",
    "overloaded",
    "draining",
]
"""Why a call is not taken: nobody has that number; its agent cannot be used; it cannot be answered now; the tenant is
suspended; the caller may not; the tenant's or trunk's calls are used up; nobody can pay; we have too much to do; we are closing."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not take the call; the transport turns the reason into its own code. ``retry_after`` is in seconds."""

    reason: RefusalReason
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Press keys towards the party."""

    digits: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Ask the party's side to call ``target`` in our place (``Capability.REFER``); one at a time. Transferred follows.

    ``replaces`` is another leg of the same transport, whose party the two are to be joined with (attended transfer): that leg ends
    then. Its party's address is the target, unless one is given.
    """

    target: str = ""
    replaces: LegId | None = None


LegCommand = Ring | Answer | Refuse | HangUp | SendDigits | Transfer


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
    def codec(self) -> str:
        """What travels on its wire, as carriers call it."""
        ...

    @property
    def can(self) -> frozenset[Capability]: ...

    @property
    def keys_in_sound(self) -> bool:
        """Whether the party's keys come as tones only, so that the sound is to be listened to for them."""
        ...

    def attach(self, report: Callable[[Signal], None]) -> None:
        """Report signals to ``report`` from now on."""
        ...

    @property
    def delay(self) -> float:
        """Seconds for which what ``hear`` gives has waited in this leg's buffers, about."""
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
    """Somebody calls us: the leg is not answered yet. ``tenant`` is whose trunk brings it; None: it came by none.

    Outbound it is we who call, from ``calling``; ``metadata`` is what whoever asked for the call wants to find with it.
    """

    leg: Leg
    dialled: str
    source: Literal["phone_gateway", "browser"]
    peer: str
    context: CallContext = field(default_factory=CallContext)
    tenant: TenantId | None = None
    trunk: str = ""
    direction: Literal["inbound", "outbound"] = "inbound"
    calling: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

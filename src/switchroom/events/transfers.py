"""What happens when a call is handed over, by us or to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from switchroom.events.event import Event

TransferReason = Literal["busy", "no_answer", "declined", "unreachable", "not_supported", "failed", "abandoned"]
"""Why a caller was not handed over; "abandoned": the call ended first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(Event):
    """The far side handed its end of the call over: ``party`` is who we talk with from now on.

    ``media`` counts what the audio of who was there went through, as in LegLeft.
    """

    topic = "call.transferred"
    personal = frozenset({"party"})
    party: str
    media: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested(Event):
    """We asked the far side to call ``target`` in our place, who takes the calls of ``queue`` if that is not empty."""

    topic = "transfer.requested"
    personal = frozenset({"target"})
    target: str
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRinging(Event):
    """The target of our transfer rings."""

    topic = "transfer.ringing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCompleted(Event):
    """The caller talks with the target now, and no longer with us."""

    topic = "transfer.completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(Event):
    """The caller stays with us. ``status`` is the carrier's own word for the reason (SIP: its status), 0 if it gave none."""

    topic = "transfer.failed"
    reason: TransferReason
    status: int = 0

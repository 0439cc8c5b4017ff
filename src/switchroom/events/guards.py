"""What was refused or shut out to keep the house and its tenants safe."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRefused(Event):
    """A guard refused a call out before it was made; ``reason`` is the code of what was answered."""

    topic = "outbound.refused"
    dialled: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBanned(Event):
    """An address, or a network of IPv6, guessed passwords or flooded us: nothing of it is heard until then."""

    topic = "security.source.banned"
    source: str
    reason: Literal["wrong_credentials", "flood"]
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReleased(Event):
    """A ban was lifted before its time; ``by`` is the user who did."""

    topic = "security.source.released"
    source: str
    by: str

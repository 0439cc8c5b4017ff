"""What happens with the recognisers, voices and models of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from switchroom.events.event import Event

SwitchReason = Literal["failed", "late", "resting", "recovered"]
"""Why another provider took over: the one before failed, was later than it may be or than it usually is, is left alone after
failures, or the preferred one is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailed(Event):
    """A provider did not do its part; ``capability`` is stt, tts, llm or brain.

    ``provider`` is its name in this installation, or the capability when there is nobody left who could do it.
    """

    topic = "provider.failed"
    provider: str
    capability: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSwitched(Event):
    """Another provider does its part from now on. ``after`` is seconds since it was asked what the one before did not do."""

    topic = "provider.switched"
    capability: str
    from_provider: str
    to_provider: str
    why: SwitchReason
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHedged(Event):
    """Two providers were asked the same, since the first was late; ``winner`` answered first.

    ``wasted`` is what the other's part may have cost: characters, seconds, or tokens (estimated from the letters, as it was
    broken off).
    """

    topic = "provider.hedged"
    capability: str
    provider: str
    second: str
    winner: str
    after: float
    wasted: Mapping[str, float] = field(default_factory=dict)

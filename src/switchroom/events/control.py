"""What happens to a call because somebody outside asked for it."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event
from switchroom.identity import LegId

GuestPurpose = Literal["conference", "takeover", "transfer"]
"""Why somebody is called into a call."""

TakeoverEnd = Literal["given_back", "left", "call_ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed(Event):
    """Somebody who was called into the call did not come; ``code`` says what came in place of an answer."""

    topic = "leg.failed"
    personal = frozenset({"target"})
    target: str
    purpose: GuestPurpose
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeoverStarted(Event):
    """A person talks in the agent's place, over ``leg``; ``by`` is the user who asked for it."""

    topic = "takeover.started"
    personal = frozenset({"target"})
    leg: LegId
    target: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeoverEnded(Event):
    """The agent talks again, knowing ``note``; or the call is over."""

    topic = "takeover.ended"
    personal = frozenset({"note"})
    leg: LegId
    why: TakeoverEnd
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTold(Event):
    """The agent was told something that the other side does not hear."""

    topic = "agent.told"
    personal = frozenset({"text"})
    text: str

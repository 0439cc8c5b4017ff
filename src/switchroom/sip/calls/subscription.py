"""What becomes of a REFER that was sent to us, as a table: the implicit subscription of RFC 3515 §2.4.

``STEPS`` is the table of docs/sip.md. Asked: our driver decides. Active: they are told how the call to the target goes. Quiet:
nobody wants to know, but the call to the target goes on. Closing: they have been told the end, which wants its answer.
"""

from enum import Enum
from typing import Literal, NamedTuple


class State(Enum):
    """How far it is."""

    ASKED = "Asked"
    ACTIVE = "Active"
    QUIET = "Quiet"
    CLOSING = "Closing"
    OVER = "Over"


class Event(Enum):
    """What happens to it."""

    ACCEPT = "accept"
    ACCEPT_QUIETLY = "accept, Refer-Sub: false"
    REFUSE = "refuse"
    PROGRESS = "news 1xx"
    FINAL = "news final"
    DELIVERED = "last NOTIFY answered"
    UNWANTED = "NOTIFY refused"
    EXPIRED = "expired"


Action = Literal["202", "refusal", "pass up", "notify", "notify last", "notify timeout", "start", "settled"]


class Step(NamedTuple):
    """What a row of the table says."""

    state: State
    actions: tuple[Action, ...] = ()


START = Step(State.ASKED, ("pass up", "start"))

STEPS: dict[tuple[State, Event], Step] = {
    (State.ASKED, Event.ACCEPT): Step(State.ACTIVE, ("202", "notify", "start")),
    (State.ASKED, Event.ACCEPT_QUIETLY): Step(State.QUIET, ("202", "start")),
    (State.ASKED, Event.REFUSE): Step(State.OVER, ("refusal",)),
    (State.ASKED, Event.EXPIRED): Step(State.OVER, ("refusal",)),
    (State.ACTIVE, Event.PROGRESS): Step(State.ACTIVE, ("notify",)),
    (State.ACTIVE, Event.FINAL): Step(State.CLOSING, ("notify last",)),
    (State.ACTIVE, Event.UNWANTED): Step(State.QUIET),
    (State.ACTIVE, Event.EXPIRED): Step(State.QUIET, ("notify timeout", "start")),
    (State.QUIET, Event.FINAL): Step(State.OVER, ("settled",)),
    (State.QUIET, Event.EXPIRED): Step(State.OVER, ("settled",)),
    (State.CLOSING, Event.DELIVERED): Step(State.OVER, ("settled",)),
    (State.CLOSING, Event.UNWANTED): Step(State.OVER, ("settled",)),
}

SPANS = {State.ASKED: 20.0, State.ACTIVE: 180.0, State.QUIET: 180.0}
"""Seconds until "expired", by the state that "start" leads into."""

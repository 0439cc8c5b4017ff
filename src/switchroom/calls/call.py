"""The states of a call, as a table.

state         input      next
OFFERED       ring       RINGING
DIALING       ring       RINGING
DIALING       answer     TALKING
RINGING       answer     TALKING
TALKING       hold       HELD
HELD          resume     TALKING
TALKING       transfer   TRANSFERRING
HELD          transfer   TRANSFERRING
TRANSFERRING  keep       TALKING
any           end        ENDED
"""

from collections.abc import Mapping
from enum import Enum

from switchroom.errors import Conflict


class CallState(Enum):
    """Where a call is in its life (contracts §5)."""

    OFFERED = "offered"
    DIALING = "dialing"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    TRANSFERRING = "transferring"
    ENDED = "ended"


class CallInput(Enum):
    """What moves it on."""

    RING = "ring"
    ANSWER = "answer"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    KEEP = "keep"
    END = "end"


TRANSITIONS: Mapping[CallState, Mapping[CallInput, CallState]] = {
    CallState.OFFERED: {CallInput.RING: CallState.RINGING, CallInput.END: CallState.ENDED},
    CallState.DIALING: {
        CallInput.RING: CallState.RINGING,
        CallInput.ANSWER: CallState.TALKING,
        CallInput.END: CallState.ENDED,
    },
    CallState.RINGING: {CallInput.ANSWER: CallState.TALKING, CallInput.END: CallState.ENDED},
    CallState.TALKING: {
        CallInput.HOLD: CallState.HELD,
        CallInput.TRANSFER: CallState.TRANSFERRING,
        CallInput.END: CallState.ENDED,
    },
    CallState.HELD: {
        CallInput.RESUME: CallState.TALKING,
        CallInput.TRANSFER: CallState.TRANSFERRING,
        CallInput.END: CallState.ENDED,
    },
    CallState.TRANSFERRING: {CallInput.KEEP: CallState.TALKING, CallInput.END: CallState.ENDED},
    CallState.ENDED: {},
}


class IllegalCallInput(Conflict):
    """The call is not in a state that allows this."""

    code = "illegal_call_input"


class Call:
    """One call's state; ``ours``: it is we who call."""

    def __init__(self, *, ours: bool = False) -> None:
        self.state = CallState.DIALING if ours else CallState.OFFERED

    def allows(self, what: CallInput) -> bool:
        """Say whether ``apply`` would accept it."""
        return what in TRANSITIONS[self.state]

    def apply(self, what: CallInput) -> None:
        """Move on. Raises IllegalCallInput, naming the state and the input."""
        try:
            self.state = TRANSITIONS[self.state][what]
        except KeyError:
            raise IllegalCallInput(f"a call that is {self.state.value} cannot {what.value}") from None

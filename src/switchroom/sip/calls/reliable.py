"""The machine of reliable provisional responses (RFC 3262), as a table, and what a call remembers of them.

A pair that is not in the table is absorbed. ``docs/sip.md`` holds the same table for people, and a test compares them.

    send      the response, under the next RSeq, to be repeated until its PRACK
    again     repeat it, next time after twice as long
    keep      it has to wait; of several the newest stays, and an answer before any of them
    stop      repeat it no more
    200, 481  the answer to the PRACK
    go on     do what was kept
    answer    send the 2xx
    504       give the call up
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple

from switchroom.sip.commands import Answer, Progress
from switchroom.sip.messages.message import Response
from switchroom.sip.transactions.dialog import DialogKey
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.transaction import T1

MAX_BRANCHES = 32
"""Early dialogs of one call; a far side that makes up more is not heard."""


class State(Enum):
    """Whether a provisional response of ours waits for its PRACK, and whether the 2xx has to wait with it."""

    QUIET = "quiet"
    SENT = "sent"
    DESCRIBED = "described"
    ANSWERED = "answered"


class Event(Enum):
    """What we have to say, what they say, and the timer."""

    PROGRESS = "progress"
    DESCRIPTION = "progress with description"
    ANSWER = "answer"
    PRACK = "PRACK"
    WRONG = "other PRACK"
    REPEAT = "repeat"
    GIVE_UP = "give up"


Action = Literal["send", "again", "keep", "stop", "200", "481", "go on", "answer", "504"]


class Step(NamedTuple):
    """What a row of the table says."""

    state: State
    actions: tuple[Action, ...]


MACHINE: dict[tuple[State, Event], Step] = {
    (State.QUIET, Event.PROGRESS): Step(State.SENT, ("send",)),
    (State.QUIET, Event.DESCRIPTION): Step(State.DESCRIBED, ("send",)),
    (State.QUIET, Event.ANSWER): Step(State.ANSWERED, ("answer",)),
    (State.QUIET, Event.WRONG): Step(State.QUIET, ("481",)),
    (State.SENT, Event.PROGRESS): Step(State.SENT, ("keep",)),
    (State.SENT, Event.DESCRIPTION): Step(State.SENT, ("keep",)),
    (State.SENT, Event.ANSWER): Step(State.ANSWERED, ("stop", "answer")),
    (State.SENT, Event.PRACK): Step(State.QUIET, ("stop", "200", "go on")),
    (State.SENT, Event.WRONG): Step(State.SENT, ("481",)),
    (State.SENT, Event.REPEAT): Step(State.SENT, ("again",)),
    (State.SENT, Event.GIVE_UP): Step(State.ANSWERED, ("504",)),
    (State.DESCRIBED, Event.PROGRESS): Step(State.DESCRIBED, ("keep",)),
    (State.DESCRIBED, Event.DESCRIPTION): Step(State.DESCRIBED, ("keep",)),
    (State.DESCRIBED, Event.ANSWER): Step(State.DESCRIBED, ("keep",)),
    (State.DESCRIBED, Event.PRACK): Step(State.QUIET, ("stop", "200", "go on")),
    (State.DESCRIBED, Event.WRONG): Step(State.DESCRIBED, ("481",)),
    (State.DESCRIBED, Event.REPEAT): Step(State.DESCRIBED, ("again",)),
    (State.DESCRIBED, Event.GIVE_UP): Step(State.ANSWERED, ("504",)),
    (State.ANSWERED, Event.PRACK): Step(State.ANSWERED, ("200",)),
    (State.ANSWERED, Event.WRONG): Step(State.ANSWERED, ("481",)),
}


@dataclass(slots=True)
class Reliable:
    """How far the provisional responses to their INVITE are. ``number`` is the RSeq of the latest, ``open`` its own until PRACK."""

    exchange: Exchange
    number: int
    state: State = State.QUIET
    open: bool = False
    response: Response | None = None
    interval: float = T1
    until: float = 0.0
    kept: Progress | Answer | None = None
    agreed: bool = False


@dataclass(slots=True)
class Hearing:
    """What their provisional responses have said, by the tag of each early dialog (a forked call has several).

    ``tags`` are those that are known, ``numbers`` the latest RSeqs, ``described`` the early answers, ``dialogs`` the keys,
    ``offer`` is a response whose offer waits for our answer and ``agreed`` the dialog in which we have answered one.
    """

    tags: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    described: dict[str, str] = field(default_factory=dict)
    dialogs: set[DialogKey] = field(default_factory=set)
    offer: Response | None = None
    agreed: str = ""

    def knows(self, tag: str) -> bool:
        """Take note of a dialog; False if it is none, or one too many."""
        if tag and len(self.tags) < MAX_BRANCHES:
            self.tags.add(tag)
        return tag in self.tags

"""The four transaction machines of RFC 3261 §17, as corrected by RFC 6026, as tables.

A machine is nothing but its table: (state, event) -> (next state, actions). A pair that is not in the table is absorbed: nothing
is done and the state stays. ``docs/sip.md`` holds the same four tables for people, and a test compares them row by row.

    send        the request (client) or the latest response (server), again or for the first time
    ack         the ACK to a non-2xx final response (§17.1.1.3)
    pass up     the message concerns the transaction's user
    timed out   tell the user: no answer in 64*T1 (client), no ACK (INVITE server)
    lost        tell the user: the transport failed
    start X     let timer X run; on reliable transports A, E and G do not run, and D, I, J and K take no time
    again X     restart X with twice its interval; E and G are capped at T2
    slow X      restart X with T2
    stop X      stop timer X
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

T1 = 0.5
T2 = 4.0
T4 = 5.0


class State(Enum):
    """Where a transaction is."""

    CALLING = "Calling"
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    ACCEPTED = "Accepted"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    TERMINATED = "Terminated"


class Event(Enum):
    """What happens to a transaction: from the wire, from its user, from its timers."""

    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx-6xx"
    REQUEST = "request"
    ACK = "ACK"
    SEND_PROVISIONAL = "send 1xx"
    SEND_SUCCESS = "send 2xx"
    SEND_FAILURE = "send 3xx-6xx"
    LOST = "transport error"
    TIMER_A = "timer A"
    TIMER_B = "timer B"
    TIMER_D = "timer D"
    TIMER_E = "timer E"
    TIMER_F = "timer F"
    TIMER_G = "timer G"
    TIMER_H = "timer H"
    TIMER_I = "timer I"
    TIMER_J = "timer J"
    TIMER_K = "timer K"
    TIMER_L = "timer L"
    TIMER_M = "timer M"


Timer = Literal["A", "B", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M"]

Action = Literal[
    "send",
    "ack",
    "pass up",
    "timed out",
    "lost",
    "start A",
    "start B",
    "start D",
    "start E",
    "start F",
    "start G",
    "start H",
    "start I",
    "start J",
    "start K",
    "start L",
    "start M",
    "again A",
    "again E",
    "again G",
    "slow E",
    "stop A",
    "stop B",
    "stop E",
    "stop F",
    "stop G",
    "stop H",
]


class Step(NamedTuple):
    """What a row of a table says."""

    state: State
    actions: tuple[Action, ...] = ()


Table = dict[tuple[State, Event], Step]


@dataclass(frozen=True, slots=True)
class Machine:
    """One of the four: how it starts and how it goes on."""

    name: str
    start: Step
    table: Table


def _step(state: State, *actions: Action) -> Step:
    return Step(state, actions)


_S, _E = State, Event

INVITE_CLIENT = Machine(
    "INVITE client",
    _step(_S.CALLING, "send", "start A", "start B"),
    {
        (_S.CALLING, _E.TIMER_A): _step(_S.CALLING, "send", "again A"),
        (_S.CALLING, _E.TIMER_B): _step(_S.TERMINATED, "timed out"),
        (_S.CALLING, _E.LOST): _step(_S.TERMINATED, "lost"),
        (_S.CALLING, _E.PROVISIONAL): _step(_S.PROCEEDING, "pass up", "stop A", "stop B"),
        (_S.CALLING, _E.SUCCESS): _step(_S.ACCEPTED, "pass up", "stop A", "stop B", "start M"),
        (_S.CALLING, _E.FAILURE): _step(_S.COMPLETED, "ack", "pass up", "stop A", "stop B", "start D"),
        (_S.PROCEEDING, _E.PROVISIONAL): _step(_S.PROCEEDING, "pass up"),
        (_S.PROCEEDING, _E.SUCCESS): _step(_S.ACCEPTED, "pass up", "start M"),
        (_S.PROCEEDING, _E.FAILURE): _step(_S.COMPLETED, "ack", "pass up", "start D"),
        (_S.PROCEEDING, _E.LOST): _step(_S.TERMINATED, "lost"),
        (_S.COMPLETED, _E.FAILURE): _step(_S.COMPLETED, "ack"),
        (_S.COMPLETED, _E.LOST): _step(_S.TERMINATED),
        (_S.COMPLETED, _E.TIMER_D): _step(_S.TERMINATED),
        (_S.ACCEPTED, _E.SUCCESS): _step(_S.ACCEPTED, "pass up"),
        (_S.ACCEPTED, _E.TIMER_M): _step(_S.TERMINATED),
    },
)

CLIENT = Machine(
    "non-INVITE client",
    _step(_S.TRYING, "send", "start E", "start F"),
    {
        (_S.TRYING, _E.TIMER_E): _step(_S.TRYING, "send", "again E"),
        (_S.TRYING, _E.TIMER_F): _step(_S.TERMINATED, "timed out"),
        (_S.TRYING, _E.LOST): _step(_S.TERMINATED, "lost"),
        (_S.TRYING, _E.PROVISIONAL): _step(_S.PROCEEDING, "pass up"),
        (_S.TRYING, _E.SUCCESS): _step(_S.COMPLETED, "pass up", "stop E", "stop F", "start K"),
        (_S.TRYING, _E.FAILURE): _step(_S.COMPLETED, "pass up", "stop E", "stop F", "start K"),
        (_S.PROCEEDING, _E.TIMER_E): _step(_S.PROCEEDING, "send", "slow E"),
        (_S.PROCEEDING, _E.TIMER_F): _step(_S.TERMINATED, "timed out"),
        (_S.PROCEEDING, _E.LOST): _step(_S.TERMINATED, "lost"),
        (_S.PROCEEDING, _E.PROVISIONAL): _step(_S.PROCEEDING, "pass up"),
        (_S.PROCEEDING, _E.SUCCESS): _step(_S.COMPLETED, "pass up", "stop E", "stop F", "start K"),
        (_S.PROCEEDING, _E.FAILURE): _step(_S.COMPLETED, "pass up", "stop E", "stop F", "start K"),
        (_S.COMPLETED, _E.TIMER_K): _step(_S.TERMINATED),
    },
)

INVITE_SERVER = Machine(
    "INVITE server",
    _step(_S.PROCEEDING, "send"),
    {
        (_S.PROCEEDING, _E.REQUEST): _step(_S.PROCEEDING, "send"),
        (_S.PROCEEDING, _E.SEND_PROVISIONAL): _step(_S.PROCEEDING, "send"),
        (_S.PROCEEDING, _E.SEND_SUCCESS): _step(_S.ACCEPTED, "send", "start L"),
        (_S.PROCEEDING, _E.SEND_FAILURE): _step(_S.COMPLETED, "send", "start G", "start H"),
        (_S.PROCEEDING, _E.LOST): _step(_S.PROCEEDING, "lost"),
        (_S.ACCEPTED, _E.SEND_SUCCESS): _step(_S.ACCEPTED, "send"),
        (_S.ACCEPTED, _E.ACK): _step(_S.ACCEPTED, "pass up"),
        (_S.ACCEPTED, _E.LOST): _step(_S.ACCEPTED, "lost"),
        (_S.ACCEPTED, _E.TIMER_L): _step(_S.TERMINATED),
        (_S.COMPLETED, _E.REQUEST): _step(_S.COMPLETED, "send"),
        (_S.COMPLETED, _E.TIMER_G): _step(_S.COMPLETED, "send", "again G"),
        (_S.COMPLETED, _E.TIMER_H): _step(_S.TERMINATED, "timed out"),
        (_S.COMPLETED, _E.ACK): _step(_S.CONFIRMED, "stop G", "stop H", "start I"),
        (_S.CONFIRMED, _E.TIMER_I): _step(_S.TERMINATED),
    },
)

SERVER = Machine(
    "non-INVITE server",
    _step(_S.TRYING),
    {
        (_S.TRYING, _E.SEND_PROVISIONAL): _step(_S.PROCEEDING, "send"),
        (_S.TRYING, _E.SEND_SUCCESS): _step(_S.COMPLETED, "send", "start J"),
        (_S.TRYING, _E.SEND_FAILURE): _step(_S.COMPLETED, "send", "start J"),
        (_S.PROCEEDING, _E.REQUEST): _step(_S.PROCEEDING, "send"),
        (_S.PROCEEDING, _E.SEND_PROVISIONAL): _step(_S.PROCEEDING, "send"),
        (_S.PROCEEDING, _E.SEND_SUCCESS): _step(_S.COMPLETED, "send", "start J"),
        (_S.PROCEEDING, _E.SEND_FAILURE): _step(_S.COMPLETED, "send", "start J"),
        (_S.PROCEEDING, _E.LOST): _step(_S.TERMINATED, "lost"),
        (_S.COMPLETED, _E.REQUEST): _step(_S.COMPLETED, "send"),
        (_S.COMPLETED, _E.LOST): _step(_S.TERMINATED),
        (_S.COMPLETED, _E.TIMER_J): _step(_S.TERMINATED),
    },
)

MACHINES = (INVITE_CLIENT, CLIENT, INVITE_SERVER, SERVER)

_INTERVAL: dict[str, float] = {
    "A": T1,
    "B": 64 * T1,
    "D": 32.0,
    "E": T1,
    "F": 64 * T1,
    "G": T1,
    "H": 64 * T1,
    "I": T4,
    "J": 64 * T1,
    "K": T4,
    "L": 64 * T1,
    "M": 64 * T1,
}
_ONLY_UNRELIABLE = frozenset("AEG")
_NO_TIME_IF_RELIABLE = frozenset("DIJK")
_CAPPED = frozenset("EG")


def first_interval(timer: str, *, reliable: bool) -> float | None:
    """Return how long a timer runs at first (RFC 3261 table 4); None if it does not run at all."""
    if reliable and timer in _ONLY_UNRELIABLE:
        return None
    return 0.0 if reliable and timer in _NO_TIME_IF_RELIABLE else _INTERVAL[timer]


def next_interval(timer: str, interval: float) -> float:
    """Return the interval after ``interval`` of a timer that repeats."""
    return min(2 * interval, T2) if timer in _CAPPED else 2 * interval


def response_event(status: int) -> Event:
    """Return which event a response is."""
    if status < 200:
        return Event.PROVISIONAL
    return Event.SUCCESS if status < 300 else Event.FAILURE


def sending_event(status: int) -> Event:
    """Return which event it is that the user sends a response."""
    if status < 200:
        return Event.SEND_PROVISIONAL
    return Event.SEND_SUCCESS if status < 300 else Event.SEND_FAILURE

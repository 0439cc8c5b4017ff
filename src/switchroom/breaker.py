"""Whether a provider, or whoever takes our webhooks, is worth asking: a circuit breaker, as a table.

A caller pays for every request that fails, in silence. So after a few failures in a row the provider is left alone for a
while, and then one request tries it; only when that one is answered are there more. A provider that says when to come
back (Retry-After) is left alone until then, at once; one that refuses our key for the longest time.

    state      ASKED            ANSWERED   FAILED   TRIPPED   ABANDONED   RESTED
    CLOSED     admit            CLOSED     CLOSED   OPEN
    OPEN       refuse                               OPEN                  HALF_OPEN
    HALF_OPEN  admit, PROBING   CLOSED     OPEN     OPEN
    PROBING    refuse           CLOSED     OPEN     OPEN      HALF_OPEN

An empty place changes nothing: an answer to what was asked before the breaker opened, say. FAILED is TRIPPED when it was
one too many, final, or told when to come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Of one provider, for one tenant."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    PROBING = "probing"


class Kind(Enum):
    """What an input amounts to."""

    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"
    TRIPPED = "tripped"
    ABANDONED = "abandoned"
    RESTED = "rested"


class Decision(Enum):
    """What follows."""

    ADMIT = "admit"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants to send a request."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was admitted was answered."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not. ``retry_after`` is what the provider said, seconds; ``final``: it will fail the same way again."""

    retry_after: float | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Nobody wants to know any more."""


Input = Asked | Answered | Failed | Abandoned


@dataclass(frozen=True, slots=True)
class Rest:
    """How many failures in a row are too many, and how many seconds a rest takes: at first, at most, at the word of a provider."""

    failures: int = 3
    first: float = 5.0
    longest: float = 300.0
    furthest: float = 3600.0


_C, _O, _H, _P = State.CLOSED, State.OPEN, State.HALF_OPEN, State.PROBING

TABLE: Mapping[tuple[State, Kind], tuple[State, Decision | None]] = {
    (_C, Kind.ASKED): (_C, Decision.ADMIT),
    (_C, Kind.ANSWERED): (_C, None),
    (_C, Kind.FAILED): (_C, None),
    (_C, Kind.TRIPPED): (_O, None),
    (_O, Kind.ASKED): (_O, Decision.REFUSE),
    (_O, Kind.TRIPPED): (_O, None),
    (_O, Kind.RESTED): (_H, None),
    (_H, Kind.ASKED): (_P, Decision.ADMIT),
    (_H, Kind.ANSWERED): (_C, None),
    (_H, Kind.FAILED): (_O, None),
    (_H, Kind.TRIPPED): (_O, None),
    (_P, Kind.ASKED): (_P, Decision.REFUSE),
    (_P, Kind.ANSWERED): (_C, None),
    (_P, Kind.FAILED): (_O, None),
    (_P, Kind.TRIPPED): (_O, None),
    (_P, Kind.ABANDONED): (_H, None),
}


class Breaker:
    """One provider's, for one tenant."""

    def __init__(self, rest: Rest | None = None) -> None:
        self._rest = rest or Rest()
        self.state = State.CLOSED
        self.deadline: float | None = None
        """When it has rested."""
        self._failures = 0
        self._rests = 0

    def handle(self, happened: Input, now: float) -> list[Decision]:
        """Take what happened; after Asked, the decision is whether to send the request."""
        self.expire(now)
        return self._step(self._kind(happened), now, happened)

    def expire(self, now: float) -> list[Decision]:
        """Let time pass."""
        if self.deadline is None or now < self.deadline:
            return []
        return self._step(Kind.RESTED, now, None)

    def _kind(self, happened: Input) -> Kind:
        match happened:
            case Asked():
                return Kind.ASKED
            case Answered():
                return Kind.ANSWERED
            case Abandoned():
                return Kind.ABANDONED
            case Failed(retry_after, final):
                enough = self._failures + 1 >= self._rest.failures
                return Kind.TRIPPED if final or retry_after is not None or enough else Kind.FAILED

    def _step(self, kind: Kind, now: float, happened: Input | None) -> list[Decision]:
        step = TABLE.get((self.state, kind))
        if step is None:
            return []
        before, (self.state, decision) = self.state, step
        if isinstance(happened, Failed):
            self._failures += 1
        if self.state is State.CLOSED and kind is Kind.ANSWERED:
            self._failures = self._rests = 0
        if self.state is not State.OPEN:
            self.deadline = None
        elif isinstance(happened, Failed):
            self._lie_down(happened, now, again=before is State.OPEN)
        return [] if decision is None else [decision]

    def _lie_down(self, failed: Failed, now: float, *, again: bool) -> None:
        rest = self._rest
        if failed.retry_after is not None:
            until = now + min(max(failed.retry_after, 0.0), rest.furthest)
        elif failed.final:
            until = now + rest.longest
        else:
            until = now + min(rest.first * 2.0 ** min(self._rests, 16), rest.longest)
        self.deadline = max(until, self.deadline or until) if again else until
        self._rests += not again

"""What happened in a rehearsed call: the engine's events, the caller's acts, and who was heard when. Times are since the answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from switchroom.events.catalogue import Event, ReplyInterrupted, ReplySpoken, StatusChanged
from switchroom.rehearsal.leg import CallersLeg, Stretch

E = TypeVar("E", bound=Event)

ALWAYS = float("-inf")
_TOGETHER = 0.005


@dataclass(frozen=True, slots=True)
class Moment:
    """An event and when it happened."""

    at: float
    event: Event


@dataclass(frozen=True, slots=True)
class Act:
    """Something the caller did. ``speaks``: it may be answered."""

    at: float
    until: float
    text: str
    speaks: bool = True


@dataclass(slots=True)
class Record:
    """Grows while the call goes on."""

    clock: Callable[[], float]
    leg: CallersLeg
    moments: list[Moment] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    caller_sounds: list[Stretch] = field(default_factory=list)
    status: str = ""
    """What the agent does, as the engine says."""
    spoken: float = ALWAYS
    """When a reply was last heard to its end."""
    changed: Callable[[], None] = lambda: None
    """Called after each event."""

    @property
    def now(self) -> float:
        """Seconds since the answer; negative while it rings."""
        return self.since_answer(self.clock())

    def since_answer(self, at: float) -> float:
        """Return a moment of the loop's time as one of the call."""
        return at - self.leg.answered if self.leg.answered is not None else -1.0

    @property
    def ended(self) -> float | None:
        """When the call was over; None if it is not, or was never answered."""
        return None if self.leg.left is None else self.since_answer(self.leg.left)

    def happened(self, event: Event) -> None:
        """Take an event of the engine."""
        self.moments.append(Moment(self.now, event))
        if isinstance(event, StatusChanged):
            self.status = event.status
        elif isinstance(event, ReplySpoken):
            self.spoken = self.now
        self.changed()

    def of(self, kind: type[E], since: float = ALWAYS) -> list[tuple[float, E]]:
        """Return the events of one kind."""
        return [(m.at, m.event) for m in self.moments if isinstance(m.event, kind) and m.at >= since - _TOGETHER]

    def replies(self, since: float = ALWAYS) -> list[tuple[float, ReplySpoken | ReplyInterrupted]]:
        """Return the replies that came to an end, of whichever kind."""
        return [
            (moment.at, moment.event)
            for moment in self.moments
            if isinstance(moment.event, ReplySpoken | ReplyInterrupted) and moment.at >= since - _TOGETHER
        ]

    def silences(self, since: float = ALWAYS) -> list[Stretch]:
        """Return when nobody was heard, from the answer, or since then, to the end."""
        end = self.ended if self.ended is not None else self.now
        at = max(since, 0.0)
        found: list[Stretch] = []
        for sound in self._sounds():
            if sound.start > at and at < end:
                found.append(Stretch(at, min(sound.start, end)))
            at = max(at, sound.end)
        if at < end:
            found.append(Stretch(at, end))
        return found

    def _sounds(self) -> Iterable[Stretch]:
        sounds = (Stretch(self.since_answer(s.start), self.since_answer(s.end)) for s in self.leg.agent_sounds)
        return sorted([*sounds, *self.caller_sounds], key=lambda sound: sound.start)

    def last_act(self) -> float:
        """Return when the caller last began to do something that may be answered; since ever if never."""
        return next((act.at for act in reversed(self.acts) if act.speaks), ALWAYS)

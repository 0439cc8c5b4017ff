"""What became of the time, and what was done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTimed(Event):
    """The first sample of the reply to a turn went out ``whole`` seconds after the caller's speech had ended.

    ``shares`` say who was awaited for how long of it; they add up to the whole. ``stages`` are seconds from the end of speech (see
    docs/turns.md). ``adopted``: the reply was begun before the turn was over; ``guesses`` is how often that was tried, and
    ``wasted`` how many letters were written for guesses that were wrong.
    """

    topic = "turn.timed"
    turn: int
    whole: float
    stages: Mapping[str, float]
    shares: Mapping[str, float]
    guesses: int
    adopted: bool
    wasted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStalled(Event):
    """A reply was owed and nothing moved for ``waited`` seconds, the ``count``-th time in a row: it was given up.

    ``owner`` is who was awaited: ``llm``, ``tts``, ``wire``, or ``tool`` and its name.
    """

    topic = "reply.stalled"
    turn: int
    owner: str
    waited: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeculationDropped(Event):
    """A reply that was prepared for a guessed turn was not needed; nobody heard of it.

    ``took`` is seconds of preparing, ``letters`` what the brain wrote and ``rendered`` what the voice spoke of it in vain.
    """

    topic = "speculation.dropped"
    turn: int
    attempt: int
    why: Literal["changed", "dismissed", "keys", "held", "left", "reply", "failed"]
    took: float
    letters: int
    rendered: int

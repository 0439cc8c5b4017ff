"""What became of the time, and what was done about it."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event


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

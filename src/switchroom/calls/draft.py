"""A reply that nobody may hear yet, because the turn it answers is only guessed.

Everything that would show is kept: the sound of its first sentence, and what there is to be told of its tools. Adopting it is one
step without an ``await``: the sound goes to the playout, what was kept is told, and from then on the reply is like any other.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from switchroom.events.catalogue import Event
from switchroom.media.frame import Samples
from switchroom.ports import Brain

Make = Callable[..., Event]
"""An event that lacks only who, when and which."""


@dataclass(slots=True)
class Draft:
    """What is prepared. Times are the event loop's."""

    since: float
    """When it was begun."""
    brain: Brain | None = None
    """The branch that thinks for it, once there is one."""
    text: str = ""
    """The sentence that is rendered."""
    protected: bool = False
    pieces: list[Samples] = field(default_factory=list)
    made: bool = False
    """All of the sentence is there."""
    letters: int = 0
    """How much the brain said in vain, if it is dropped."""
    told: list[tuple[Make, float]] = field(default_factory=list)
    adopted: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = False

    @property
    def private(self) -> bool:
        """Whether nothing of it may show."""
        return not self.adopted.is_set()

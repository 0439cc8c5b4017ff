"""Sees every event of the engine, and lets a test wait for the next one of a kind.

``until`` reads on from where the last one stopped, like somebody who follows the call; ``events`` keeps all of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from switchroom.events.bus import Bus, Overflow
from switchroom.events.catalogue import (
    Event,
    ReplyInterrupted,
    ReplySpoken,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from switchroom.hosting import hosting

E = TypeVar("E", bound=Event)


class Witness:
    """Everything that happened, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._read = 0
        self._more = asyncio.Event()

    def saw(self, event: Event) -> None:
        """Take the next event."""
        self.events.append(event)
        self._more.set()

    async def until(self, *kinds: type[E], where: Callable[[E], bool] = lambda _: True, within: float = 30.0) -> E:
        """Return the next event of these kinds that ``where`` accepts; what came before it is passed over."""
        try:
            async with asyncio.timeout(within):
                while True:
                    while self._read < len(self.events):
                        event = self.events[self._read]
                        self._read += 1
                        if isinstance(event, kinds) and where(event):
                            return event
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            wanted = " or ".join(kind.__name__ for kind in kinds)
            raise AssertionError(f"no {wanted} within {within} s; so far:\n{self.story()}") from None

    def all(self, kind: type[E]) -> list[E]:
        """Return everything of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def story(self) -> str:
        """Return what was said, and what else happened, for whoever reads a failure."""
        return "\n".join(f"  {event.at % 1000:7.2f} {type(event).__name__}{_words(event)}" for event in self.events)


def _words(event: Event) -> str:
    match event:
        case TranscriptPartial(text=text) | TranscriptFinal(text=text) | TurnEnded(text=text):
            return f" {text!r}"
        case ReplySpoken(heard=heard) | ReplyInterrupted(heard=heard):
            return f" {heard!r}"
        case _:
            return ""


@asynccontextmanager
async def witnessing(bus: Bus) -> AsyncIterator[Witness]:
    """Watch ``bus`` while the context is open."""
    witness = Witness()
    with bus.subscribe(size=10_000, overflow=Overflow.CLOSE) as subscription:

        async def watch() -> None:
            while True:
                for event in await subscription.batch():
                    witness.saw(event)

        async with hosting(watch()):
            yield witness

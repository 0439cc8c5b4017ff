"""The way from what happened to whoever wants to know.

Publishing never waits: an event is handed to each subscription's bounded queue. A subscription says what happens when it
falls behind: ``DROP_OLDEST`` for screens, which want the newest; ``CLOSE`` for readers that must see everything and will
catch up from the journal.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from switchroom.errors import Unavailable
from switchroom.events.catalogue import Event


class Overflow(Enum):
    """What a subscription does when its reader is slower than the world."""

    DROP_OLDEST = "drop_oldest"
    CLOSE = "close"


class SubscriptionClosed(Unavailable):
    """The reader fell behind by more than its queue holds; read on from the journal."""

    code = "subscription_closed"


class Subscription:
    """One reader's view of the stream. Iterating is safe to cancel: no event is lost by it."""

    def __init__(self, wants: Callable[[Event], bool], size: int, overflow: Overflow, *, own: bool = False) -> None:
        self.own = own
        self._wants = wants
        self._size = size
        self._overflow = overflow
        self._queue: deque[Event] = deque()
        self._ready = asyncio.Event()
        self.dropped = 0
        self.closed = False

    def offer(self, event: Event) -> None:
        """Take the event if it is wanted; called by the bus."""
        if self.closed or not self._wants(event):
            return
        if len(self._queue) >= self._size:
            self.dropped += 1
            if self._overflow is Overflow.CLOSE:
                self.closed = True
                self._ready.set()
                return
            self._queue.popleft()
        self._queue.append(event)
        self._ready.set()

    def take(self) -> list[Event]:
        """Return everything that waits, without waiting."""
        events = list(self._queue)
        self._queue.clear()
        if not self.closed:
            self._ready.clear()
        return events

    async def batch(self) -> list[Event]:
        """Wait until something is there, then return all of it. Safe to cancel."""
        await self._ready.wait()
        if self.closed and not self._queue:
            raise SubscriptionClosed("this reader fell behind; read on from the journal")
        return self.take()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            for event in await self.batch():
                yield event


class Bus:
    """Fan-out to the subscriptions of this process; ``relay`` brings in what another process has published."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def publish(self, event: Event) -> None:
        """Hand ``event`` to every subscription that wants it; never waits."""
        for subscription in tuple(self._subscriptions):
            subscription.offer(event)

    def relay(self, event: Event) -> None:
        """Hand on what happened in another process, which journals it and counts it: not to subscriptions to our own."""
        for subscription in tuple(self._subscriptions):
            if not subscription.own:
                subscription.offer(event)

    @contextmanager
    def subscribe(
        self,
        wants: Callable[[Event], bool] = lambda _: True,
        *,
        size: int = 1024,
        overflow: Overflow = Overflow.DROP_OLDEST,
        own: bool = False,
    ) -> Iterator[Subscription]:
        """Receive the events that ``wants`` accepts for as long as the context is open; with ``own``, of this process only."""
        subscription = Subscription(wants, size, overflow, own=own)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

"""From the bus to the journal: collects for a moment, then stores what came in one transaction.

Nothing is forgotten before it is committed. A store that fails is tried again, ever more slowly, while the bounded
queue lasts; stopping the writer, by cancelling it even, first stores everything published until then.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from switchroom.errors import Unavailable
from switchroom.events.bus import Bus, Overflow, Subscription
from switchroom.events.catalogue import Event
from switchroom.observability import get_logger

Store = Callable[[Sequence[Event]], Awaitable[None]]
"""Stores events, all or none; storing one twice is harmless. Raises SQLAlchemyError or OSError if it cannot."""

FAILING = (SQLAlchemyError, OSError, Unavailable)
SLOWEST_RETRY = 2.0
BEHIND = 5.0
"""After so many seconds without being able to store, the process should take no more calls."""

log = get_logger(__name__)


class JournalWriter:
    """This process's pen; opened by ``writing()``."""

    def __init__(self, bus: Bus, store: Store, *, linger: float, most: int, size: int) -> None:
        self._bus = bus
        self._store = store
        self._linger = linger
        self._most = most
        self._size = size
        self._scope = ExitStack()
        self._subscription = self._subscribe()
        self._pending: list[Event] = []
        self._storing = asyncio.Lock()
        self._failing_since: float | None = None
        self.gaps = 0
        """How often the queue overflowed; each time, events are missing from the journal."""

    def _subscribe(self) -> Subscription:
        return self._scope.enter_context(
            self._bus.subscribe(
                lambda happened: not happened.ephemeral, size=self._size, overflow=Overflow.CLOSE, own=True
            )
        )

    def problem(self) -> str:
        """Say why this process should take no more calls; empty if all is well."""
        if self._subscription.closed:
            return "the journal's queue overflowed"
        if self._failing_since is not None and asyncio.get_running_loop().time() - self._failing_since >= BEHIND:
            return "the journal cannot be written"
        return ""

    async def run(self) -> None:
        """Store what is published until cancelled."""
        while True:
            self._pending += await self._subscription.batch()
            await asyncio.sleep(self._linger)
            await self.flush()

    def _take(self) -> None:
        self._pending += self._subscription.take()
        if not self._subscription.closed:
            return
        self._scope.close()
        self._subscription = self._subscribe()
        self.gaps += 1
        log.error("journal queue overflowed, events are missing", queue_size=self._size, gaps=self.gaps)

    async def flush(self) -> None:
        """Return once everything that was published until now is stored. Safe to cancel: what is not stored yet stays queued."""
        async with self._storing:
            self._take()
            delay = 0.05
            while self._pending:
                events = self._pending[: self._most]
                try:
                    await self._store(events)
                except FAILING as error:
                    self._stumble(error)
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, SLOWEST_RETRY)
                else:
                    del self._pending[: len(events)]
                    self._failing_since = None
                    delay = 0.05

    def _stumble(self, error: Exception) -> None:
        if self._failing_since is None:
            self._failing_since = asyncio.get_running_loop().time()
            log.warning(
                "journal cannot be written, trying again", error=type(error).__name__, waiting=len(self._pending)
            )

    async def close(self, give_up: float) -> None:
        """Store the rest and leave the bus; what cannot be stored within ``give_up`` seconds is lost, and said so."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(give_up):
                    await self.flush()
        finally:
            self._scope.close()
            if self._pending:
                log.error("journal writer gave up, events are missing", lost=len(self._pending))


@asynccontextmanager
async def writing(
    bus: Bus, store: Store, *, linger: float = 0.1, most: int = 500, size: int = 50_000, give_up: float = 10.0
) -> AsyncIterator[JournalWriter]:
    """Store everything published on ``bus`` while the context is open: open it around everything that publishes.

    An event waits ``linger`` seconds for company, ``most`` share a transaction, ``size`` may wait for a database that
    does not answer.
    """
    writer = JournalWriter(bus, store, linger=linger, most=most, size=size)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(writer.run())
            try:
                yield writer
            finally:
                running.cancel()
    finally:
        await writer.close(give_up)

"""The place of a process among the others: its row and its leases in the database, and what joins them by Redis."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version

from switchroom.errors import Unavailable
from switchroom.events.bus import Bus
from switchroom.events.catalogue import CallStarted, Event
from switchroom.fleet.leases import Leases
from switchroom.fleet.membership import Membership, membership
from switchroom.fleet.post import Post
from switchroom.fleet.registry import Listed, Process, Registry
from switchroom.fleet.relay import Relay
from switchroom.fleet.routing import RoutedCalls
from switchroom.fleet.wakes import Wakes
from switchroom.hosting import hosting
from switchroom.identity import new_id
from switchroom.ports import Publish
from switchroom.settings import Settings
from switchroom.storage.journal import Journal
from switchroom.storage.streams import Streams


@dataclass(frozen=True, slots=True)
class Links:
    """Wake-ups, live events, and questions with their answers."""

    wakes: Wakes
    relay: Relay
    post: Post
    calls: RoutedCalls
    streams: Streams

    async def state(self) -> str:
        """Return what is to say of the server between us: ok, or what is wrong."""
        try:
            await self.streams.now()
        except Unavailable:
            return "cannot be reached"
        return "ok"


@dataclass(frozen=True, slots=True)
class Place:
    """Of one process; without Redis there are no ``links``, and no others."""

    member: Membership
    leases: Leases
    links: Links | None

    async def alone(self, reader: str, work: Callable[[], Coroutine[object, None, None]]) -> None:
        """Do what one process does for all, once it is our turn: read the journal, woken by whoever writes to it."""

        async def woken() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(work())
                if self.links is not None:
                    tasks.create_task(self.links.wakes.deliver(reader))

        await self.leases.under(reader, woken)

    async def processes(self) -> list[Listed]:
        """Return who is there, with ourselves as we are now."""
        me, load = self.member.id, self.member.load()
        found = await self.member.registry.all()
        return [replace(one, load=load, seen=time.time()) if one.process.id == me else one for one in found]


@asynccontextmanager
async def placed(settings: Settings, bus: Bus, journal: Journal) -> AsyncIterator[Place]:
    """Be one of the processes while the context is open."""
    process = Process(new_id("eng"), settings.role, socket.gethostname(), version("switchroom"), time.time())
    async with (
        membership(Registry(journal.database), process) as member,
        _linked(settings, bus, journal, process.id) as links,
    ):
        yield Place(member, Leases(journal.database, process.id), links)


@asynccontextmanager
async def _linked(settings: Settings, bus: Bus, journal: Journal, me: str) -> AsyncIterator[Links | None]:
    if not settings.redis_url:
        yield None
        return
    streams = Streams(settings.redis_url)
    wakes, relay, post = Wakes(streams, journal, me), Relay(streams, bus, me), Post(streams, me)
    links = Links(wakes, relay, post, RoutedCalls(post, Registry(journal.database), journal, me), streams)
    work = [wakes.tell(), wakes.hear(), relay.send(), post.run()]
    if settings.role in ("all", "api"):
        work.append(relay.receive())
    try:
        async with AsyncExitStack() as stack:
            for service in work:
                await stack.enter_async_context(hosting(service))
            yield links
    finally:
        await streams.close()


def signing(publish: Publish, me: str) -> Publish:
    """Return what publishes with our name on every call that begins here."""

    def signed(event: Event) -> None:
        publish(replace(event, engine=me) if isinstance(event, CallStarted) else event)

    return signed

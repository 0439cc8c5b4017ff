"""Reading the journal for everybody: one process at a time keeps the history, and closes the calls that nobody carries any more."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.events.bus import Bus
from switchroom.fleet.membership import Membership
from switchroom.history.closing import Closing
from switchroom.history.reader import NAME as HISTORY
from switchroom.history.reader import HistoryReader
from switchroom.hosting import hosting
from switchroom.roles.place import Place
from switchroom.storage.journal import Journal, within

log = structlog.get_logger()

LOOK = 5.0
"""Seconds between two looks for calls that nobody carries, beside those after a loss."""


@asynccontextmanager
async def following(reader: HistoryReader, journal: Journal, bus: Bus, place: Place) -> AsyncIterator[None]:
    """Keep the history up with the journal, to its last entry, and close the calls that nobody carries any more."""
    closing = Closing(journal, reader)
    if journal.database.sqlite:
        left = await closing.recover(time.time())
        if left:
            log.warning("closed calls that an earlier process left open", calls=len(left))
        work: Callable[[], Coroutine[object, None, None]] = reader.run
    else:
        work = partial(_read, reader, closing, bus, place)
    async with hosting(place.alone(HISTORY, work)):
        yield
    await reader.catch_up()


async def _read(reader: HistoryReader, closing: Closing, bus: Bus, place: Place) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.run())
        tasks.create_task(_close_the_lost(closing, bus, place.member))


async def _close_the_lost(closing: Closing, bus: Bus, member: Membership) -> None:
    while True:
        lost = member.next_loss()
        try:
            closed = await closing.close_lost(member.registry.living, time.time())
            if closed:
                log.warning("closed the calls of engines that are gone", calls=len(closed))
            for event in closed:
                bus.publish(event)  # for live pages: the journal has it, and takes it once
        except (SQLAlchemyError, OSError) as error:
            log.warning("calls of lost engines cannot be closed, trying again", error=type(error).__name__)
        await within(LOOK, lost)

"""A process as one of several: it shows that it lives, and gives up those that fell silent.

    every half second   our beat; whoever was silent for three seconds (thirty, while it starts) is given up by who notices it
    given up ourselves  we end: others have closed our calls and do our work (``Unavailable``, code ``given_up``)

A process that is killed is known to be dead within four seconds. With SQLite there is one process, which neither beats nor looks.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.errors import Unavailable
from switchroom.fleet.registry import Load, Process, Registry
from switchroom.fleet.vigil import Vigil
from switchroom.hosting import hosting

log = structlog.get_logger()

EVERY = 0.5


class Membership:
    """Opened by ``membership``. ``load`` says how busy we are, once somebody knows."""

    def __init__(self, registry: Registry, process: Process, wall: Callable[[], float]) -> None:
        self.registry = registry
        self.process = process
        self.load: Callable[[], Load] = Load
        self._wall = wall
        self._vigil = Vigil()
        self._there: set[str] = set()
        self._lost = asyncio.Event()

    @property
    def id(self) -> str:
        """Ours."""
        return self.process.id

    def next_loss(self) -> asyncio.Event:
        """Return what is set when the next process is gone: given up by us or by another, or left."""
        return self._lost

    async def run(self) -> None:
        """Beat and look until cancelled. Raises Unavailable when the others have given us up."""
        while True:
            try:
                await self.step()
            except (SQLAlchemyError, OSError) as error:
                log.warning("the other processes cannot be seen", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def step(self) -> None:
        """Beat and look once."""
        beats = await self.registry.beat(self.id, self.load(), self._wall())
        if beats is None:
            message = f"process {self.id} was silent for so long that the others gave it up: it ends, to begin anew"
            raise Unavailable(message, code="given_up")
        there = set(beats)
        for silent in self._vigil.handle(beats, asyncio.get_running_loop().time()):
            if await self.registry.give_up(silent, beats[silent].count, self._wall()):
                log.error("a process fell silent and was given up", engine=silent)
                there.discard(silent)
        if self._there - there:  # given up by us or by another, or left
            self._lost.set()
            self._lost = asyncio.Event()
        self._there = there


@asynccontextmanager
async def membership(
    registry: Registry, process: Process, wall: Callable[[], float] = time.time
) -> AsyncIterator[Membership]:
    """Be one of the processes while the context is open: open it around everything that a loss of ours would concern."""
    alone = registry.database.sqlite
    member = Membership(registry, process, wall)
    await registry.enter(process, alone=alone)
    if alone:
        yield member
    else:
        async with hosting(member.run()):
            yield member
    await registry.leave(process.id)

"""Which trunks this engine registers: each trunk's line is a lease, so that one engine has it and another takes it when that dies.

An engine that drains lets its lines go at once, and takes no more.
"""

import asyncio
from collections.abc import Callable, Collection

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.fleet.leases import TRY, Leases

log = structlog.get_logger()


class TrunkLeases:
    """Of one engine. ``wanted`` are the trunks that somebody is to register, ``changed`` hears that ours are others now."""

    def __init__(
        self,
        leases: Leases,
        wanted: Callable[[], Collection[str]],
        changed: Callable[[], None],
        draining: Callable[[], bool],
    ) -> None:
        self._leases = leases
        self._wanted = wanted
        self._changed = changed
        self._draining = draining
        self._ours: set[str] = set()

    def has(self, trunk: str) -> bool:
        """Return whether a trunk's line is ours."""
        return trunk in self._ours

    async def run(self) -> None:
        """Take what is free and let go what is not wanted, until cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("who registers which trunk cannot be read", error=type(error).__name__)
            await asyncio.sleep(TRY)

    async def look(self) -> None:
        """Take and let go once."""
        before, wanted = set(self._ours), set() if self._draining() else set(self._wanted())
        missing = wanted - self._ours
        for trunk in await self._leases.free(_name(trunk) for trunk in missing) if missing else ():
            if await self._leases.take(trunk):
                self._ours.add(trunk.removeprefix(_PREFIX))
        gone = self._ours - wanted
        self._ours &= wanted
        if self._ours != before:
            self._changed()
        for trunk in gone:
            await self._leases.release(_name(trunk))


_PREFIX = "trunk:"


def _name(trunk: str) -> str:
    return _PREFIX + trunk

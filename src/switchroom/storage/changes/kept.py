"""What was worked out of the catalogue and is kept in memory for as long as nothing that it comes from was written.

Before anything kept is used, the count of the catalogue is read from the database, which every write, in whichever process, made
greater in its own transaction. So a value that was read before a write returned is never used after it. Where the count has grown,
what belongs to the tenants that wrote is forgotten. What is kept was read after the count was, so it may be newer than the count
says, never older. While the database does not answer, what is kept is used: nobody whose database it is can have written.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from switchroom.errors import Unavailable
from switchroom.observability import get_logger
from switchroom.storage.changes.model import EVERYBODY, TOTAL
from switchroom.storage.db import Database

log = get_logger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

NOBODY = ""
"""The owner of what is forgotten whoever writes."""

_COUNT = "SELECT number FROM catalogue_version WHERE owner = :total"
_WRITERS = "SELECT owner FROM catalogue_version WHERE number > :known"


async def catalogue_count(database: Database) -> int:
    """Return how often the catalogue was written until now. Raises Unavailable."""
    rows = await database.peek.rows(_COUNT, total=TOTAL)
    if not rows or not isinstance(rows[0][0], int):
        message = "the database lacks the count of its catalogue, which a migration made: was it restored in parts?"
        raise Unavailable(message, code="database")
    return rows[0][0]


class Kept(Generic[K, V]):
    """Values by key, at most ``most``: one more, and all are forgotten, since whoever asks for so many dials at random.

    ``owner`` says whose a value is, NOBODY for what anybody's write may change.
    """

    def __init__(self, database: Database, owner: Callable[[V], str], most: int = 20_000) -> None:
        self._database = database
        self._owner = owner
        self._most = most
        self._count = 0
        self._values: dict[K, V] = {}
        self._lapsed: dict[K, None] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]], holds: Callable[[V], bool]) -> V:
        """Return what is kept under ``key``, if nothing was written and it still ``holds``; else ``make`` it.

        What ``make`` raises is raised, and nothing kept. Safe to cancel.
        """
        try:
            count = await self._forgotten()
        except Unavailable as error:
            log.warning("the catalogue cannot be read, going on with what is known", problem=str(error))
            count = self._count
        if key in self._values and holds(found := self._values[key]):
            return found
        made = await make()
        if count == self._count:  # else somebody wrote while we read: the next one looks again
            if len(self._values) >= self._most:
                self._values.clear()
            self._values[key] = made
        return made

    async def lapsed(self) -> list[K]:
        """Return the keys of what was forgotten and not asked for again, but of NOBODY's; each once. Raises Unavailable.

        Whoever gets those again spares the next one who asks the wait; whether that is still true is seen to as ever.
        """
        await self._forgotten()
        found = [key for key in self._lapsed if key not in self._values]
        self._lapsed.clear()
        return found

    async def _forgotten(self) -> int:
        """Forget what is old; return the count at which the rest is true."""
        known = self._count
        count = await catalogue_count(self._database)
        if count == known:
            return count
        writers = {str(owner) for (owner,) in await self._database.peek.rows(_WRITERS, known=known)}
        everything = count < known or EVERYBODY in writers  # less: the database is an older one now
        before, self._values = self._values, {}
        for key, value in before.items():
            owner = self._owner(value)
            if not everything and owner != NOBODY and owner not in writers:
                self._values[key] = value
            elif owner != NOBODY and len(self._lapsed) < self._most:
                self._lapsed[key] = None
        if known == self._count:  # else another call has just done the same
            self._count = count
        return count

"""What only one process may do at a time, such as reading the journal for history or registering a trunk.

A lease has no time of its own: it is its holder's until the holder releases it, leaves or is given up by the others. Who is given
up ends (``membership``), and what it still writes is refused where it matters: a reader's cursor moves from where it stood.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from switchroom.fleet.model import EngineRow, LeaseRow
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

TRY = 1.0
"""Seconds between two tries for a lease that another holds."""


class Leases:
    """Those of one process, ``me``."""

    def __init__(self, database: Database, me: str) -> None:
        self._database = database
        self._me = me

    async def take(self, name: str) -> bool:
        """Take a lease, if it is free or ours; return whether we have it."""
        alive = select(EngineRow.id).where(EngineRow.lost.is_(None))
        insert = sqlite.insert(LeaseRow) if self._database.sqlite else postgresql.insert(LeaseRow)
        taking = insert.values(name=name, holder=self._me).on_conflict_do_update(
            index_elements=("name",),
            set_={"holder": self._me},
            where=(LeaseRow.holder == self._me) | LeaseRow.holder.not_in(alive),
        )
        async with self._database.transaction(WHOLE_HOUSE) as session:
            result = await session.execute(taking)
            assert isinstance(result, CursorResult)
            return result.rowcount == 1

    async def release(self, name: str) -> None:
        """Let another have it; nothing happens if it is not ours."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == self._me))

    async def free(self, names: Iterable[str]) -> set[str]:
        """Return which of these nobody holds who is there."""
        wanted = set(names)
        held = select(LeaseRow.name).join(EngineRow, EngineRow.id == LeaseRow.holder)
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            taken = await session.scalars(held.where(LeaseRow.name.in_(wanted), EngineRow.lost.is_(None)))
            return wanted - set(taken)

    async def under(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` once the lease is ours, until cancelled; then let another have it."""
        while not await self._taken(name):  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(TRY)
        log.info("took a lease", lease=name)
        try:
            await work()
        finally:
            try:
                await self.release(name)
            except (SQLAlchemyError, OSError):
                log.warning("a lease could not be released; it is free once we have left", lease=name)

    async def _taken(self, name: str) -> bool:
        try:
            return await self.take(name)
        except (SQLAlchemyError, OSError) as error:
            log.warning("leases cannot be read, trying again", lease=name, error=type(error).__name__)
            return False

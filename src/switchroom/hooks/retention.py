"""How long the log of deliveries is kept: what is done and old is removed, a little at a time."""

import asyncio
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from switchroom.hooks.model import PENDING, DeliveryRow
from switchroom.observability import get_logger
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

BATCH = 500
EVERY = 600.0
PAUSE = 0.2

log = get_logger(__name__)


class LogRetention:
    """Removes deliveries that were made more than ``keep`` seconds ago, unless they are still tried."""

    def __init__(self, database: Database, wall: Callable[[], float], keep: float) -> None:
        self._database = database
        self._wall = wall
        self._keep = keep

    async def run(self) -> None:
        """Tidy up now and then, until cancelled."""
        while True:
            try:
                more = True
                while more:
                    more = await self.tidy() == BATCH
                    await asyncio.sleep(PAUSE)
            except SQLAlchemyError as error:
                log.warning("old webhook deliveries cannot be removed, trying again", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def tidy(self) -> int:
        """Look at the oldest deliveries, which come first by their ids; return how many were removed."""
        row, before = DeliveryRow, self._wall() - self._keep
        oldest = select(row.id, row.created, row.state).where(row.state != PENDING).order_by(row.id).limit(BATCH)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            found = [id_ for id_, created, _ in await session.execute(oldest) if created < before]
            if found:
                await session.execute(delete(row).where(row.id.in_(found)))
        return len(found)

"""The schema of the database: brings it to the newest migration, if it is not there."""

import asyncio

from sqlalchemy.exc import OperationalError

from switchroom.storage.db import Database, is_busy
from switchroom.storage.revisions import age

_TRIES = 5
_PAUSE = 0.2


async def upgrade(database: Database) -> None:
    """Bring the database to the newest migration, in one transaction: all or nothing. Two processes may do it at once."""
    for tries_left in reversed(range(_TRIES)):
        try:
            return await _upgrade(database)
        except OperationalError as error:
            if tries_left == 0 or not is_busy(error):
                raise
        await asyncio.sleep(_PAUSE)
    return None


async def _upgrade(database: Database) -> None:
    if await age(database) == "current":
        return
    from switchroom.storage.migrating import migrate  # noqa: PLC0415 - a tenth of a second at every other start

    await migrate(database)

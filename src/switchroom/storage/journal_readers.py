"""How far each reader of the journal is behind, whichever process reads: one query over a few rows."""

from collections.abc import Mapping

from sqlalchemy import func, select

from switchroom.storage.db import Database
from switchroom.storage.journal import CursorRow, JournalRow
from switchroom.storage.scope import WHOLE_HOUSE


async def behind(database: Database) -> Mapping[str, int]:
    """Return how many entries each reader has yet to read; one that nobody has ever started is not named.

    Numbers are counted and no rows, so it costs the same however far behind somebody is; a number that a transaction took and
    did not use counts too.
    """
    last = select(func.coalesce(func.max(JournalRow.number), 0)).scalar_subquery()
    async with database.snapshot(WHOLE_HOUSE) as session:
        found = await session.execute(select(CursorRow.reader, last - CursorRow.number).order_by(CursorRow.reader))
        return {reader: max(0, left) for reader, left in found}

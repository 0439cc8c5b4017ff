"""Everything that is sealed, wrapped anew under the master key that seals now, while others read and write.

A row is changed only if it still holds the box that was read, a batch is a transaction, and a box that is done is passed over. So
it may be stopped anywhere and begun again, and each box opens at every moment by one of the keys that are known.
"""

from collections.abc import Callable
from typing import cast

from sqlalchemy import Column, select, tuple_, update

from switchroom.storage.db import Base, Database
from switchroom.storage.revisions import load_models
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault

BATCH = 100
NAMES = frozenset({"sealed", "box"})
"""What a column of boxes is called; ``SEALED_ELSEWHERE`` are those that have another name."""
SEALED_ELSEWHERE = frozenset({("idempotency_keys", "body")})

Progress = Callable[[str, int], None]
"""Told of a table and how many of its boxes were wrapped anew, after each transaction."""


def sealed_columns() -> list[Column[str]]:
    """Return every column of the installation that holds boxes."""
    load_models()
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    found = (one for one in columns if one.name in NAMES or (one.table.name, one.name) in SEALED_ELSEWHERE)
    return cast("list[Column[str]]", list(found))


async def reseal(database: Database, vault: Vault, progress: Progress = lambda _table, _boxes: None) -> int:
    """Wrap every box under the key that seals now; return how many were not. Raises Unavailable for one that cannot be."""
    changed = 0
    for column in sealed_columns():
        changed += await _column(database, vault, column, progress)
    return changed


async def old_boxes(database: Database, vault: Vault) -> int:
    """Return how many boxes need a key other than the one that seals now."""
    found = 0
    async with database.snapshot(WHOLE_HOUSE) as session:
        for column in sealed_columns():
            found += sum(not vault.is_current(box) for box in await session.scalars(select(column)))
    return found


async def _column(database: Database, vault: Vault, column: Column[str], progress: Progress) -> int:
    table = column.table
    keys = list(table.primary_key.columns)
    changed, last = 0, None
    while True:
        page = select(*keys, column).order_by(*keys).limit(BATCH)
        if last is not None:
            page = page.where(tuple_(*keys) > tuple_(*last))
        async with database.transaction(WHOLE_HOUSE) as session:
            rows = (await session.execute(page)).all()
            boxes = 0
            for *key, box in rows:
                if vault.is_current(box):
                    continue
                mine = [part == value for part, value in zip(keys, key, strict=True)]
                new = {column.name: vault.rewrapped(box)}
                await session.execute(update(table).where(*mine, column == box).values(new))
                boxes += 1
        changed += boxes
        if boxes:
            progress(table.name, boxes)
        if len(rows) < BATCH:
            return changed
        last = tuple(rows[-1][:-1])

"""Small questions to the database as it is now, answered without waiting for anybody.

On SQLite the read takes a few microseconds of a page that is in memory, on a connection of its own: going through the driver's
thread and a session would take fifty times that, and in write-ahead mode a reader waits for no writer. Where that cannot be, the
question goes the long way, as on other databases: one statement outside of any transaction.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from switchroom.errors import Unavailable

Row: TypeAlias = tuple[object, ...]
Values: TypeAlias = Mapping[str, str | int]

PATIENCE = 2.0
"""Seconds that a database may take."""


class Peek:
    """Reads for one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        name = engine.url.database
        sqlite = engine.dialect.name == "sqlite"
        self._file = name if sqlite and name not in (None, "", ":memory:") else None
        alone: dict[str, object] = {"begin": ("BEGIN",)} if sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._engine = engine.execution_options(**alone)
        self._connection: sqlite3.Connection | None = None

    async def rows(self, statement: str, **values: str | int) -> list[Row]:
        """Return what a statement finds; ``:name`` in it stands for a value. Raises Unavailable. Safe to cancel."""
        found = None if self._file is None else self._read(statement, values)
        return await self._asked(statement, values) if found is None else found

    def close(self) -> None:
        """Let go of the file; the next read opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, statement: str, values: Values) -> list[Row] | None:
        """Return what the file says at once; None if it does not."""
        try:
            if self._connection is None:
                where = f"file:{self._file}?mode=ro"
                self._connection = sqlite3.connect(where, uri=True, timeout=0.0, isolation_level=None)
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error:
            self.close()
            return None

    async def _asked(self, statement: str, values: Values) -> list[Row]:
        try:
            async with asyncio.timeout(PATIENCE), self._engine.connect() as connection:
                return [tuple(row) for row in await connection.execute(text(statement), values)]
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise Unavailable(f"the database does not answer: {type(error).__name__}", code="database") from error

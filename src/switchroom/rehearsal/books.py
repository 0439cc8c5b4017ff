"""A database of one rehearsal: empty at its beginning, gone at its end, and never late.

SQLite works in a thread elsewhere; here it works at once, so that what it takes is no time of the call.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiosqlite
from sqlalchemy import event

from switchroom.storage.db import Base, Database
from switchroom.storage.revisions import load_models

Job = tuple[asyncio.Future[object] | None, Callable[[], object]]


class _AtOnce:
    """Stands in for the queue to aiosqlite's thread: does each job where it is handed over."""

    def put_nowait(self, job: Job) -> None:
        future, work = job
        result = work()  # what it raises is raised to whoever would have waited for it
        if future is not None:
            future.set_result(result)


class _NoThread:
    """Stands in for the thread."""

    daemon = True

    def start(self) -> None:
        """Have nothing to start."""


def _connection(path: str, **options: Any) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, **options)
    connection._tx = _AtOnce()  # type: ignore[assignment]
    connection._thread = _NoThread()  # type: ignore[assignment]
    return connection


def _connect(_dialect: object, _record: object, _arguments: object, options: dict[str, object]) -> None:
    options["async_creator_fn"] = _connection


@asynccontextmanager
async def open_books() -> AsyncIterator[Database]:
    """Make a database with all tables, and forget it on leaving."""
    load_models()
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'books.db'}")
        event.listen(database.engine.sync_engine, "do_connect", _connect)
        try:
            async with database.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            yield database
        finally:
            await database.close()

"""Which database a test runs on: SQLite in its own folder, or a new one in PostgreSQL.

``url_in(folder)`` is asked by whoever opens a database for a test. The same folder and name are the same database, as with a file.
"""

from pathlib import Path

from sqlalchemy import text

from switchroom.storage.db import Database
from tests.servers.postgresql import Postgresql

KINDS = ("sqlite", "postgresql")


class Databases:
    """Gives databases in one kind of server, and remembers them until ``clear``."""

    def __init__(self) -> None:
        self._server: Postgresql | None = None
        self._urls: dict[tuple[Path, str], str] = {}

    def use(self, server: Postgresql | None) -> None:
        """Give databases of this server from now on; of files without one."""
        self._server = server

    def url(self, folder: Path, name: str, *, empty: bool = False) -> str:
        """Return the URL of the database with this name in ``folder``, made now if it is new."""
        if self._server is None:
            return f"sqlite+aiosqlite:///{folder / name}.db"
        key = (folder, name)
        if key not in self._urls:
            self._urls[key] = self._server.create(empty=empty)
        return self._urls[key]

    def clear(self) -> None:
        """Drop what was given."""
        if self._server is not None:
            for url in self._urls.values():
                self._server.drop(url)
        self._urls.clear()
        self._server = None


of_this_test = Databases()


def empty_in(folder: Path, name: str = "empty") -> str:
    """Return the URL of a database without tables that lives as long as the test."""
    return of_this_test.url(folder, name, empty=True)


async def told(folder: Path, sql: str, **values: object) -> str:
    """Return the rows that a statement finds, as text; what it changes is stored. Behind the back of what is tested."""
    database = Database(url_in(folder))
    try:
        async with database.engine.begin() as connection:
            found = await connection.execute(text(sql), values)
            return repr([tuple(row) for row in found]) if found.returns_rows else ""
    finally:
        await database.close()


def url_in(folder: Path, name: str = "test") -> str:
    """Return the URL of a database that lives as long as the test; bring it up to date before use."""
    return of_this_test.url(folder, name)

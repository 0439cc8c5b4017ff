"""The database: one engine, one transaction per use case, one metadata for all tables.

Code inside ``transaction()`` never commits by itself: leaving the context commits, an exception rolls back. SQLite
has one writer at a time, so writers of this process queue up on a fair lock instead of polling the file's; readers
use ``snapshot()`` and never wait for them. PostgreSQL has many writers: who writes what it has read locks the row
(``with_for_update``), and who decides from several rows takes a turn (``take_turn``).

A foreign key stays within one business feature; between features an identifier is a plain column, so that no feature
has to import another.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, MetaData, Select, Table, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.util import await_only

from switchroom.errors import Bug, Invalid
from switchroom.settings import DatabaseSettings
from switchroom.storage.owned import OWNER, OwnedByColumn, ScopedSession
from switchroom.storage.peek import Peek
from switchroom.storage.scope import SCOPE, Scope

BEGIN = "begin"  # execution option: the statements that open a transaction on SQLite
WRITING = ("BEGIN IMMEDIATE",)  # a transaction that would turn from reading to writing later could find itself outdated
READING = ("BEGIN",)
MIGRATING = ("PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE")  # a table that is rebuilt must not take its children along
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # what a snapshot is on PostgreSQL
_TRIES = 100
_PAUSE = 0.05  # seconds; with the tries, as long as the busy timeout


Work: TypeAlias = Callable[[AsyncSession], Awaitable[None]]
_LAST = "last"  # the key of a session's ``info`` that holds what is done just before its commit


class Base(DeclarativeBase, metaclass=OwnedByColumn):
    """The parent of every table; one with a ``tenant_id`` is TenantOwned by that."""

    metadata = MetaData(
        naming_convention={  # constraints have names everywhere, so that a migration can find them
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """An engine and its transactions."""

    def __init__(self, url: str, settings: DatabaseSettings | None = None) -> None:
        """Open nothing yet. Raises Invalid for a URL of no database that we know."""
        parsed, options = _understood(url, settings or DatabaseSettings())
        self.sqlite = parsed.get_backend_name() == "sqlite"
        if self.sqlite and parsed.database not in (None, "", ":memory:"):
            Path(str(parsed.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine = create_async_engine(
            parsed,
            json_serializer=_to_json,
            hide_parameters=True,  # errors are logged
            **options,
        )
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _tune_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "invalidate", _let_go_of_sqlite)
        self._writers = _sessions(self.engine)
        reading = {BEGIN: READING} if self.sqlite else _ONE_STATE
        self._readers = _sessions(self.engine.execution_options(**reading))
        self.peek = Peek(self.engine)
        self._turn = asyncio.Lock() if self.sqlite else nullcontext()
        self._writing: set[asyncio.Task[Any] | None] = set()

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """One unit of work. Safe to cancel: nothing of it is then stored. Must not be nested: pass the session on instead."""
        task = asyncio.current_task()
        if task in self._writing:
            raise Bug("a transaction was opened within a transaction: pass the session on instead")
        async with self._turn:
            self._writing.add(task)
            try:
                async with self._writers.begin() as session:
                    session.info[SCOPE] = scope
                    yield session
                    for work in session.info.pop(_LAST, ()):
                        await work(session)
            finally:
                self._writing.discard(task)

    @asynccontextmanager
    async def snapshot(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """Read a consistent state of the rows; waits for no writer. Safe to cancel."""
        async with self._readers.begin() as session:
            session.info[SCOPE] = scope
            yield session

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which tables may be replaced, by one process at a time. SQLite heeds no foreign keys in it."""
        connection = await self.engine.execution_options(**{BEGIN: MIGRATING}).connect()
        try:
            async with connection.begin():
                if not self.sqlite:
                    await connection.execute(text("SET LOCAL statement_timeout = 0"))
                    await connection.execute(
                        text("SET LOCAL lock_timeout = 0")
                    )  # another process may be at it for long
                    await connection.execute(_turn_of("migrations"))
                yield connection
        finally:
            await connection.invalidate()  # its foreign keys are off: never to be used again
            await connection.close()

    async def scrub(self) -> None:
        """Let nothing of what was deleted remain in the write-ahead log, if nobody reads; later it is overwritten anyway."""
        if self.sqlite:
            async with self.engine.connect() as connection:
                raw = await connection.get_raw_connection()
                await cast("Any", raw.driver_connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Return every connection."""
        self.peek.close()
        await self.engine.dispose()


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=ScopedSession)


def _understood(url: str, settings: DatabaseSettings) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and the engine's options."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Invalid("the database's URL cannot be read: see SWITCHROOM_DATABASE_URL", code="database_url") from error
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite"), {}
        case "postgresql" | "postgres":
            from switchroom.storage.postgres import engine_options, translated  # noqa: PLC0415 - only where it is used

            return translated(parsed), engine_options(parsed, settings)
        case other:
            message = f"{other} is no database that Switchroom knows: use postgresql://user:password@host/name"
            raise Invalid(message, code="database_url")


def do_last(session: AsyncSession, work: Work) -> None:
    """Let ``transaction()`` do this when everything else is done, just before it commits; not if it is rolled back."""
    session.info.setdefault(_LAST, []).append(work)


async def take_turn(session: AsyncSession, what: str) -> None:
    """Let no other transaction pass here with the same ``what`` before this one ends: for a decision made from other rows.

    SQLite has one writer anyway. On PostgreSQL two transactions could otherwise each not see what the other is about to write.
    """
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(_turn_of(what))


def _turn_of(what: str) -> Select[tuple[None]]:
    return select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0)))


async def upsert(
    session: AsyncSession,
    table: type[Base],
    key: tuple[str, ...],
    rows: Sequence[Mapping[str, object]],
    *,
    replace: bool = True,
) -> None:
    """Insert ``rows``, which all set the same columns; where ``key`` exists, set them there, or leave it with ``replace=False``."""
    backend = session.get_bind().dialect.name
    names = tuple(name for name in rows[0] if replace and name not in key)
    await session.execute(upsertion(table, key, names, backend), rows)


@cache
def upsertion(
    table: type[Base], key: tuple[str, ...], names: tuple[str, ...], backend: str
) -> sqlite.Insert | postgresql.Insert:
    """Return the statement that inserts rows, or sets ``names`` of those whose ``key`` exists."""
    plain = cast("Table", table.__table__)  # not the class: the ORM would send row by row
    insert = sqlite.insert(plain) if backend == "sqlite" else postgresql.insert(plain)
    if not names:
        return insert.on_conflict_do_nothing(index_elements=key)
    mine = plain.c[OWNER] == insert.excluded[OWNER] if OWNER in names else None  # a key that is another tenant's
    new = {name: insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=key, set_=new, where=mine)


def _to_json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transactions of its own: ``_begin_sqlite`` does
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=5000")  # first: what follows may have to wait
    _write_ahead(cursor)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):  # the last: deleted is deleted
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch the file to a write-ahead log once: the switch needs it alone, and does not heed the busy timeout."""
    for tries_left in reversed(range(_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if tries_left == 0 or not _is_busy(error):
                raise
            await_only(asyncio.sleep(_PAUSE))
        else:
            return


def is_busy(error: DBAPIError) -> bool:
    """Tell whether a statement failed only because another process had the database: it may be tried again."""
    return isinstance(error.orig, sqlite3.Error) and _is_busy(error.orig)


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY  # above it: which kind of busy


def _begin_sqlite(connection: Connection) -> None:
    statements: tuple[str, ...] = connection.get_execution_options().get(BEGIN, WRITING)
    for statement in statements:
        connection.exec_driver_sql(statement)


def _let_go_of_sqlite(connection: Any, _record: object, _error: object) -> None:
    """Roll back what a cancelled task left open: closing alone does not, as long as a traceback holds one of its cursors."""
    with suppress(MissingGreenlet):  # a connection that nobody returned is collected outside of any task
        connection.rollback()

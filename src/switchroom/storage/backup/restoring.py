"""Puts a back-up into an empty installation, on either database, and brings it up to date.

Everything is checked before anything is written; the rows go in by one transaction. What was there before is never deleted:
with ``force`` it is set aside under another name.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchroom.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from switchroom.storage.backup.archive import Reader
from switchroom.storage.backup.making import BLOBS, LISTED, ROWS, SECRET, Say
from switchroom.storage.backup.rows import (
    BATCH,
    Line,
    count_on,
    parents_first,
    read_lines,
    refers_to_itself,
    tables_of,
    values_of,
)
from switchroom.storage.backup.sealing import mark_of, unseal
from switchroom.storage.blobs import Blobs
from switchroom.storage.db import Database
from switchroom.storage.master_keys import together
from switchroom.storage.migrating import migrate
from switchroom.storage.revisions import age, known_revisions
from switchroom.storage.scope import WHOLE_HOUSE

_TOLD = ("users", "call_events", "agents", "numbers")
"""Tables of which a row says that an installation is in use."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. ``lost`` are blobs that the back-up names and the place for blobs does not have."""

    rows: int
    blobs: int
    lost: tuple[str, ...] = ()


async def check(reader: Reader, say: Say) -> None:
    """Read the whole back-up. Raises Invalid if anything in it is not as it was put in."""
    for number, name in enumerate(reader.manifest.parts, 1):
        await asyncio.to_thread(reader.check, name)
        if number % 500 == 0:
            say(f"  {number} of {len(reader.manifest.parts)} parts are whole")
    if reader.manifest.revision not in known_revisions():
        message = f"the back-up is of a newer version ({reader.manifest.program}): restore it with that or a newer one"
        raise Invalid(message, code="backup_format")


def secret_in(reader: Reader, passphrase: str) -> str:
    """Return the secret that is sealed in a back-up, and its master keys, a line each.

    Raises NotFound if none is, Denied for a wrong passphrase.
    """
    if not reader.manifest.sealed:
        raise NotFound("the secret is not in this back-up: it was made without a passphrase")
    with reader.open(SECRET) as file:
        return unseal(file.read().decode(), passphrase)


def same_secret(reader: Reader, secret: str) -> bool:
    """Tell whether the installation has the secret that the back-up's passwords are sealed under."""
    return reader.manifest.secret == mark_of(together(secret))


async def in_use(database: Database) -> bool:
    """Tell whether an installation has anything that a restored one would lose."""
    if await age(database) == "empty":
        return False
    async with database.snapshot(WHOLE_HOUSE) as session:
        tables = await (await session.connection()).run_sync(tables_of)
        counts = [
            await session.scalar(select(func.count()).select_from(table)) for table in tables if table.name in _TOLD
        ]
    return any(counts)


async def restore(reader: Reader, database: Database, blobs: Blobs, say: Say, *, force: bool = False) -> Restored:
    """Put rows and blobs back. Raises Conflict if the installation is in use, Invalid for a back-up that is not whole."""
    await check(reader, say)
    with tempfile.TemporaryDirectory() as folder:
        rows = await put_rows(reader, database, Path(folder), say, force=force)
        copied = await _blobs(reader, blobs, Path(folder), say)
        lost = await _lost(reader, blobs, Path(folder))
    return Restored(rows, copied, tuple(lost))


async def put_rows(reader: Reader, database: Database, folder: Path, say: Say, *, force: bool = False) -> int:
    """Put the rows back and bring them up to date; return how many. Raises Conflict if the database is in use."""
    if not force and await in_use(database):
        message = (
            "this installation is in use: restore into an empty one, or with --force, which sets aside what is there"
        )
        raise Conflict(message, code="in_use")
    if await age(database) != "empty":
        await _set_aside(database, say)
    await migrate(database, reader.manifest.revision)
    rows = await _rows(reader, database, folder, say)
    await migrate(database)
    return rows


async def _set_aside(database: Database, say: Say) -> None:
    """Let the database be empty, and what was in it be there under another name."""
    name = f"before_restore_{time.time():.0f}"
    if database.sqlite:
        path = Path(str(database.engine.url.database))
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        await database.close()  # the last connection puts the write-ahead log into the file
        for end in ("", "-wal", "-shm"):
            old = path.with_name(path.name + end)
            if old.exists():
                old.rename(path.with_name(f"{path.name}.{name}{end}"))
        say(f"  what was there is now {path.name}.{name}")
        return
    try:
        async with database.rebuilding() as connection:
            await connection.execute(text(f"ALTER SCHEMA public RENAME TO {name}"))
            await connection.execute(text("CREATE SCHEMA public"))
    except ProgrammingError as error:
        message = f"what is there cannot be set aside: {str(error.orig).splitlines()[0]}; restore into a new database"
        raise Denied(message, code="in_use") from error
    await database.close()  # connections know the tables of before
    say(f"  what was there is now in the schema {name}")


async def _rows(reader: Reader, database: Database, folder: Path, say: Say) -> int:
    total = 0
    async with database.rebuilding() as connection:
        tables = await connection.run_sync(_emptied)
        unknown = sorted(reader.manifest.tables.keys() - {table.name for table in tables})
        if unknown:
            raise Invalid(f"the back-up has a table {unknown[0]!r} that its version does not: it is broken")
        for table in tables:
            if table.name not in reader.manifest.tables:
                continue
            path = folder / "rows"
            await asyncio.to_thread(reader.copy, f"{ROWS}{table.name}.jsonl.gz", path)
            count = await _fill(connection, table, path)
            if count != reader.manifest.tables[table.name]:
                raise Invalid(f"{table.name} has {count} rows of {reader.manifest.tables[table.name]}: it is broken")
            total += count
            if count:
                say(f"  {table.name}: {count} rows")
        for table in tables:
            column = next(iter(table.primary_key.columns), None)
            if column is not None:
                await count_on(connection, table, reader.manifest.sequences.get(f"{table.name}.{column.name}", 0))
    return total


def _emptied(connection: Connection) -> Sequence[Table]:
    """Return the tables, without what the migrations put in: the back-up has that too."""
    tables = tables_of(connection)
    for table in reversed(tables):
        connection.execute(delete(table))
    return tables


async def _fill(connection: AsyncConnection, table: Table, path: Path) -> int:
    lines = read_lines(path)
    columns = [str(name) for name in next(lines)]
    sqlite = connection.dialect.name == "sqlite"
    if refers_to_itself(table):
        rows = values_of(table, columns, lines, sqlite=sqlite)
        for group in parents_first(table, rows):
            await connection.execute(table.insert(), group)
        return len(rows)
    count = 0
    while batch := _next(lines):
        await connection.execute(table.insert(), values_of(table, columns, batch, sqlite=sqlite))
        count += len(batch)
    return count


def _next(lines: Iterator[Line]) -> list[Line]:
    return list(islice(lines, BATCH))


async def _blobs(reader: Reader, blobs: Blobs, folder: Path, say: Say) -> int:
    names = [name for name in reader.manifest.parts if name.startswith(BLOBS)]
    for number, name in enumerate(names, 1):
        path = folder / "blob"
        await asyncio.to_thread(reader.copy, name, path)
        stored = await blobs.put(name.removeprefix(BLOBS), path)
        if stored.sha256 != reader.manifest.parts[name].sha256:
            raise Unavailable(f"{stored.key} was not stored as it is in the back-up: try again", code="blob_corrupt")
        if number % 500 == 0:
            say(f"  {number} of {len(names)} blobs")
    return len(names)


async def _lost(reader: Reader, blobs: Blobs, folder: Path) -> list[str]:
    """Return which of the blobs that are only named in the back-up are not where blobs are."""
    if LISTED not in reader.manifest.parts:
        return []
    path = folder / "listed"
    await asyncio.to_thread(reader.copy, LISTED, path)
    lost = []
    for key, size, _ in read_lines(path):
        try:
            if (await blobs.state(str(key))).size != size:
                lost.append(str(key))
        except NotFound:
            lost.append(str(key))
    return lost

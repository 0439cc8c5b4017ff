"""The rows of a database as lines of JSON, whichever database they come from or go to.

The tables are those that the database has, not those of the models: a back-up of an older version is put back as that version
wrote it, and brought up to date afterwards.
"""

import base64
import gzip
import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeAlias

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

Line: TypeAlias = list[object]
BATCH = 500


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables with rows of ours, those first that others refer to."""
    metadata = MetaData()
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version" and "_fts" not in name]
    metadata.reflect(connection, only=names)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = bool(column.nullable)
    return list(metadata.sorted_tables)


async def lines_of(connection: AsyncConnection, table: Table) -> AsyncGenerator[list[Line], None]:
    """Yield the rows of a table in batches, in the order of its key."""
    query = select(table).order_by(*table.primary_key.columns)
    found = await connection.stream(query, execution_options={"yield_per": BATCH})
    async for batch in found.partitions(BATCH):
        yield [[_plain(value) for value in row] for row in batch]


def values_of(table: Table, columns: Sequence[str], lines: Iterable[Line], *, sqlite: bool) -> list[dict[str, object]]:
    """Return lines as what is inserted."""
    read = [table.columns[name] for name in columns]
    return [
        {column.name: _value(column, value, sqlite=sqlite) for column, value in zip(read, line, strict=True)}
        for line in lines
    ]


def parents_first(table: Table, rows: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    """Return rows of a table that refers to itself in groups, each of which refers to earlier ones only."""
    links = [(key.parent.name, key.column.name) for key in table.foreign_keys if key.column.table is table]
    groups: list[list[dict[str, object]]] = []
    known: dict[str, set[object]] = {there: {None} for _, there in links}
    while rows:
        ready = [row for row in rows if all(row[here] in known[there] for here, there in links)]
        if not ready:
            return [*groups, rows]
        groups.append(ready)
        rows = [row for row in rows if row not in ready]
        for there, seen in known.items():
            seen.update(row[there] for row in ready)
    return groups


def refers_to_itself(table: Table) -> bool:
    """Tell whether a row of the table may need another that must be there first."""
    return any(key.column.table is table for key in table.foreign_keys)


def write_lines(file: IO[bytes], lines: Iterable[Line]) -> None:
    """Add lines to a file."""
    file.write(b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines))


def compressed(path: Path) -> IO[bytes]:
    """Open a file of lines to write."""
    return gzip.GzipFile(path, "wb", compresslevel=3, mtime=0)  # type: ignore[return-value] # it is one


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file; the first names the columns."""
    with gzip.open(path, "rb") as file:
        for line in file:
            yield json.loads(line)


async def last_numbers(connection: AsyncConnection, tables: Iterable[Table]) -> dict[str, int]:
    """Return the last number that was given in each column that counts by itself, by ``table.column``."""
    found: dict[str, int] = {}
    for table in tables:
        column = _counting(table)
        if column is not None:
            found[f"{table.name}.{column.name}"] = await _last(connection, table, column)
    return found


async def count_on(connection: AsyncConnection, table: Table, last: int) -> None:
    """Let the numbers of a table go on after ``last``, and after those that it has."""
    column = _counting(table)
    if column is None:
        return
    most = max(last, await connection.scalar(select(func.coalesce(func.max(column), 0))) or 0)
    if connection.dialect.name != "sqlite":
        sequence = select(func.pg_get_serial_sequence(table.name, column.name)).scalar_subquery()
        if most and await connection.scalar(select(sequence)):
            await connection.scalar(select(func.setval(sequence, most)))
    elif await _autoincrements(connection, table):
        await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        given = {"name": table.name, "most": most}
        await connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :most)"), given)


def _counting(table: Table) -> Column[int] | None:
    columns = list(table.primary_key.columns)
    return columns[0] if len(columns) == 1 and isinstance(columns[0].type, Integer) else None


async def _last(connection: AsyncConnection, table: Table, column: Column[int]) -> int:
    most = await connection.scalar(select(func.coalesce(func.max(column), 0))) or 0
    given: int | None = None
    if connection.dialect.name != "sqlite":
        sequence = await connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            query = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608 - the server's own word
            given = await connection.scalar(text(query))
    elif await _autoincrements(connection, table):
        query = "SELECT seq FROM sqlite_sequence WHERE name = :name"
        given = await connection.scalar(text(query), {"name": table.name})
    return max(most, given or 0)


async def _autoincrements(connection: AsyncConnection, table: Table) -> bool:
    query = text("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = :name")
    return bool(await connection.scalar(query, {"name": table.name}))


def _plain(value: object) -> object:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        case _:
            return value


def _value(column: Column[object], value: object, *, sqlite: bool) -> object:
    match column.type, value:
        case LargeBinary(), str():
            return base64.b64decode(value)
        case DateTime(), str():
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=None) if sqlite or not column.type.timezone else moment
        case _:
            return value

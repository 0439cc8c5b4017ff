"""Makes a back-up of an installation that goes on working: the rows of one moment, then the blobs.

The rows are read in one transaction that writes nothing and holds up nobody. A blob that is recorded while we read is taken as far
as it was; one that is deleted meanwhile is named in the manifest.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switchroom.errors import NotFound
from switchroom.storage.backup.archive import Manifest, Writer, put_manifest, put_part, writing
from switchroom.storage.backup.rows import BATCH, compressed, last_numbers, lines_of, tables_of, write_lines
from switchroom.storage.backup.sealing import mark_of, seal
from switchroom.storage.blobs import AREAS, Blobs
from switchroom.storage.db import Database
from switchroom.storage.master_keys import together
from switchroom.storage.revisions import revision_of
from switchroom.storage.scope import WHOLE_HOUSE

Say: TypeAlias = Callable[[str], None]
ROWS, BLOBS, LISTED, SECRET = "rows/", "blobs/", "blobs.jsonl.gz", "secret.sealed"
_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class Wishes:
    """What goes into a back-up. ``listed`` blobs are named, not copied; with a passphrase the secret goes in, sealed by it."""

    blobs: Literal["included", "listed"] = "included"
    passphrase: str = ""


async def make(database: Database, blobs: Blobs, secret: str, target: Path, wishes: Wishes, say: Say) -> Manifest:
    """Write a back-up to a folder or, if the name ends in ``.tar``, a file. Raises Conflict, Unavailable."""
    opens = together(secret)
    sealed = seal(opens, wishes.passphrase) if wishes.passphrase else ""
    with writing(target) as (writer, work):
        manifest = await rows_of(database, writer, work, say)
        manifest.secret, manifest.sealed, manifest.blobs = mark_of(opens), bool(sealed), wishes.blobs
        if sealed:
            (work / SECRET).write_text(sealed, encoding="utf-8")
            put_part(writer, manifest, SECRET, work / SECRET)
        if wishes.blobs == "included":
            await _copy_blobs(blobs, writer, work, manifest, say)
        else:
            await _list_blobs(blobs, writer, work, manifest)
        await asyncio.to_thread(put_manifest, writer, work, manifest)
    return manifest


async def rows_of(database: Database, writer: Writer, work: Path, say: Say) -> Manifest:
    """Write every row into a back-up, and return what is known of it."""
    async with database.snapshot(WHOLE_HOUSE) as session:
        connection = await session.connection()
        if not database.sqlite:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                await connection.execute(text(f"SET LOCAL {limit} = 0"))
        revision, tables = await connection.run_sync(_standing)
        manifest = Manifest(
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            program=version("switchroom"),
            revision=revision,
            database="sqlite" if database.sqlite else "postgresql",
            secret="",
            sequences=await last_numbers(connection, tables),
        )
        for table in tables:
            count = manifest.tables[table.name] = await _table(connection, table, work / "rows", say)
            await asyncio.to_thread(put_part, writer, manifest, f"{ROWS}{table.name}.jsonl.gz", work / "rows")
            if count:
                say(f"  {table.name}: {count} rows")
    return manifest


async def _table(connection: AsyncConnection, table: Table, path: Path, say: Say) -> int:
    count = 0
    with compressed(path) as file:
        write_lines(file, [[column.name for column in table.columns]])
        async with aclosing(lines_of(connection, table)) as batches:
            async for lines in batches:
                await asyncio.to_thread(write_lines, file, lines)
                count += len(lines)
                if count % (100 * BATCH) == 0:
                    say(f"  {table.name}: {count} rows so far")
    return count


def _standing(connection: Connection) -> tuple[str, list[Table]]:
    revision = revision_of(connection)
    if revision is None:
        raise NotFound("there is nothing to back up: the database is empty")
    return revision, tables_of(connection)


async def _copy_blobs(blobs: Blobs, writer: Writer, work: Path, manifest: Manifest, say: Say) -> None:
    count = size = 0
    for area in AREAS:
        async with aclosing(blobs.all(area)) as found:
            async for blob in found:
                path = work / "blob"
                try:
                    stored = await blobs.fetch(blob.key, path)
                except NotFound:
                    manifest.missing.append(blob.key)
                    continue
                await asyncio.to_thread(put_part, writer, manifest, f"{BLOBS}{blob.key}", path)
                count, size = count + 1, size + stored.size
                if count % _TELL_EVERY == 0:
                    say(f"  {count} blobs so far, {size / 2**20:.0f} MiB")
    say(f"  {count} blobs, {size / 2**20:.1f} MiB")


async def _list_blobs(blobs: Blobs, writer: Writer, work: Path, manifest: Manifest) -> None:
    path = work / "listed"
    with compressed(path) as file:
        for area in AREAS:
            async with aclosing(blobs.all(area)) as found:
                async for blob in found:
                    file.write(json.dumps([blob.key, blob.size, blob.etag]).encode() + b"\n")
    put_part(writer, manifest, LISTED, path)

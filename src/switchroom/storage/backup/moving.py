"""Copies all rows to another database: a back-up without blobs, made and restored in one go."""

from pathlib import Path

from switchroom.storage.backup.archive import Manifest, put_manifest, reading, writing
from switchroom.storage.backup.making import Say, rows_of
from switchroom.storage.backup.restoring import put_rows
from switchroom.storage.db import Database


async def copy_rows(here: Database, there: Database, folder: Path, say: Say) -> int:
    """Copy everything from ``here`` to ``there``, by way of ``folder``; return how many rows. Raises Conflict if it is in use."""
    between = folder / "copied"
    with writing(between) as (writer, work):
        manifest: Manifest = await rows_of(here, writer, work, lambda _: None)
        put_manifest(writer, work, manifest)
    with reading(between) as reader:
        return await put_rows(reader, there, folder, say)

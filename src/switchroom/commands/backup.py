"""``switchroom backup``, ``restore``, ``migrate-database``: the installation into a file and back, its rows to another database."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.commands.words import carry_out
from switchroom.errors import Invalid
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.storage.db import Database

PASSPHRASE = "SWITCHROOM_BACKUP_PASSPHRASE"  # noqa: S105 - a name

Where = Annotated[Path, typer.Argument(help="a file NAME.tar, or a folder")]


def backup(
    target: Where,
    *,
    blobs: Annotated[bool, typer.Option(help="copy recordings and other blobs; else only list them")] = True,
    with_secret: Annotated[
        bool, typer.Option(help=f"put the secret in, sealed by a passphrase ({PASSPHRASE}, or it is asked for)")
    ] = False,
) -> None:
    """Write a back-up of everything but SWITCHROOM_SECRET, .env and providers.yaml; the program may run on meanwhile."""

    async def work(settings: Settings) -> None:
        from switchroom.installation import secret_of
        from switchroom.storage.backup.making import Wishes, make
        from switchroom.storage.blob_store import open_blobs

        wishes = Wishes("included" if blobs else "listed", _passphrase(again=True) if with_secret else "")
        async with _database(settings.url, settings) as database:
            secret, kept = secret_of(settings), open_blobs(settings.blobs, settings.data)
            made = await make(database, kept, secret, target, wishes, print)
        print(f"{target} holds {sum(made.tables.values())} rows of {made.made}, revision {made.revision}.")
        if made.missing:
            print(f"{len(made.missing)} blobs were deleted meanwhile; the manifest names them.")
        if not with_secret:
            print(
                "The secret is NOT inside: without SWITCHROOM_SECRET and master keys (or the files `secret` and\n"
                "`master-keys` below the data folder) the"
            )
            print("passwords of carriers and providers in this back-up cannot be opened. Keep it elsewhere.")

    carry_out(work(Settings()))


def restore(
    source: Where,
    *,
    check: Annotated[bool, typer.Option(help="only read it all, and say whether it is whole")] = False,
    force: Annotated[
        bool, typer.Option(help="into an installation that is in use: what is there is set aside")
    ] = False,
    with_secret: Annotated[bool, typer.Option(help="take the secret that is sealed in it")] = False,
) -> None:
    """Put a back-up into an empty installation, on SQLite or PostgreSQL. Stop every process of it first."""

    async def work(settings: Settings) -> None:
        from switchroom.installation import keep_secret, secret_of
        from switchroom.storage.backup import restoring
        from switchroom.storage.backup.archive import reading
        from switchroom.storage.blob_store import open_blobs

        with reading(source) as reader:
            if check:
                await restoring.check(reader, print)
                print(f"{source} is whole: {len(reader.manifest.parts)} parts, made {reader.manifest.made}.")
                return
            if with_secret:
                keep_secret(settings, restoring.secret_in(reader, _passphrase()))
            async with _database(settings.url, settings) as database:
                kept = open_blobs(settings.blobs, settings.data)
                done = await restoring.restore(reader, database, kept, print, force=force)
            print(f"Restored {done.rows} rows and {done.blobs} blobs of {reader.manifest.made}.")
            if done.lost:
                print(f"{len(done.lost)} blobs of the back-up are not where blobs are, such as {done.lost[0]}.")
            if not restoring.same_secret(reader, secret_of(settings)):
                print(
                    "This installation has another secret: set SWITCHROOM_SECRET to that of the back-up, or passwords of"
                )
                print("carriers and providers must be entered anew, and everybody signs in again.")

    carry_out(work(Settings()))


def migrate_database(
    to: Annotated[str, typer.Argument(help="URL of an empty database: postgresql://user:password@host/name")],
) -> None:
    """Copy all rows to another, empty database, such as from SQLite to PostgreSQL. Stop every process first."""

    async def work(settings: Settings) -> None:
        from switchroom.storage.backup import moving

        with tempfile.TemporaryDirectory(dir=settings.data) as folder:
            async with _database(settings.url, settings) as here, _database(to, settings) as there:
                if here.engine.url == there.engine.url:
                    raise Invalid("that is the database that is used already", code="database_url")
                rows = await moving.copy_rows(here, there, Path(folder), print)
        print(f"Copied {rows} rows. Now set SWITCHROOM_DATABASE_URL to it and start; the old database is as it was.")

    carry_out(work(Settings()))


@asynccontextmanager
async def _database(url: str, settings: Settings) -> AsyncIterator["Database"]:
    from sqlalchemy.exc import SQLAlchemyError

    from switchroom.errors import Unavailable
    from switchroom.observability import set_up
    from switchroom.storage.db import Database

    set_up("console", "error")
    database = Database(url, settings.database)
    try:
        yield database
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise Unavailable(f"the database or the disk does not do its part: {reason}", code="database") from error
    finally:
        await database.close()


def _passphrase(*, again: bool = False) -> str:
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Invalid(f"there is nobody to ask for the passphrase: set {PASSPHRASE}", code="passphrase")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=again))

"""The schema of the database: brings it to the newest migration, and tells where tables and models differ.

The scripts in ``migrations/versions`` are the truth for a running installation, so they travel inside the package.
Upgrading needs no model: only making a new script (``python -m switchroom.storage.schema "what changes"``) compares
them, and loads them all first.
"""

import asyncio
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

import switchroom
from switchroom.storage.db import Base, Database, is_busy

SCRIPTS = Path(__file__).parent / "migrations"
_TRIES = 5
_PAUSE = 0.2


async def upgrade(database: Database) -> None:
    """Bring the database to the newest migration, in one transaction: all or nothing. Two processes may do it at once."""
    for tries_left in reversed(range(_TRIES)):
        try:
            return await _upgrade(database)
        except OperationalError as error:
            if tries_left == 0 or not is_busy(error):
                raise
        await asyncio.sleep(_PAUSE)
    return None


async def _upgrade(database: Database) -> None:
    async with database.rebuilding() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def age(database: Database) -> Literal["empty", "old", "current", "unknown"]:
    """Tell how the database stands to the newest migration, and change nothing; unknown is what a newer program made."""
    async with database.snapshot() as session:
        return await (await session.connection()).run_sync(_age)


def _age(connection: Connection) -> Literal["empty", "old", "current", "unknown"]:
    revision = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(_config(connection))
    if revision is None:
        return "empty"
    if revision == scripts.get_current_head():
        return "current"
    return "old" if revision in {script.revision for script in scripts.walk_revisions()} else "unknown"


async def differences(database: Database) -> list[str]:
    """Return what distinguishes the tables of the database from the models; empty if a migration exists for everything."""
    load_models()
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compare)


def load_models() -> None:
    """Import every module that defines tables: those named ``model`` or ``tables``, and the journal."""
    for module in pkgutil.walk_packages(switchroom.__path__, "switchroom."):
        if module.name.rpartition(".")[2] in {"model", "tables", "journal"}:
            importlib.import_module(module.name)


def _compare(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": has_model})
    return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def has_model(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether a table of the database is one that a model describes: an index of words and what it consists of are none."""
    return kind != "table" or name is None or "_fts" not in name


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%(rev)s_%(slug)s".replace("%", "%%"))
    return config


async def _revise(message: str) -> None:
    load_models()
    number = f"{len(list((SCRIPTS / 'versions').glob('[0-9]*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/empty.db")
        await upgrade(database)
        async with database.rebuilding() as connection:
            await connection.run_sync(
                lambda sync: command.revision(_config(sync), message, autogenerate=True, rev_id=number)
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(_revise(" ".join(sys.argv[1:])))

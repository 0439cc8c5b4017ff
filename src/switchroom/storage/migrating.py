"""Alembic at work: runs the migrations, and compares tables with models. Imported only where there is something to do.

Only making a new script (``python -m switchroom.storage.migrating "what changes"``) and comparing need the models, and load
them all first.
"""

import asyncio
import sys
import tempfile

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from switchroom.storage.db import Base, Database
from switchroom.storage.revisions import SCRIPTS, has_model, load_models
from switchroom.storage.row_security import secure


async def migrate(database: Database, to: str = "head") -> None:
    """Bring the database to the newest migration, or to one before it, in one transaction."""
    async with database.rebuilding() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), to))
        await connection.run_sync(secure)


async def differences(database: Database) -> list[str]:
    """Return what distinguishes the tables of the database from the models; empty if a migration exists for everything."""
    load_models()
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compare)


def _compare(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": has_model})
    return [str(difference) for difference in compare_metadata(context, Base.metadata)]


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
        await migrate(database)
        async with database.rebuilding() as connection:
            await connection.run_sync(
                lambda sync: command.revision(_config(sync), message, autogenerate=True, rev_id=number)
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(_revise(" ".join(sys.argv[1:])))

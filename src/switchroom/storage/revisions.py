"""How a database stands to the migrations, and what the models are that they are compared with.

The scripts in ``migrations/versions`` are the truth for a running installation, so they travel inside the package. A script's
number is in its name, and scripts follow one another by number: so a database that is up to date is known without Alembic.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

import switchroom
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

SCRIPTS = Path(__file__).parent / "migrations"


async def age(database: Database) -> Literal["empty", "old", "current", "unknown"]:
    """Tell how the database stands to the newest migration, and change nothing; unknown is what a newer program made."""
    async with database.snapshot(WHOLE_HOUSE) as session:
        revision = await (await session.connection()).run_sync(revision_of)
    known = known_revisions()
    if revision is None:
        return "empty"
    if revision == known[-1]:
        return "current"
    return "old" if revision in known else "unknown"


def known_revisions() -> list[str]:
    """Return the numbers of the migrations, the newest last."""
    return sorted(script.name[:4] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))


def revision_of(connection: Connection) -> str | None:
    """Return the migration that the database has; None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def load_models() -> None:
    """Import every module that defines tables: those named ``model`` or ``tables``, and two of this package."""
    for module in pkgutil.walk_packages(switchroom.__path__, "switchroom."):
        if module.name.rpartition(".")[2] in {"model", "tables", "journal", "kept_answers"}:
            importlib.import_module(module.name)


def has_model(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether a part of the database is one that a model describes: an index of words and what it consists of are none."""
    return name is None or not ((kind == "table" and "_fts" in name) or (kind == "index" and name.endswith("_words")))

"""How Alembic runs the scripts: on the connection, and in the transaction, that ``storage/schema.py`` opened."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from switchroom.storage.db import Base
from switchroom.storage.revisions import has_model


def render(kind: str, thing: object, _autogenerate: AutogenContext) -> str | Literal[False]:
    """Write a type of ours as the column type below it: a script must not import what will change after it."""
    return f"sa.{thing.impl!r}" if kind == "type" and isinstance(thing, TypeDecorator) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=render,
    include_name=has_model,
)
with context.begin_transaction():
    context.run_migrations()

"""versions of agents"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_VERSIONS = sa.table(
    "agent_versions",
    sa.column("agent_id"),
    sa.column("number"),
    sa.column("tenant_id"),
    sa.column("form", sa.JSON()),
    sa.column("note"),
    sa.column("created"),
    sa.column("created_by"),
    sa.column("restores"),
)
_PLAIN = (
    "name",
    "flow",
    "voice",
    "speed",
    "language",
    "greeting",
    "apology",
    "farewell",
    "record",
    "max_duration",
    "silence",
    "nudges",
    "temperature",
    "prompt",
    "guesses",
    "no_silence",
    "stalled",
)
_LISTS = ["models", "recognisers", "voice_providers", "voices", "languages", "fillers"]


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("draft", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "agent_versions",
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("restores", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_agent_versions_agent_id_agents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "number", name=op.f("pk_agent_versions")),
    )
    fields: list[sa.ColumnClause[object]] = [sa.column(name) for name in _PLAIN] + [
        sa.column(name, sa.JSON()) for name in _LISTS
    ]
    agents = sa.table("agents", sa.column("id"), sa.column("tenant_id"), *fields)
    kept = {
        "number": 1,
        "note": "as it was before there were versions",
        "created": time.time(),
        "created_by": "",
        "restores": 0,
    }
    for row in op.get_bind().execute(sa.select(agents)).mappings().all():
        form = {name: row[name] for name in (*_PLAIN, *_LISTS)} | {"record": bool(row["record"])}
        op.execute(_VERSIONS.insert().values(agent_id=row["id"], tenant_id=row["tenant_id"], form=form, **kept))
    with op.batch_alter_table("voice_calls") as table:
        table.add_column(sa.Column("agent_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("voice_calls") as table:
        table.drop_column("agent_version")
    op.drop_table("agent_versions")
    with op.batch_alter_table("agents") as table:
        table.drop_column("draft")
        table.drop_column("version")

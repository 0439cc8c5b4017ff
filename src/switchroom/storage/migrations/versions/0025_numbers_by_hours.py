"""numbers by business hours, and queues"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


_NUMBERS = sa.table("numbers", sa.column("id"), sa.column("agent_id"), sa.column("answers", sa.JSON()))


def _named(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "name", name=f"uq_{table}_name"),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"])


def upgrade() -> None:
    _named("business_hours")
    _named("queues")
    with op.batch_alter_table("numbers") as table:
        for name, size in (("label", 200), ("country", 2), ("kind", 32)):
            table.add_column(sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
        table.add_column(sa.Column("trunk_id", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("hours_id", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
    for number, agent in op.get_bind().execute(sa.select(_NUMBERS.c.id, _NUMBERS.c.agent_id)).all():
        answers = {"open": f"agent:{agent}"}
        op.execute(_NUMBERS.update().where(_NUMBERS.c.id == number).values(answers=answers))
    with op.batch_alter_table("numbers") as table:
        table.drop_index(op.f("ix_numbers_agent_id"))
        table.drop_constraint(op.f("fk_numbers_agent_id_agents"), type_="foreignkey")
        table.drop_column("agent_id")


def downgrade() -> None:
    with op.batch_alter_table("numbers") as table:
        table.add_column(sa.Column("agent_id", sa.String(length=64), nullable=False, server_default=""))
    for number, answers in op.get_bind().execute(sa.select(_NUMBERS.c.id, _NUMBERS.c.answers)).all():
        kind, _, agent = answers.get("open", "").partition(":")
        mine = _NUMBERS.c.id == number
        op.execute(
            _NUMBERS.update().where(mine).values(agent_id=agent) if kind == "agent" else _NUMBERS.delete().where(mine)
        )
    with op.batch_alter_table("numbers") as table:
        table.create_foreign_key(op.f("fk_numbers_agent_id_agents"), "agents", ["agent_id"], ["id"])
        table.create_index(op.f("ix_numbers_agent_id"), ["agent_id"])
        for name in ("label", "country", "kind", "trunk_id", "hours_id", "answers"):
            table.drop_column(name)
    op.drop_table("queues")
    op.drop_table("business_hours")

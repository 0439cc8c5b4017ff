"""turn latency"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("turns") as table:
        table.add_column(sa.Column("latency", sa.Float(), nullable=True))
        table.add_column(sa.Column("shares", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("guesses", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("adopted", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("wasted", sa.Integer(), nullable=False, server_default="0"))
        table.create_index(op.f("ix_turns_tenant_id_replied"), ["tenant_id", "replied"])


def downgrade() -> None:
    with op.batch_alter_table("turns") as table:
        table.drop_index(op.f("ix_turns_tenant_id_replied"))
        for name in ("latency", "shares", "guesses", "adopted", "wasted"):
            table.drop_column(name)

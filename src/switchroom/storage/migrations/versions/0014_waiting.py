"""what an agent does while it is awaited"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.add_column(sa.Column("guesses", sa.Integer(), nullable=False, server_default="3"))
        table.add_column(sa.Column("no_silence", sa.Float(), nullable=False, server_default="1.2"))
        table.add_column(sa.Column("stalled", sa.Float(), nullable=False, server_default="8.0"))
        table.add_column(sa.Column("fillers", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("agents") as table:
        for name in ("guesses", "no_silence", "stalled", "fillers"):
            table.drop_column(name)

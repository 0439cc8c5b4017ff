"""agent providers"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LISTS = ("models", "recognisers", "voice_providers", "languages")


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        for name in _LISTS:
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("voices", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("temperature", sa.Float(), nullable=True))
        table.add_column(sa.Column("prompt", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("agents") as table:
        for name in (*_LISTS, "voices", "temperature", "prompt"):
            table.drop_column(name)

"""the processes of an installation"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engines",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("sip", sa.String(255), nullable=False, server_default=""),
        sa.Column("web", sa.String(255), nullable=False, server_default=""),
        sa.Column("started", sa.Float(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("most", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("draining", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("lost", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_engines"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    with op.batch_alter_table("voice_calls") as table:
        table.add_column(sa.Column("engine", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("voice_calls") as table:
        table.drop_column("engine")
    op.drop_table("leases")
    op.drop_table("engines")

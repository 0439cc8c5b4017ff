"""trunks"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trunks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("inbound_user", sa.String(length=128), nullable=True),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunks")),
        sa.UniqueConstraint("tenant_id", "name", name="uq_trunks_name"),
        sa.UniqueConstraint("inbound_user", name=op.f("uq_trunks_inbound_user")),
    )
    op.create_index(op.f("ix_trunks_tenant_id"), "trunks", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("trunks")

"""voicemails"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voicemails",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("at", sa.Float(), nullable=False, server_default="0"),
        sa.Column("path", sa.String(length=500), nullable=False, server_default=""),
        sa.Column("duration", sa.Float(), nullable=False, server_default="0"),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("why", sa.String(length=16), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemails")),
    )
    op.create_index(op.f("ix_voicemails_tenant_id_id"), "voicemails", ["tenant_id", "id"])
    op.create_index(op.f("ix_voicemails_call_id"), "voicemails", ["call_id"])


def downgrade() -> None:
    op.drop_table("voicemails")

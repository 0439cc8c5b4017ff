"""answers that are kept for requests sent again, and what was given along with calls"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("began", sa.Float(), nullable=False),
        sa.Column("attempt", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("body", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_tenant_id_began"), "idempotency_keys", ["tenant_id", "began"])
    with op.batch_alter_table("voice_calls") as table:
        table.add_column(sa.Column("metadata", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("voice_calls") as table:
        table.drop_column("metadata")
    op.drop_index(op.f("ix_idempotency_keys_tenant_id_began"), "idempotency_keys")
    op.drop_table("idempotency_keys")

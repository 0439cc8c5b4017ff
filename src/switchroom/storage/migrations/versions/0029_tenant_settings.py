"""what tenants inherit, and their logos"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("domain", sa.String(253), nullable=True),
        sa.Column("logo", sa.String(64), nullable=False, server_default=""),
        sa.Column("logo_type", sa.String(32), nullable=False, server_default=""),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tenant_settings_tenant_id_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_settings"),
        sa.UniqueConstraint("domain", name="uq_tenant_settings_domain"),
    )
    op.create_table(
        "tenant_logos",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tenant_logos_tenant_id_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_logos"),
    )


def downgrade() -> None:
    op.drop_table("tenant_logos")
    op.drop_table("tenant_settings")

"""voice models, what was used of them, and voice profiles"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_models",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("section", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "section", "name", name=op.f("pk_voice_models")),
    )
    op.create_table(
        "voice_model_usage",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("meter", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("units", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "month", "meter", "name", name=op.f("pk_voice_model_usage")),
    )
    op.create_table(
        "voice_profiles",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_profiles")),
        sa.UniqueConstraint("tenant_id", "name", name="uq_voice_profiles_name"),
    )
    op.create_index(op.f("ix_voice_profiles_tenant_id"), "voice_profiles", ["tenant_id"])


def downgrade() -> None:
    for table in ("voice_profiles", "voice_model_usage", "voice_models"):
        op.drop_table(table)

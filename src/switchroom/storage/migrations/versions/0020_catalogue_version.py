"""the count of the catalogue's writes"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "catalogue_version",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_catalogue_version")),
    )
    op.create_index(op.f("ix_catalogue_version_number"), "catalogue_version", ["number"])
    op.bulk_insert(table, [{"owner": "", "number": 1}])


def downgrade() -> None:
    op.drop_table("catalogue_version")

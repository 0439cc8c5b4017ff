"""the platform above all tenants"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PLATFORM = "tnt_platform"

tenants = sa.table(
    "tenants",
    sa.column("id", sa.String),
    sa.column("slug", sa.String),
    sa.column("name", sa.String),
    sa.column("kind", sa.String),
    sa.column("parent_id", sa.String),
    sa.column("brand", sa.JSON),
    sa.column("created", sa.Float),
)


def upgrade() -> None:
    op.add_column("tenants", sa.Column("kind", sa.String(16), nullable=False, server_default="tenant"))
    op.create_index("ix_tenants_parent_id", "tenants", ["parent_id"])
    taken = set(op.get_bind().scalars(sa.select(tenants.c.slug)))
    slug = next(name for name in ("platform", *(f"platform-{n}" for n in range(2, 1000))) if name not in taken)
    parents = set(op.get_bind().scalars(sa.select(tenants.c.parent_id).where(tenants.c.parent_id.is_not(None))))
    op.execute(tenants.update().where(tenants.c.id.in_(parents)).values(kind="reseller"))
    row = {"id": PLATFORM, "slug": slug, "name": "Switchroom", "kind": "platform", "brand": {}, "created": time.time()}
    op.bulk_insert(tenants, [row])
    above = tenants.c.parent_id.is_(None) & (tenants.c.id != PLATFORM)
    op.execute(tenants.update().where(above).values(parent_id=PLATFORM))


def downgrade() -> None:
    op.execute(tenants.update().where(tenants.c.parent_id == PLATFORM).values(parent_id=None))
    op.execute(tenants.delete().where(tenants.c.id == PLATFORM))
    op.drop_index("ix_tenants_parent_id", "tenants")
    op.drop_column("tenants", "kind")

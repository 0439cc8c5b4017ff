"""whose a passage is, and on PostgreSQL a policy on every table of tenants"""

import sqlalchemy as sa
from alembic import op

from switchroom.storage.row_security import release, secure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # plainly, not in a batch: a new table would lose the triggers that keep its index of words
    op.add_column("knowledge_passages", sa.Column("tenant_id", sa.String(64), nullable=False, server_default=""))
    op.execute(
        "UPDATE knowledge_passages SET tenant_id = (SELECT tenant_id FROM knowledge_documents "
        "WHERE knowledge_documents.id = knowledge_passages.document_id)"
    )
    secure(op.get_bind())


def downgrade() -> None:
    release(op.get_bind())
    op.drop_column("knowledge_passages", "tenant_id")

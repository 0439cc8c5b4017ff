"""words on postgresql"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżž"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzz"


def _lexemes(column: str) -> str:
    return f"to_tsvector('english', translate(lower({column}), '{_ACCENTED}', '{_PLAIN}'))"


_VECTOR = f"(setweight({_lexemes('heading')}, 'A') || setweight({_lexemes('text')}, 'B'))"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_knowledge_passages_words")
        op.execute(f"CREATE INDEX ix_knowledge_passages_words ON knowledge_passages USING gin ({_VECTOR})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_knowledge_passages_words")
        op.execute(
            "CREATE INDEX ix_knowledge_passages_words ON knowledge_passages "
            "USING gin (to_tsvector('simple', heading || ' ' || text))"
        )

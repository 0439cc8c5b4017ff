"""calls found by what was said in them, kept for as long as their tenant wants, and deleted for good"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_COLUMNS = 'call_id, sequence, tenant_id, turn, who, text, start, "end", interrupted, confidence'

_WORDS_OF_SQLITE = (
    "CREATE VIRTUAL TABLE transcripts_fts USING fts5(text, content='transcripts', content_rowid='number', "
    "tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER transcripts_fts_in AFTER INSERT ON transcripts BEGIN "
    "INSERT INTO transcripts_fts(rowid, text) VALUES (new.number, new.text); END",
    "CREATE TRIGGER transcripts_fts_out AFTER DELETE ON transcripts BEGIN "
    "INSERT INTO transcripts_fts(transcripts_fts, rowid, text) VALUES ('delete', old.number, old.text); END",
    "CREATE TRIGGER transcripts_fts_anew AFTER UPDATE ON transcripts BEGIN "
    "INSERT INTO transcripts_fts(transcripts_fts, rowid, text) VALUES ('delete', old.number, old.text); "
    "INSERT INTO transcripts_fts(rowid, text) VALUES (new.number, new.text); END",
    "INSERT INTO transcripts_fts(transcripts_fts) VALUES ('rebuild')",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
        for statement in _WORDS_OF_SQLITE:
            op.execute(statement)
    else:
        op.execute("ALTER TABLE transcripts DROP CONSTRAINT pk_transcripts")
        op.execute("ALTER TABLE transcripts ADD COLUMN number BIGSERIAL CONSTRAINT pk_transcripts PRIMARY KEY")
        op.execute("CREATE INDEX ix_transcripts_words ON transcripts USING gin (to_tsvector('simple', text))")
    op.create_index(op.f("ix_transcripts_call_id_sequence"), "transcripts", ["call_id", "sequence"], unique=True)
    for column in ("caller", "dialled"):
        op.create_index(op.f(f"ix_voice_calls_tenant_id_{column}"), "voice_calls", ["tenant_id", column])
    with op.batch_alter_table("voice_calls") as table:
        table.add_column(sa.Column("deleting", sa.Float(), nullable=True))
        table.add_column(sa.Column("deleted_by", sa.String(64), nullable=False, server_default=""))
    op.create_index(op.f("ix_voice_calls_deleting"), "voice_calls", ["deleting"])
    with op.batch_alter_table("recordings") as table:
        table.add_column(sa.Column("sha256", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "retention",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=True),
        sa.Column("transcripts", sa.Integer(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_retention")),
    )


def _rebuild() -> None:
    op.create_table(
        "transcripts_anew",
        sa.Column("number", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
    )
    op.execute(
        f"INSERT INTO transcripts_anew ({_COLUMNS}) SELECT {_COLUMNS} FROM transcripts ORDER BY call_id, sequence"  # noqa: S608
    )
    op.drop_table("transcripts")
    op.rename_table("transcripts_anew", "transcripts")


def downgrade() -> None:
    op.drop_table("retention")
    with op.batch_alter_table("recordings") as table:
        table.drop_column("sha256")
    op.drop_index(op.f("ix_voice_calls_deleting"), "voice_calls")
    with op.batch_alter_table("voice_calls") as table:
        table.drop_column("deleting")
        table.drop_column("deleted_by")
    for column in ("caller", "dialled"):
        op.drop_index(op.f(f"ix_voice_calls_tenant_id_{column}"), "voice_calls")
    op.drop_index(op.f("ix_transcripts_call_id_sequence"), "transcripts")
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("in", "out", "anew"):
            op.execute(f"DROP TRIGGER transcripts_fts_{trigger}")
        op.execute("DROP TABLE transcripts_fts")
        with op.batch_alter_table("transcripts") as table:
            table.drop_column("number")
            table.create_primary_key("pk_transcripts", ["call_id", "sequence"])
    else:
        op.execute("DROP INDEX ix_transcripts_words")
        op.execute("ALTER TABLE transcripts DROP COLUMN number")
        op.execute("ALTER TABLE transcripts ADD CONSTRAINT pk_transcripts PRIMARY KEY (call_id, sequence)")

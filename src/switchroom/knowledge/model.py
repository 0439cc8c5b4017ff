"""Tables of documents and their passages, and the index in which passages are found by words.

The index is SQLite's FTS5 over the passages themselves, kept by triggers, so whoever writes passages need not know of it;
PostgreSQL keeps one of its own (``by_words.py``).
``shelf`` is who may look there: an agent, or the tenant for all its agents. It is a column of the index, so a search never
touches what stands on others' shelves.
"""

from sqlalchemy import (
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.knowledge.by_words import POSTGRESQL_VECTOR
from switchroom.storage.db import Base


class DocumentRow(Base):
    """A document. ``digest`` is the SHA-256 of what was given, ``kind`` its media type."""

    __tablename__ = "knowledge_documents"
    __table_args__ = (UniqueConstraint("shelf", "title", name="uq_knowledge_documents_shelf_title"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    shelf: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    added: Mapped[float] = mapped_column(Float)


class PassageRow(Base):
    """A piece of a document. ``vector`` is its embedding by the model ``embedded_by``, float32, of length one; NULL without."""

    __tablename__ = "knowledge_passages"
    __table_args__ = (Index("ix_knowledge_passages_shelf_embedded_by", "shelf", "embedded_by"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    shelf: Mapped[str] = mapped_column(String(64))
    place: Mapped[int] = mapped_column(Integer)
    page: Mapped[int] = mapped_column(Integer)
    heading: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    embedded_by: Mapped[str] = mapped_column(String(200))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)


INDEX = (
    "CREATE VIRTUAL TABLE knowledge_fts USING fts5(shelf, heading, text, content='knowledge_passages', "
    "content_rowid='number', tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE TRIGGER knowledge_fts_in AFTER INSERT ON knowledge_passages BEGIN "
    "INSERT INTO knowledge_fts(rowid, shelf, heading, text) VALUES (new.number, new.shelf, new.heading, new.text); END",
    "CREATE TRIGGER knowledge_fts_out AFTER DELETE ON knowledge_passages BEGIN "
    "INSERT INTO knowledge_fts(knowledge_fts, rowid, shelf, heading, text) "
    "VALUES ('delete', old.number, old.shelf, old.heading, old.text); END",
)
"""What makes the index on SQLite."""

_POSTGRESQL_INDEX = f"CREATE INDEX ix_knowledge_passages_words ON knowledge_passages USING gin ({POSTGRESQL_VECTOR})"


def _create_index(_table: Table, connection: Connection, **_: object) -> None:
    for statement in INDEX if connection.dialect.name == "sqlite" else (_POSTGRESQL_INDEX,):
        connection.exec_driver_sql(statement)


event.listen(PassageRow.__table__, "after_create", _create_index)

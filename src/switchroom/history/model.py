"""Tables made from the journal alone: dropping them and reading the journal again gives the same rows.

Every column but the key has a default, because a row begins with whichever event is read first. What a peer sent has
no limit of length.
"""

from collections.abc import Mapping

from sqlalchemy import JSON, BigInteger, Boolean, Float, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.storage.db import Base


class CallRow(Base):
    """One call. ``ended``: nobody talks any more; ``closed``: and everything about it has been written."""

    __tablename__ = "voice_calls"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "closed"),
        Index(None, "tenant_id", "caller"),
        Index(None, "tenant_id", "dialled"),
        Index(None, "deleting"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    agent_id: Mapped[str] = mapped_column(String(64), server_default="")
    direction: Mapped[str] = mapped_column(String(16), server_default="inbound")
    source: Mapped[str] = mapped_column(String(32), server_default="")
    caller: Mapped[str] = mapped_column(Text, server_default="")
    caller_name: Mapped[str] = mapped_column(Text, server_default="")
    dialled: Mapped[str] = mapped_column(Text, server_default="")
    peer: Mapped[str] = mapped_column(Text, server_default="")
    flow: Mapped[str] = mapped_column(String(500), server_default="")
    flow_version: Mapped[int] = mapped_column(Integer, server_default="0")
    agent_version: Mapped[int] = mapped_column(Integer, server_default="0")
    engine: Mapped[str] = mapped_column(String(64), server_default="")
    state: Mapped[str] = mapped_column(String(16), server_default="offered")
    started: Mapped[float | None] = mapped_column(Float)
    connected: Mapped[float | None] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    closed: Mapped[float | None] = mapped_column(Float)
    duration: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(String(32), server_default="")
    error: Mapped[str] = mapped_column(String(64), server_default="")
    message: Mapped[str] = mapped_column(Text, server_default="")
    given: Mapped[Mapping[str, str]] = mapped_column("metadata", JSON, server_default="{}")
    deleting: Mapped[float | None] = mapped_column(Float)
    """Since when it is being deleted: nobody sees it any more."""
    deleted_by: Mapped[str] = mapped_column(String(64), server_default="")


class TranscriptRow(Base):
    """One thing that was said and heard; ``start`` and ``end`` are seconds since the call was connected.

    ``number`` is what the index of words knows it by: SQLite's FTS5, kept by triggers, or an index of PostgreSQL.
    """

    __tablename__ = "transcripts"
    __table_args__ = (Index(None, "call_id", "sequence", unique=True),)

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(Integer)
    tenant_id: Mapped[str] = mapped_column(String(64))
    turn: Mapped[int] = mapped_column(Integer)
    who: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    start: Mapped[float] = mapped_column(Float)
    end: Mapped[float] = mapped_column(Float)
    interrupted: Mapped[bool] = mapped_column(Boolean)
    confidence: Mapped[float | None] = mapped_column(Float)


class TurnRow(Base):
    """One caller's turn and its reply, with how long each part took."""

    __tablename__ = "turns"
    __table_args__ = (Index(None, "tenant_id", "replied"),)

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    turn: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64))
    started: Mapped[float | None] = mapped_column(Float)
    committed: Mapped[float | None] = mapped_column(Float)
    replied: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str] = mapped_column(Text, server_default="")
    heard: Mapped[str] = mapped_column(Text, server_default="")
    waited: Mapped[float | None] = mapped_column(Float)
    interrupted: Mapped[bool] = mapped_column(Boolean, server_default=false())
    timings: Mapped[Mapping[str, float]] = mapped_column(JSON, server_default="{}")
    latency: Mapped[float | None] = mapped_column(Float)
    shares: Mapped[Mapping[str, float]] = mapped_column(JSON, server_default="{}")
    guesses: Mapped[int] = mapped_column(Integer, server_default="0")
    adopted: Mapped[bool] = mapped_column(Boolean, server_default=false())
    wasted: Mapped[int] = mapped_column(Integer, server_default="0")


class VoicemailRow(Base):
    """A message that a caller left; ``path`` is its file, the caller alone, empty if none is kept."""

    __tablename__ = "voicemails"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(String(64), server_default="", index=True)
    at: Mapped[float] = mapped_column(Float, server_default="0")
    path: Mapped[str] = mapped_column(String(500), server_default="")
    duration: Mapped[float] = mapped_column(Float, server_default="0")
    text: Mapped[str] = mapped_column(Text, server_default="")
    why: Mapped[str] = mapped_column(String(16), server_default="")


class RecordingRow(Base):
    """One file of sound: caller on the left, agent on the right."""

    __tablename__ = "recordings"

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), server_default="started")
    rate: Mapped[int] = mapped_column(Integer, server_default="0")
    duration: Mapped[float] = mapped_column(Float, server_default="0")
    size: Mapped[int] = mapped_column(Integer, server_default="0")
    message: Mapped[str] = mapped_column(Text, server_default="")
    sha256: Mapped[str] = mapped_column(String(64), server_default="")


class RetentionRow(Base):
    """For how many days a tenant keeps what; None: for ever. This is no part of the journal."""

    __tablename__ = "retention"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    recordings: Mapped[int | None] = mapped_column(Integer)
    transcripts: Mapped[int | None] = mapped_column(Integer)
    events: Mapped[int | None] = mapped_column(Integer)

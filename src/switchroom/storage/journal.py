"""The journal: every event that is not ephemeral, one row each, append-only, numbered in the order of commit.

A number that a reader has seen is never followed by a smaller one: SQLite has one writer, on PostgreSQL appending
takes a lock until the commit. So a reader's whole memory is one number, its cursor, kept in the transaction that
holds what it made of the events.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import TypeAlias

from sqlalchemy import JSON, BigInteger, Float, Index, Integer, String, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.events import catalogue
from switchroom.events.catalogue import Event
from switchroom.identity import CallId, EventId, TenantId
from switchroom.storage.db import Base, Database

Data: TypeAlias = Mapping[str, object]

_ENVELOPE = frozenset(field.name for field in fields(Event))
_TOPICS: Mapping[str, type[Event]] = {
    kind.topic: kind
    for kind in vars(catalogue).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind.topic and not kind.ephemeral
}
_PAYLOADS: Mapping[type[Event], tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _ENVELOPE) for kind in _TOPICS.values()
}
_REQUIRED: Mapping[type[Event], frozenset[str]] = {
    kind: frozenset(
        field.name
        for field in fields(kind)
        if field.name not in _ENVELOPE and field.default is MISSING and field.default_factory is MISSING
    )
    for kind in _TOPICS.values()
}
_APPENDING = 0x53574A4C  # the key of PostgreSQL's advisory lock


class JournalRow(Base):
    """One event as stored."""

    __tablename__ = "call_events"
    __table_args__ = (
        Index(None, "call_id", "sequence"),
        {"sqlite_autoincrement": True},  # a number is never given twice, even after rows were deleted
    )

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(Integer)
    topic: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[float] = mapped_column(Float)
    data: Mapped[Data] = mapped_column(JSON)


class CursorRow(Base):
    """How far a reader has come."""

    __tablename__ = "journal_cursors"

    reader: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


async def cursor_of(session: AsyncSession, reader: str) -> int:
    """Return the number of the last entry the reader has dealt with; 0 if it never read."""
    row = await session.get(CursorRow, reader)
    return 0 if row is None else row.number


async def move_cursor(session: AsyncSession, reader: str, number: int) -> None:
    """Remember the reader's position, in the transaction that stores what it made of the entries."""
    await session.merge(CursorRow(reader=reader, number=number))


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as read. ``event`` is None if its topic, or a field it needs, is unknown to this version of the program."""

    number: int
    id: EventId
    tenant: TenantId
    call: CallId
    sequence: int
    topic: str
    version: int
    at: float
    data: Data
    event: Event | None


def encode(happened: Event) -> dict[str, object]:
    """Return the event as the values of a row."""
    kind = type(happened)
    return {
        "id": happened.id,
        "tenant_id": happened.tenant,
        "call_id": happened.call,
        "sequence": happened.sequence,
        "topic": kind.topic,
        "version": kind.version,
        "at": happened.at,
        "data": {name: _plain(getattr(happened, name)) for name in _PAYLOADS[kind]},
    }


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def decode(row: JournalRow) -> Entry:
    """Return the row as an entry; fields that the event no longer has are left in ``data`` only."""
    kind = _TOPICS.get(row.topic)
    happened = None
    if kind is not None and row.data.keys() >= _REQUIRED[kind]:
        known = {name: row.data[name] for name in _PAYLOADS[kind] if name in row.data}
        happened = kind(
            id=EventId(row.id),
            tenant=TenantId(row.tenant_id),
            call=CallId(row.call_id),
            sequence=row.sequence,
            at=row.at,
            **known,
        )
    return Entry(
        row.number,
        EventId(row.id),
        TenantId(row.tenant_id),
        CallId(row.call_id),
        row.sequence,
        row.topic,
        row.version,
        row.at,
        row.data,
        happened,
    )


class Journal:
    """Appends to the journal, reads it, and wakes who waits for more."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._more = asyncio.Event()

    async def write(self, events: Sequence[Event]) -> None:
        """Store ``events`` in a transaction of their own. Safe to repeat: an event that is already there is left alone."""
        async with self.database.transaction() as session:
            await self.append(session, events)

    async def append(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Store ``events`` together with what else the session changes; readers wake when it commits."""
        rows = [encode(happened) for happened in events if not happened.ephemeral]
        if not rows:
            return
        if self.database.sqlite:
            await session.execute(sqlite.insert(JournalRow).on_conflict_do_nothing(index_elements=["id"]), rows)
        else:
            await session.execute(text(f"SELECT pg_advisory_xact_lock({_APPENDING})"))
            await session.execute(postgresql.insert(JournalRow).on_conflict_do_nothing(index_elements=["id"]), rows)
        event.listen(session.sync_session, "after_commit", self._wake, once=True)

    def _wake(self, _session: object) -> None:
        self._more.set()
        self._more = asyncio.Event()

    async def after(self, number: int, *, most: int = 500, topics: Sequence[str] = ()) -> list[Entry]:
        """Return up to ``most`` entries whose number is greater than ``number``, in order."""
        query = select(JournalRow).where(JournalRow.number > number).order_by(JournalRow.number).limit(most)
        if topics:
            query = query.where(JournalRow.topic.in_(topics))
        async with self.database.snapshot() as session:
            return [decode(row) for row in await session.scalars(query)]

    async def of_call(self, call: CallId, *, after: int = 0, most: int = 5000) -> list[Entry]:
        """Return the entries of one call with a sequence greater than ``after``, in order."""
        query = (
            select(JournalRow)
            .where(JournalRow.call_id == call, JournalRow.sequence > after)
            .order_by(JournalRow.sequence, JournalRow.number)
            .limit(most)
        )
        async with self.database.snapshot() as session:
            return [decode(row) for row in await session.scalars(query)]

    async def last(self) -> int:
        """Return the greatest number so far; 0 if nothing was written yet."""
        async with self.database.snapshot() as session:
            return await session.scalar(select(func.max(JournalRow.number))) or 0

    async def wait(self, number: int, *, poll: float = 1.0) -> None:
        """Wait until there is something after ``number``. Safe to cancel.

        Appending through this object wakes at once; ``poll`` is how soon, in seconds, another process's events are noticed.
        """
        while True:
            more = self._more  # before looking: what is committed in between wakes us
            if await self.last() > number:
                return
            try:
                async with asyncio.timeout(poll):
                    await more.wait()
            except TimeoutError:
                continue

"""The journal: every event that is not ephemeral, one row each, append-only, numbered in the order of commit.

A number that a reader has seen is never followed by a smaller one: SQLite has one writer, on PostgreSQL a commit that
appends takes a lock first. So a reader's whole memory is one number, its cursor, kept in the transaction that
holds what it made of the events.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from math import isfinite
from typing import TypeAlias

from sqlalchemy import JSON, BigInteger, CursorResult, Float, Index, Integer, String, event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.errors import Conflict
from switchroom.events.catalogue import Event
from switchroom.events.topics import TOPICS
from switchroom.identity import CallId, EventId, TenantId
from switchroom.storage.db import Base, Database, do_last, upsert
from switchroom.storage.scope import WHOLE_HOUSE

Data: TypeAlias = Mapping[str, object]

_ENVELOPE = frozenset(field.name for field in fields(Event))
_TOPICS: Mapping[str, type[Event]] = {topic: kind for topic, kind in TOPICS.items() if not kind.ephemeral}
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
POLL = 1.0
"""How soon, in seconds, a reader notices what another process stored; what its own process stores wakes it at once."""

APPENDING = 0x53574A4C  # the key of PostgreSQL's advisory lock
_WAITING = "journal"  # the key of a session's ``info`` that holds what it will append


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


class CursorMoved(Conflict):
    """Another process has dealt with these entries: what was made of them is to be forgotten, and the cursor read again."""

    code = "cursor_moved"


async def move_cursor(session: AsyncSession, reader: str, number: int, *, since: int | None = None) -> None:
    """Remember the reader's position, in the transaction that stores what it made of the entries.

    ``since`` is where the entries were read from. Raises CursorMoved if the cursor is not there any more, so that two processes
    that read at once count nothing twice; whoever calls this first in the transaction makes the other one wait instead.
    """
    if not since:
        await upsert(session, CursorRow, ("reader",), [{"reader": reader, "number": 0}], replace=False)
    where = CursorRow.reader == reader
    if since is not None:
        where &= CursorRow.number == since
    moved = await session.execute(update(CursorRow).where(where).values(number=number))
    if isinstance(moved, CursorResult) and moved.rowcount == 0:
        raise CursorMoved(f"the reader {reader!r} is not at {since} any more: another process reads too")


Stored: TypeAlias = tuple[int, str, str, str, int, str, int, float, Data]
"""The columns of a row, in order."""


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
    """Return what every database and JSON reader takes: peers send us text that is none."""
    match value:
        case str():
            return value if value.isascii() and "\0" not in value else _text(value)
        case None | bool() | int():
            return value
        case float():
            return value if isfinite(value) else None
        case Mapping():
            return {_text(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def decode(row: Stored) -> Entry:
    """Return the row as an entry; fields that the event no longer has are left in ``data`` only."""
    number, id_, tenant, call, sequence, topic, version, at, data = row
    envelope = (EventId(id_), TenantId(tenant), CallId(call))
    kind = _TOPICS.get(topic)
    happened = None
    if kind is not None and data.keys() >= _REQUIRED[kind]:
        known = {name: data[name] for name in _PAYLOADS[kind] if name in data}
        happened = kind(id=envelope[0], tenant=envelope[1], call=envelope[2], sequence=sequence, at=at, **known)
    return Entry(number, *envelope, sequence, topic, version, at, data, happened)


_STORED = select(
    JournalRow.number,
    JournalRow.id,
    JournalRow.tenant_id,
    JournalRow.call_id,
    JournalRow.sequence,
    JournalRow.topic,
    JournalRow.version,
    JournalRow.at,
    JournalRow.data,
)


class Journal:
    """Appends to the journal, reads it, and wakes who waits for more."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._more = asyncio.Event()
        self._written = asyncio.Event()

    async def write(self, events: Sequence[Event]) -> None:
        """Store ``events`` in a transaction of their own. Safe to repeat: an event that is already there is left alone."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            await self.append(session, events)

    async def append(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Store ``events`` together with what else the session changes; readers wake when it commits.

        They are written when it commits: the lock that puts them into order is then held for that moment only, and, taken last,
        never crosses another.
        """
        rows = [encode(happened) for happened in events if not happened.ephemeral]
        if not rows:
            return
        waiting: list[dict[str, object]] = session.info.setdefault(_WAITING, [])
        if not waiting:
            do_last(session, self._store)
        waiting += rows

    async def _store(self, session: AsyncSession) -> None:
        await session.flush()
        if not self.database.sqlite:
            await session.execute(text(f"SELECT pg_advisory_xact_lock({APPENDING})"))
        await upsert(session, JournalRow, ("id",), session.info.pop(_WAITING), replace=False)
        event.listen(session.sync_session, "after_commit", self._committed, once=True)

    def _committed(self, _session: object) -> None:
        self.wake()
        self._written.set()
        self._written = asyncio.Event()

    async def after(self, number: int, *, most: int = 500, topics: Sequence[str] = ()) -> list[Entry]:
        """Return up to ``most`` entries whose number is greater than ``number``, in order."""
        query = _STORED.where(JournalRow.number > number).order_by(JournalRow.number).limit(most)
        if topics:
            query = query.where(JournalRow.topic.in_(topics))
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            return [decode(row) for row in await session.execute(query)]

    async def of_call(self, call: CallId, *, after: int = 0, most: int = 5000) -> list[Entry]:
        """Return the entries of one call with a sequence greater than ``after``, in order."""
        query = (
            _STORED.where(JournalRow.call_id == call, JournalRow.sequence > after)
            .order_by(JournalRow.sequence, JournalRow.number)
            .limit(most)
        )
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            return [decode(row) for row in await session.execute(query)]

    async def last(self) -> int:
        """Return the greatest number so far; 0 if nothing was written yet."""
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            return await session.scalar(select(func.max(JournalRow.number))) or 0

    def next_commit(self) -> asyncio.Event:
        """Return what is set when there may be more to read next. Take it before looking for entries, then wait for it."""
        return self._more

    def next_write(self) -> asyncio.Event:
        """Return what is set when this object stores events next."""
        return self._written

    def wake(self) -> None:
        """Let readers look for entries: another process says that it has stored some."""
        self._more.set()
        self._more = asyncio.Event()

    async def follow(self, number: int, *, most: int = 500, poll: float = POLL) -> list[Entry]:
        """Return up to ``most`` entries after ``number``; wait until there is one. Safe to cancel."""
        while True:
            committed = self._more
            if entries := await self.after(number, most=most):
                return entries
            await within(poll, committed)


async def within(seconds: float, happened: asyncio.Event) -> None:
    """Wait for ``happened``, but no longer than ``seconds``. Safe to cancel."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await happened.wait()

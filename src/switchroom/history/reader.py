"""Keeps the rows of history up with the journal.

The cursor moves in the transaction that changes the rows, so every entry counts once, whatever breaks in between. At
start the calls that an earlier process left open are closed, in the journal, so that nothing is live that nobody
answers for.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.events.catalogue import CallFailed
from switchroom.history.fold import Changes, Rows
from switchroom.history.model import CallRow, RecordingRow, TranscriptRow, TurnRow, VoicemailRow
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.observability import get_logger
from switchroom.storage.db import Base, upsert
from switchroom.storage.journal import POLL, Entry, Journal, JournalRow, cursor_of, move_cursor, within
from switchroom.storage.scope import WHOLE_HOUSE

NAME = "history"
BATCH = 1000
RETRY = 1.0

log = get_logger(__name__)


class HistoryReader:
    """The one writer of history's tables."""

    def __init__(self, journal: Journal, *, linger: float = 0.25) -> None:
        self._journal = journal
        self._linger = linger
        self._cursor: int | None = None
        self._reading = asyncio.Lock()
        self._progress = asyncio.Event()

    async def run(self) -> None:
        """Follow the journal until cancelled. Entries gather for ``linger`` seconds, so that busy times cost few transactions."""
        while True:
            try:
                committed = self._journal.next_commit()
                await self.catch_up()
                await within(POLL, committed)
                await asyncio.sleep(self._linger)
            except SQLAlchemyError as error:
                log.warning("history cannot be written, trying again", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def catch_up(self) -> None:
        """Fold what the journal holds now. Safe to cancel."""
        async with self._reading:
            more = True
            while more:
                entries = await self._journal.after(await self._position(), most=BATCH)
                if entries:
                    await self._take(entries)
                more = len(entries) == BATCH

    async def caught_up(self) -> None:
        """Wait until ``run`` has folded everything that is in the journal now."""
        last = await self._journal.last()
        while (self._cursor or 0) < last:
            await self._progress.wait()

    async def recover(self, now: float) -> list[CallId]:
        """Close the calls that no process carries any more; return them. Call it once, before the first call is taken."""
        await self.catch_up()
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            left = list(await session.scalars(select(CallRow).where(CallRow.closed.is_(None))))
            for call in left:
                await self._journal.append(session, [await _abandoned(session, call, now)])
        await self.catch_up()
        return [CallId(call.id) for call in left]

    async def _position(self) -> int:
        if self._cursor is None:
            async with self._journal.database.snapshot(WHOLE_HOUSE) as session:
                self._cursor = await cursor_of(session, NAME)
        return self._cursor

    async def _take(self, entries: Sequence[Entry]) -> None:
        changes = Changes().fold(entry.event for entry in entries if entry.event is not None)
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            await _apply(session, CallRow, ("id",), changes.calls)
            await _apply(session, TranscriptRow, ("call_id", "sequence"), changes.transcripts)
            await _apply(session, TurnRow, ("call_id", "turn"), changes.turns)
            await _apply(session, RecordingRow, ("call_id", "path"), changes.recordings)
            await _apply(session, VoicemailRow, ("id",), changes.voicemails)
            await move_cursor(session, NAME, entries[-1].number)
        self._cursor = entries[-1].number
        self._progress.set()
        self._progress = asyncio.Event()


async def _abandoned(session: AsyncSession, call: CallRow, now: float) -> CallFailed:
    query = select(func.max(JournalRow.sequence), func.max(JournalRow.at)).where(JournalRow.call_id == call.id)
    sequence, last = (await session.execute(query)).one()
    return CallFailed(
        id=EventId(new_id("evt")),
        tenant=TenantId(call.tenant_id),
        call=CallId(call.id),
        sequence=sequence + 1,
        at=now,
        code="engine_restarted",
        message="the process that carried this call ended before the call did",
        duration=0.0 if call.connected is None else max(0.0, last - call.connected),
    )


async def _apply(session: AsyncSession, table: type[Base], key: tuple[str, ...], rows: Rows) -> None:
    """Insert or update the rows, those that set the same columns together."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for values, columns in rows.items():
        row = {**dict(zip(key, values, strict=True)), **columns}
        alike.setdefault(tuple(sorted(row)), []).append(row)
    for group in alike.values():
        await upsert(session, table, key, group)

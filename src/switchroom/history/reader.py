"""Keeps the rows of history up with the journal.

The cursor moves in the transaction that changes the rows, so every entry counts once, whatever breaks in between and however many
processes read.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.history.fold import Changes, Rows
from switchroom.history.forgetting import forget, silence
from switchroom.history.model import CallRow, RecordingRow, TranscriptRow, TurnRow, VoicemailRow
from switchroom.observability import get_logger
from switchroom.storage.db import Base, upsert
from switchroom.storage.journal import POLL, CursorMoved, Entry, Journal, cursor_of, move_cursor, within
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
                more = len(entries) == BATCH
                if entries:
                    more |= not await self._took(entries)

    async def caught_up(self) -> None:
        """Wait until ``run`` has folded everything that is in the journal now."""
        last = await self._journal.last()
        while (self._cursor or 0) < last:
            await self._progress.wait()

    async def _position(self) -> int:
        if self._cursor is None:
            async with self._journal.database.snapshot(WHOLE_HOUSE) as session:
                self._cursor = await cursor_of(session, NAME)
        return self._cursor

    async def _took(self, entries: Sequence[Entry]) -> bool:
        """Fold the entries; False if another process has folded some of them meanwhile."""
        try:
            await self._take(entries, await self._position())
        except CursorMoved:
            self._cursor = None
            return False
        self._cursor = entries[-1].number
        self._progress.set()
        self._progress = asyncio.Event()
        return True

    async def _take(self, entries: Sequence[Entry], since: int) -> None:
        changes = Changes().fold(entry.event for entry in entries if entry.event is not None)
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            await move_cursor(session, NAME, entries[-1].number, since=since)
            await _apply(session, CallRow, ("id",), changes.calls)
            await _apply(session, TranscriptRow, ("call_id", "sequence"), changes.transcripts)
            await _apply(session, TurnRow, ("call_id", "turn"), changes.turns)
            await _apply(session, RecordingRow, ("call_id", "path"), changes.recordings)
            await _apply(session, VoicemailRow, ("id",), changes.voicemails)
            await forget(session, changes.deleted)
            await silence(session, changes.silenced)


async def _apply(session: AsyncSession, table: type[Base], key: tuple[str, ...], rows: Rows) -> None:
    """Insert or update the rows, those that set the same columns together."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for values, columns in rows.items():
        row = {**dict(zip(key, values, strict=True)), **columns}
        alike.setdefault(tuple(sorted(row)), []).append(row)
    for group in alike.values():
        await upsert(session, table, key, group)

"""Closes, in the journal, the calls that nobody carries any more, so that nothing is live that nobody answers for.

What was journaled of such a call stays; a ``CallFailed`` follows it. Its id is made of the call's, so it is stored once however
many processes close.
"""

from collections.abc import Awaitable, Callable, Collection

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.events.catalogue import CallFailed
from switchroom.history.model import CallRow
from switchroom.history.reader import HistoryReader
from switchroom.identity import CallId, EventId, TenantId
from switchroom.storage.journal import Journal, JournalRow
from switchroom.storage.scope import WHOLE_HOUSE

Living = Callable[[AsyncSession], Awaitable[Collection[str]]]
"""Tells which engines are there."""

_RESTARTED = ("engine_restarted", "the process that carried this call ended before the call did")
_LOST = ("engine_lost", "the engine that carried this call fell silent, and the others go on without it")


class Closing:
    """Closes calls; ``reader`` is the one that folds them."""

    def __init__(self, journal: Journal, reader: HistoryReader) -> None:
        self._journal = journal
        self._reader = reader

    async def recover(self, now: float) -> list[CallFailed]:
        """Close every call, where one process carries them all, before it takes its first; return what was told of them."""
        return await self._close(true(), _RESTARTED, now)

    async def close_lost(self, living: Living, now: float) -> list[CallFailed]:
        """Close the calls of engines that are not there any more; return what was told of them."""
        await self._reader.catch_up()
        async with self._journal.database.snapshot(WHOLE_HOUSE) as session:
            there = await living(session)
            open_ = select(CallRow.engine).where(CallRow.closed.is_(None)).distinct()
            gone = set(await session.scalars(open_)) - set(there)
        if not gone:  # whoever has an open call here has entered before; whoever entered since has none of these
            return []
        return await self._close(CallRow.engine.in_(gone), _LOST, now)

    async def _close(self, which: ColumnElement[bool], why: tuple[str, str], now: float) -> list[CallFailed]:
        await self._reader.catch_up()  # what they wrote before they left may have ended some
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            left = list(await session.scalars(select(CallRow).where(CallRow.closed.is_(None), which)))
            told = [await _abandoned(session, call, why, now) for call in left]
            await self._journal.append(session, told)
        await self._reader.catch_up()
        return told


async def _abandoned(session: AsyncSession, call: CallRow, why: tuple[str, str], now: float) -> CallFailed:
    query = select(func.max(JournalRow.sequence), func.max(JournalRow.at)).where(JournalRow.call_id == call.id)
    sequence, last = (await session.execute(query)).one()
    code, message = why
    return CallFailed(
        id=EventId(f"evt_left_{call.id}"),
        tenant=TenantId(call.tenant_id),
        call=CallId(call.id),
        sequence=sequence + 1,
        at=now,
        code=code,
        message=message,
        duration=0.0 if call.connected is None else max(0.0, last - call.connected),
    )

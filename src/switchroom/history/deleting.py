"""Deleting calls for good: the sound first, then the rows, so that no sound is left that no row knows of.

    marked     nobody sees it any more, and it survives a crash of ours
    silent     its files are gone, here and in the store
    deleted    one transaction: the journal's words, the rows of history, and the event that says so

Whoever finds a marked call goes on where it was left. A call that goes on cannot be deleted.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.errors import Conflict, NotFound
from switchroom.events.catalogue import CallDeleted, RecordingDeleted
from switchroom.history import forgetting
from switchroom.history.model import CallRow, RecordingRow, VoicemailRow
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()


class Sounds(Protocol):
    """Where recordings are."""

    async def delete(self, key: str) -> None:
        """Remove one; one that is not there is fine. Raises Unavailable."""
        ...


class Deletions:
    """Deletes the calls of all tenants. ``folder`` is where recordings are written."""

    def __init__(self, journal: Journal, sounds: Sounds, folder: Path, wall: Callable[[], float]) -> None:
        self._journal = journal
        self._database = journal.database
        self._sounds = sounds
        self._folder = folder
        self._wall = wall

    async def delete(self, call: CallId, tenant: TenantId, by: str = "") -> None:
        """Delete a call; ``by`` nobody: its time is over.

        Raises NotFound, Conflict while it goes on, Unavailable if the sound cannot be deleted now: that is tried again.
        """
        async with self._database.transaction(tenant) as session:
            row = await session.get(CallRow, call)
            if row is None or row.tenant_id != tenant or row.deleting is not None:
                raise NotFound(f"there is no call {call}")
            if row.closed is None:
                raise Conflict(f"call {call} is {row.state}: hang it up first, then delete it", code="call_running")
            row.deleting, row.deleted_by = self._wall(), by
        await self._finish(call, tenant, by)

    async def resume(self) -> int:
        """Go on with what was left in the middle; return how many calls that were."""
        query = select(CallRow.id, CallRow.tenant_id, CallRow.deleted_by).where(CallRow.deleting.is_not(None))
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            left = list((await session.execute(query)).all())
        for call, tenant, by in left:
            await self._finish(CallId(call), TenantId(tenant), by)
        return len(left)

    async def silence(self, call: CallId, tenant: TenantId) -> None:
        """Delete the sound of a call, and keep the rest. Raises Unavailable."""
        await self._remove_sound(call, tenant)
        async with self._database.transaction(tenant) as session:
            await forgetting.silence(session, {call})
            event = RecordingDeleted(**await self._envelope(session, call, tenant))  # type: ignore[arg-type]
            await self._journal.append(session, [event])

    async def unsay(self, call: CallId, tenant: TenantId) -> None:
        """Delete the words of a call, and keep the rest."""
        async with self._database.transaction(tenant) as session:
            await forgetting.unsay(session, call)
            await forgetting.forget_words(session)

    async def _finish(self, call: CallId, tenant: TenantId, by: str) -> None:
        await self._remove_sound(call, tenant)
        async with self._database.transaction(tenant) as session:
            envelope = await self._envelope(session, call, tenant)
            event = CallDeleted(**envelope, by=by, why="asked" if by else "retention")  # type: ignore[arg-type]
            await forgetting.redact(session, call, forgetting.personal)
            await forgetting.forget(session, {call})
            await forgetting.forget_words(session)
            await self._journal.append(session, [event])
        await self._database.scrub()
        log.info("call deleted", call=call, tenant=tenant, by=by)

    async def _remove_sound(self, call: CallId, tenant: TenantId) -> None:
        async with self._database.snapshot(tenant) as session:
            found = [
                path
                for row in (RecordingRow, VoicemailRow)
                for path in await session.scalars(select(row.path).where(row.call_id == call, row.tenant_id == tenant))
            ]
        for path in filter(None, found):
            await self._sounds.delete(f"recordings/{tenant}/{Path(path).name}")
            await asyncio.to_thread(self._unlink, path, tenant)

    def _unlink(self, path: str, tenant: TenantId) -> None:
        folder = self._folder.resolve()
        for file in (Path(path), folder / path, folder / tenant / Path(path).name):
            if file.resolve().is_relative_to(folder):
                file.unlink(missing_ok=True)

    async def _envelope(self, session: AsyncSession, call: CallId, tenant: TenantId) -> dict[str, object]:
        sequence = await forgetting.last_sequence(session, call) + 1
        return {"id": EventId(new_id("evt")), "tenant": tenant, "call": call, "sequence": sequence, "at": self._wall()}

"""How sessions end before their time: in the rows, in the journal for other processes, and in memory for this one.

All of it belongs to the transaction of whoever has a reason to end them, so a new password without its sign-out is never stored.
"""

from collections.abc import Callable

from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.model import SessionRow, UserRow
from switchroom.accounts.revoked import Revoked
from switchroom.events.accounts import SessionEnd, SessionEnded, SignOut, UserSignedOut
from switchroom.events.catalogue import NO_CALL
from switchroom.identity import EventId, TenantId, new_id
from switchroom.storage.journal import Journal


class Endings:
    """Ends sessions of users."""

    def __init__(self, journal: Journal, revoked: Revoked, wall: Callable[[], float]) -> None:
        self._journal = journal
        self._revoked = revoked
        self._wall = wall

    async def session(self, session: AsyncSession, row: SessionRow, why: SessionEnd) -> None:
        """End one session."""
        row.ended = self._wall()
        ended = SessionEnded(
            id=EventId(new_id("evt")),
            tenant=TenantId(row.tenant_id),
            call=NO_CALL,
            sequence=0,
            at=row.ended,
            session=row.id,
            user=row.user_id,
            why=why,
        )
        await self._note(session, ended)

    async def user(self, session: AsyncSession, row: UserRow, why: SignOut) -> None:
        """Refuse every access token of a user, and end their sessions, which another role need not."""
        now = self._wall()
        row.generation, row.signed_out = row.generation + 1, now
        if why != "role":
            theirs = (SessionRow.user_id == row.id, SessionRow.ended.is_(None))
            await session.execute(update(SessionRow).where(*theirs).values(ended=now))
        ended = UserSignedOut(
            id=EventId(new_id("evt")),
            tenant=TenantId(row.tenant_id),
            call=NO_CALL,
            sequence=0,
            at=now,
            user=row.id,
            generation=row.generation,
            why=why,
        )
        await self._note(session, ended)

    async def _note(self, session: AsyncSession, ended: SessionEnded | UserSignedOut) -> None:
        await self._journal.append(session, [ended])
        event.listen(session.sync_session, "after_commit", lambda _session: self._revoked.take(ended), once=True)

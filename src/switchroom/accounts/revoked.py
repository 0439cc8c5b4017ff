"""Access tokens that are refused before they expire, in memory: a request asks here and no database.

Only what was ended within the life of an access token has to be known, so it is little, and it forgets by itself. What this
process ends is here when its transaction commits; what another process ended is in the journal and seen within POLL.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from switchroom.accounts.model import SessionRow, UserRow
from switchroom.accounts.tokens import LIFETIMES, Identity
from switchroom.errors import Denied
from switchroom.events.accounts import SessionEnded, UserSignedOut
from switchroom.storage.journal import POLL, Journal
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

_TOPICS = (SessionEnded.topic, UserSignedOut.topic)
_AT_ONCE = 500
_LONGEST = max(LIFETIMES.values())


class Revoked:
    """What was ended of late."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._sessions: OrderedDict[str, float] = OrderedDict()  # when we heard of it, by session
        self._users: OrderedDict[str, tuple[float, int]] = OrderedDict()  # the same, and the generation that is good

    def check(self, who: Identity) -> None:
        """Raise Denied if the token that says so was made before its user signed out."""
        _, generation = self._users.get(who.user, (0.0, 0))
        if self.knows(who.session) or who.generation < generation:
            raise Denied("this session is over: log in again", code="signed_out")

    def knows(self, session: str) -> bool:
        """Return whether this session was ended of late."""
        return session in self._sessions

    def take(self, ended: SessionEnded | UserSignedOut) -> None:
        """Refuse what was ended from now on."""
        now = self._wall()
        match ended:
            case SessionEnded():
                self._sessions[ended.session] = now
            case UserSignedOut():
                _, known = self._users.pop(ended.user, (now, 0))
                self._users[ended.user] = (now, max(known, ended.generation))
        self._forget(now - _LONGEST)

    async def load(self, journal: Journal) -> int:
        """Learn what was ended before this process began; return how far the journal is read by that."""
        since, last = self._wall() - _LONGEST, await journal.last()
        async with journal.database.snapshot(WHOLE_HOUSE) as session:
            for ended in await session.scalars(select(SessionRow.id).where(SessionRow.ended > since)):
                self._sessions[ended] = self._wall()
            gone = select(UserRow.id, UserRow.generation).where(UserRow.signed_out > since)
            for user, generation in await session.execute(gone):
                self._users[user] = (self._wall(), generation)
        return last

    async def follow(self, journal: Journal, number: int) -> None:
        """Learn what other processes end, until cancelled. While the database is away what is known stays refused."""
        while True:
            await asyncio.sleep(POLL)
            try:
                number = await self.catch_up(journal, number)
            except SQLAlchemyError as error:
                log.warning("sessions that other processes ended could not be read", error=type(error).__name__)

    async def catch_up(self, journal: Journal, number: int) -> int:
        """Learn what the journal says after ``number``; return how far it is read."""
        while (last := await journal.last()) > number:
            entries = await journal.after(number, most=_AT_ONCE, topics=_TOPICS)
            for entry in entries:
                if isinstance(entry.event, SessionEnded | UserSignedOut):
                    self.take(entry.event)
            number = last if len(entries) < _AT_ONCE else entries[-1].number
        return number

    def _forget(self, before: float) -> None:
        while self._sessions and next(iter(self._sessions.values())) < before:
            self._sessions.popitem(last=False)
        while self._users and next(iter(self._users.values()))[0] < before:
            self._users.popitem(last=False)

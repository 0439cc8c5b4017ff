"""The postman: sends what is in the outbox, one mail after the other, and tries again what could not be sent.

    a try             makes of the mail
    is done           sent: emptied
    may work later    due again after 30 s, doubling to an hour; given up after TRIES
    can never work    given up: emptied, an event and a log line

A mail is taken by moving its ``due`` ahead by LEASE, so that two processes do not send it both; one that dies in the middle
leaves it to be sent again, rather twice than never. Its Message-ID stays the same.
"""

from collections.abc import Callable
from typing import Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from switchroom.errors import SwitchroomError
from switchroom.events.catalogue import NO_CALL
from switchroom.events.mail import MailGivenUp
from switchroom.identity import EventId, TenantId, new_id
from switchroom.mail.letters import Letter
from switchroom.mail.outbox import Outbox
from switchroom.mail.tables import MailRow
from switchroom.storage.journal import Journal, within
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

TRIES = 10
LEASE = 120.0
POLL = 5.0
_FIRST, _LONGEST = 30.0, 3600.0


class Carrier(Protocol):
    """Carries a mail out of the house."""

    async def send(self, mail: str, letter: Letter) -> None:
        """Send one; ``mail`` names it. Raises an error whose ``retryable`` says whether trying again makes sense."""


def pause(tries: int) -> float:
    """Return for how many seconds a mail rests after so many tries."""
    return min(_FIRST * 2.0 ** (tries - 1), _LONGEST)


class Postman:
    """Empties the outbox."""

    def __init__(self, journal: Journal, outbox: Outbox, carrier: Carrier, wall: Callable[[], float]) -> None:
        self._journal = journal
        self._database = journal.database
        self._outbox = outbox
        self._carrier = carrier
        self._wall = wall

    async def run(self) -> None:
        """Send what there is until cancelled."""
        while True:
            more = self._outbox.next_commit()
            try:
                await self.round()
            except SQLAlchemyError as error:
                log.warning("the outbox cannot be read, trying again", error=type(error).__name__)
            await within(POLL, more)

    async def round(self) -> int:
        """Try what is due; return how many mails were sent. Safe to cancel: what is in the midst is tried again."""
        sent = 0
        while (row := await self._take()) is not None:
            sent += await self._try(row)
        return sent

    async def _take(self) -> MailRow | None:
        now = self._wall()
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.scalar(select(MailRow).where(MailRow.due <= now).order_by(MailRow.due).limit(1))
            if row is None:
                return None
            mine = (MailRow.id == row.id, MailRow.due == row.due)
            taken = update(MailRow).where(*mine).values(due=now + LEASE, tries=row.tries + 1)
            got = await session.execute(taken.returning(MailRow.tries).execution_options(synchronize_session=False))
            tries = got.scalar_one_or_none()
            session.expunge(row)
        if tries is None:
            return await self._take()
        row.tries = tries
        return row

    async def _try(self, row: MailRow) -> bool:
        try:
            await self._carrier.send(row.id, self._outbox.opened(row))
        except SwitchroomError as error:
            if error.retryable and row.tries < TRIES:
                await self._set(row, due=self._wall() + pause(row.tries))
                log.warning("a mail could not be sent, trying again", mail=row.id, tries=row.tries, code=error.code)
            else:
                await self._give_up(row, error.code)
            return False
        await self._set(row, due=None, box="", outcome="sent")
        return True

    async def _set(self, row: MailRow, **values: object) -> None:
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await session.execute(update(MailRow).where(MailRow.id == row.id).values(**values))

    async def _give_up(self, row: MailRow, code: str) -> None:
        given_up = MailGivenUp(
            id=EventId(new_id("evt")),
            tenant=TenantId(row.tenant_id),
            call=NO_CALL,
            sequence=0,
            at=self._wall(),
            mail=row.id,
            occasion=row.occasion,
            code=code,
            tries=row.tries,
        )
        async with self._database.transaction(WHOLE_HOUSE) as session:
            done = update(MailRow).where(MailRow.id == row.id).values(due=None, box="", outcome=code)
            await session.execute(done)
            await self._journal.append(session, [given_up])
        log.error("a mail was given up", mail=row.id, occasion=row.occasion, tries=row.tries, code=code)

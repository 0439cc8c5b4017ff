"""The outbox: a mail is a row, written in the transaction of whatever it tells about, so neither is there without the other.

It holds a link that lets somebody in, so it is sealed, and emptied when it was sent.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.identity import TenantId, new_id
from switchroom.mail.letters import Letter, Occasion
from switchroom.mail.tables import MailRow
from switchroom.storage.vault import Vault


class Outbox:
    """Takes mail, and wakes who sends it."""

    def __init__(self, vault: Vault, wall: Callable[[], float]) -> None:
        self._vault = vault
        self._wall = wall
        self._more = asyncio.Event()

    def put(self, session: AsyncSession, tenant: TenantId, occasion: Occasion, letter: Letter) -> None:
        """Let a letter be sent once the session's transaction commits."""
        mail, now = new_id("mail"), self._wall()
        row = MailRow(
            id=mail,
            tenant_id=tenant,
            occasion=occasion,
            box=self._vault.seal(asdict(letter), mail),
            created=now,
            due=now,
            tries=0,
            outcome="",
        )
        session.add(row)
        event.listen(session.sync_session, "after_commit", self._wake, once=True)

    def opened(self, row: MailRow) -> Letter:
        """Return the letter of a row. Raises Unavailable if it was sealed under another secret."""
        return Letter(**self._vault.open(row.box, row.id))

    def next_commit(self) -> asyncio.Event:
        """Return what is set when this process has more to send. Take it before looking, then wait for it."""
        return self._more

    def _wake(self, _session: object) -> None:
        self._more.set()
        self._more = asyncio.Event()

"""Passwords that were forgotten: a link by mail, good for an hour and one use.

Whether there is anybody of that address is told to nobody: ``ask`` is called after the answer has been given, and what it counts
against a limit does not depend on it.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.endings import Endings
from switchroom.accounts.limiter import Limiter
from switchroom.accounts.links import digest, mint
from switchroom.accounts.model import PasswordResetRow, UserRow
from switchroom.accounts.post import Post
from switchroom.accounts.service import Accounts, User, as_user, normal, user_row
from switchroom.errors import Denied
from switchroom.identity import UserId
from switchroom.mail.letters import Language
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

LIFETIME = 3600.0


class Resets:
    """Gives new passwords to those who read their mail."""

    def __init__(self, database: Database, accounts: Accounts, endings: Endings, post: Post, secret: str) -> None:
        self._database = database
        self._accounts = accounts
        self._endings = endings
        self._post = post
        self._secret = secret
        self._emails = Limiter(free=3, lock=60.0)
        self._askers = Limiter(free=20, lock=60.0)
        self._addresses = Limiter(free=20)

    def admit(self, email: str, now: float, *, address: str) -> None:
        """Raise Limited for whoever asks too often, about one mailbox or from one address."""
        for limiter, key in ((self._askers, address), (self._emails, normal(email))):
            limiter.check(key, now)
            limiter.failed(key, now)

    async def ask(self, email: str, language: Language, now: float) -> None:
        """Send a link to whoever has this address, if anybody."""
        text = mint()
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.scalar(select(UserRow).where(UserRow.email == normal(email)))
            if row is None or not row.active:
                return
            old = (PasswordResetRow.user_id == row.id, PasswordResetRow.expires <= now)
            await session.execute(delete(PasswordResetRow).where(*old))
            reset = PasswordResetRow(
                digest=self._digest(text), tenant_id=row.tenant_id, user_id=row.id, expires=now + LIFETIME, used=None
            )
            session.add(reset)
            await self._post.put(session, row, "reset", language, f"/password-reset?token={text}")

    async def use(self, text: str, password: str, now: float, *, address: str, language: Language = "en") -> User:
        """Set a password by a link; all sessions end, and every other link. Raises Denied, Invalid, Limited."""
        self._addresses.check(address, now)
        hashed = await self._accounts.passwords.hash(password)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await self._whose(session, text, now)
            if row is None:
                self._addresses.failed(address, now)
                raise Denied("this link is good no longer: ask for another", code="bad_reset")
            row.password_hash = hashed
            theirs = update(PasswordResetRow).where(PasswordResetRow.user_id == row.id)
            await session.execute(theirs.values(used=now))
            await self._endings.user(session, row, "password")
            await self._post.put(session, row, "password_changed", language, "/login")
            return as_user(row)

    async def _whose(self, session: AsyncSession, text: str, now: float) -> UserRow | None:
        shown = await session.get(PasswordResetRow, self._digest(text), with_for_update=True)
        if shown is None or shown.used is not None or now >= shown.expires:
            return None
        row = await user_row(session, UserId(shown.user_id))
        return row if row.active else None

    def _digest(self, text: str) -> str:
        return digest(text, "reset", self._secret)

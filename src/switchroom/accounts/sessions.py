"""Sessions: what begins with a login and lives as long as its refresh tokens are exchanged in time.

    a refresh token is        and its session is  gives
    not used                  good                the next token; it is used from now on
    used less than GRACE ago  good, and the next  the same next token once more: a double click, a second tab, a lost answer
                              token is not used
    used, otherwise           good                nothing: somebody has a copy, so the session ends
    any                       ended or expired    nothing
    unknown                   -                   nothing

The next token is made from the one before it, so that it can be given twice though only digests of tokens are stored; and whoever
copied a token within GRACE is found out when it, or the other's next one, is shown again.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.audit import Deed
from switchroom.accounts.endings import Endings
from switchroom.accounts.limiter import Limiter
from switchroom.accounts.model import RefreshTokenRow, SessionRow, UserRow
from switchroom.accounts.service import Accounts, User, as_user, user_row
from switchroom.errors import Denied
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

LIFETIME = 7 * 86_400.0
"""Seconds in which a refresh token has to be exchanged."""
GRACE = 10.0
"""Seconds in which a token may be shown again by a client that has lost, or not yet seen, the answer."""
PREFIX = "rt_"

Verdict = Literal["rotate", "repeat", "reuse", "over"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user, and what they prove it with from now on."""

    user: User
    session: str
    access: str
    refresh: str


class Sessions:
    """The sessions of all users."""

    def __init__(
        self, database: Database, accounts: Accounts, endings: Endings, secret: str, wall: Callable[[], float]
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._endings = endings
        self._key = hmac.new(secret.encode(), b"switchroom/refresh", hashlib.sha256).digest()
        self._wall = wall
        self._addresses = Limiter(free=20)

    async def begin(self, user: User) -> SignedIn:
        """Begin a session of somebody who has proved who they are."""
        now, text = self._wall(), PREFIX + secrets.token_urlsafe(32)
        row = SessionRow(
            id=new_id("ses"), tenant_id=user.tenant, user_id=user.id, created=now, expires=now + LIFETIME, ended=None
        )
        async with self._database.transaction(WHOLE_HOUSE) as session:
            over = delete(SessionRow).where(SessionRow.user_id == user.id, SessionRow.expires < now - LIFETIME)
            await session.execute(over)
            session.add(row)
            await session.flush()
            session.add(self._token(row, text, now))
        return self._signed_in(user, row.id, text)

    async def refresh(self, text: str, *, address: str) -> SignedIn:
        """Exchange a refresh token. Raises Denied if it is good no longer, Limited while ``address`` is locked out."""
        now = self._wall()
        self._addresses.check(address, now)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            found = await self._find(session, text)
            user = None if found is None else await user_row(session, UserId(found[1].user_id))
            given = None if found is None or user is None else await self._exchange(session, text, found, user, address)
        if given is None:
            self._addresses.failed(address, now)
            raise Denied("this refresh token is good no longer: log in again", code="bad_token")
        return given

    async def end(self, session_id: str) -> None:
        """End one session; one that is over or unknown is left alone."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.get(SessionRow, session_id)
            if row is not None and row.ended is None:
                await self._endings.session(session, row, "logout")

    async def end_with(self, text: str) -> None:
        """End the session that a refresh token is of; nothing happens for one that is unknown."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            found = await self._find(session, text)
            if found is not None and found[1].ended is None:
                await self._endings.session(session, found[1], "logout")

    async def end_all(self, user: UserId) -> None:
        """End every session of a user, and refuse every access token they have."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await self._endings.user(session, await user_row(session, user), "everywhere")

    async def _find(self, session: AsyncSession, text: str) -> tuple[RefreshTokenRow, SessionRow] | None:
        """Return a token and its session, which nobody else writes until the transaction ends."""
        shown = await session.get(RefreshTokenRow, self._digest(text))
        if shown is None:
            return None
        of = await session.get(SessionRow, shown.session_id, with_for_update=True)
        await session.refresh(shown)  # who had the session before us may have used it
        return None if of is None else (shown, of)

    async def _exchange(
        self, session: AsyncSession, text: str, found: tuple[RefreshTokenRow, SessionRow], user: UserRow, address: str
    ) -> SignedIn | None:
        now, (shown, of), following = self._wall(), found, self._next(text)
        successor = await session.get(RefreshTokenRow, self._digest(following))
        match judge(shown, of, now, last=successor is None or successor.used is None):
            case "rotate" if user.active:
                shown.used, of.expires = now, now + LIFETIME
                session.add(self._token(of, following, now))
            case "repeat" if user.active:
                pass
            case "reuse":
                await self._endings.session(session, of, "reuse")
                reused = Deed(TenantId(of.tenant_id), "session.reused", of.id, user.id, "user")
                self._accounts.audit.add(session, replace(reused, outcome="refused", address=address))
                return None
            case "over" | "rotate" | "repeat":
                return None
            case verdict:
                assert_never(verdict)
        return self._signed_in(as_user(user), of.id, following)

    def _signed_in(self, user: User, session: str, text: str) -> SignedIn:
        return SignedIn(user, session, self._accounts.token(user, session=session), text)

    def _token(self, of: SessionRow, text: str, now: float) -> RefreshTokenRow:
        return RefreshTokenRow(
            digest=self._digest(text), tenant_id=of.tenant_id, session_id=of.id, expires=now + LIFETIME, used=None
        )

    def _next(self, text: str) -> str:
        made = hmac.new(self._key, b"next/" + text.encode(), hashlib.sha256).digest()
        return PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, b"digest/" + text.encode(), hashlib.sha256).hexdigest()


def judge(shown: RefreshTokenRow, of: SessionRow, now: float, *, last: bool) -> Verdict:
    """Return what becomes of a token that is shown; ``last`` says that its next one was not used."""
    if of.ended is not None or now >= shown.expires:
        return "over"
    if shown.used is None:
        return "rotate"
    return "repeat" if last and now - shown.used < GRACE else "reuse"

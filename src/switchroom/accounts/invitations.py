"""Invitations: somebody becomes a user of a tenant by a link that was sent to them.

    an invitation is   until
    open               it is accepted, revoked or seven days old; sent again, it has a new link and seven new days
    accepted, revoked  for ever: its link is good for nothing

A link counts once. That an address has a login in another organisation is told to nobody but who holds the link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.limiter import Limiter
from switchroom.accounts.links import digest, mint
from switchroom.accounts.model import InvitationRow, TenantRow, UserRow
from switchroom.accounts.post import Post
from switchroom.accounts.registration import address_of
from switchroom.accounts.service import Accounts, User, as_user
from switchroom.accounts.tokens import Role
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.identity import TenantId, UserId, new_id
from switchroom.mail.letters import Language
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

LIFETIME = 7 * 86_400.0
State = Literal["open", "accepted", "revoked", "expired"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation, without its link."""

    id: str
    tenant: TenantId
    email: str
    name: str
    role: Role
    language: Language
    state: State
    invited_by: UserId
    created: float
    expires: float


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is to be invited, and as what."""

    email: str
    name: str
    role: Role
    language: Language = "en"


class Invitations:
    """The invitations of all tenants; every method that takes a tenant sees that tenant's alone."""

    def __init__(
        self, database: Database, accounts: Accounts, post: Post, secret: str, wall: Callable[[], float]
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._post = post
        self._secret = secret
        self._wall = wall
        self._addresses = Limiter(free=20)

    async def create(self, tenant: TenantId, guest: Guest, by: UserId) -> Invitation:
        """Invite somebody. Raises Conflict if they are here, or invited, already; Invalid."""
        email, name, text, now = address_of(guest.email), guest.name.strip(), mint(), self._wall()
        if len(name) > 200:
            raise Invalid("name: at most 200 characters")
        row = InvitationRow(
            id=new_id("inv"),
            tenant_id=tenant,
            email=email,
            name=name,
            role=guest.role,
            language=guest.language,
            digest=self._digest(text),
            invited_by=by,
            created=now,
            expires=now + LIFETIME,
        )
        async with self._database.transaction(tenant) as session:
            await _not_here_yet(session, tenant, email, now)
            session.add(row)
            await self._send(session, row, text)
        return _invitation(row, now)

    async def all(self, tenant: TenantId, *, limit: int, cursor: str | None) -> tuple[list[Invitation], str | None]:
        """Return a page of the tenant's invitations, newest first, and where the next begins."""
        now = self._wall()
        query = select(InvitationRow).where(InvitationRow.tenant_id == tenant).order_by(InvitationRow.id.desc())
        if cursor is not None:
            query = query.where(InvitationRow.id < cursor)
        async with self._database.snapshot(tenant) as session:
            found = [_invitation(row, now) for row in await session.scalars(query.limit(limit + 1))]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    async def resend(self, invitation: str, tenant: TenantId) -> Invitation:
        """Send another link and seven more days; the old link is good no longer. Raises NotFound, Conflict."""
        text, now = mint(), self._wall()
        async with self._database.transaction(tenant) as session:
            row = await _find(session, invitation, tenant)
            if row.accepted is not None or row.revoked is not None:
                raise Conflict(f"this invitation is {_state(row, now)}: make another")
            row.digest, row.expires = self._digest(text), now + LIFETIME
            await self._send(session, row, text)
            return _invitation(row, now)

    async def revoke(self, invitation: str, tenant: TenantId) -> Invitation:
        """Take an invitation back. Raises NotFound, Conflict if it was accepted."""
        now = self._wall()
        async with self._database.transaction(tenant) as session:
            row = await _find(session, invitation, tenant)
            if row.accepted is not None:
                raise Conflict("this invitation was accepted: deactivate the user instead")
            row.revoked = row.revoked or now
            return _invitation(row, now)

    async def shown(self, text: str, *, address: str) -> tuple[Invitation, str]:
        """Return the invitation of a link and the organisation's name. Raises Denied, Limited."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await self._open(session, text, address, lock=False)
            tenant = await session.get_one(TenantRow, row.tenant_id)
            return _invitation(row, self._wall()), tenant.name

    async def accept(self, text: str, name: str, password: str, *, address: str) -> User:
        """Become a user by a link. Raises Denied for a link that is not good, Conflict, Invalid, Limited."""
        hashed = await self._accounts.passwords.hash(password)
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                row = await self._open(session, text, address, lock=True)
                row.accepted = self._wall()
                user = _user(row, name.strip() or row.name or row.email, hashed)
                session.add(user)
        except IntegrityError as error:
            message = "this e-mail address has a login already: sign in with it, or be invited at another"
            raise Conflict(message, code="email_taken") from error
        return as_user(user)

    async def _open(self, session: AsyncSession, text: str, address: str, *, lock: bool) -> InvitationRow:
        now = self._wall()
        self._addresses.check(address, now)
        query = select(InvitationRow).where(InvitationRow.digest == self._digest(text))
        row = await session.scalar(query.with_for_update() if lock else query)
        if row is None or _state(row, now) != "open":
            self._addresses.failed(address, now)
            raise Denied("this invitation is good no longer: ask for another", code="bad_invitation")
        return row

    async def _send(self, session: AsyncSession, row: InvitationRow, text: str) -> None:
        path = f"/invitation?token={text}"
        await self._post.put(session, row, "invitation", cast("Language", row.language), path)

    def _digest(self, text: str) -> str:
        return digest(text, "invitation", self._secret)


async def _not_here_yet(session: AsyncSession, tenant: TenantId, email: str, now: float) -> None:
    here = select(UserRow.id).where(UserRow.tenant_id == tenant, UserRow.email == email)
    if await session.scalar(here):
        raise Conflict("they are a user here already", code="already_here")
    theirs = select(InvitationRow).where(InvitationRow.tenant_id == tenant, InvitationRow.email == email)
    if any(_state(row, now) == "open" for row in await session.scalars(theirs)):
        raise Conflict("they are invited already: send that invitation again", code="already_invited")


async def _find(session: AsyncSession, invitation: str, tenant: TenantId) -> InvitationRow:
    row = await session.get(InvitationRow, invitation)
    if row is None or row.tenant_id != tenant:
        raise NotFound(f"there is no invitation {invitation!r}")
    return row


def _state(row: InvitationRow, now: float) -> State:
    if row.accepted is not None:
        return "accepted"
    if row.revoked is not None:
        return "revoked"
    return "open" if now < row.expires else "expired"


def _user(row: InvitationRow, name: str, hashed: str) -> UserRow:
    return UserRow(
        id=new_id("usr"),
        tenant_id=row.tenant_id,
        email=row.email,
        name=name[:200],
        role=row.role,
        password_hash=hashed,
        pin=None,
        active=True,
        created=row.accepted,
        generation=0,
    )


def _invitation(row: InvitationRow, now: float) -> Invitation:
    role, language = cast("Role", row.role), cast("Language", row.language)
    tenant, by = TenantId(row.tenant_id), UserId(row.invited_by)
    state = _state(row, now)
    return Invitation(row.id, tenant, row.email, row.name, role, language, state, by, row.created, row.expires)

"""Registration: somebody makes an organisation of their own, if the installation lets strangers do that.

The tenant and its administrator are stored together or not at all. An address that has a login already is told so, because this
answers with a session and not by mail; how often one address may ask is limited.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from switchroom.accounts.limiter import Limiter
from switchroom.accounts.model import TenantRow, UserRow
from switchroom.accounts.service import Accounts, User, as_user, normal
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.errors import Conflict, Denied, Invalid
from switchroom.identity import new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who wants to have an organisation here."""

    organisation: str
    name: str
    email: str
    password: str


class Registration:
    """Makes organisations; ``open`` says whether anybody may."""

    def __init__(self, database: Database, accounts: Accounts, wall: Callable[[], float], *, open: bool) -> None:  # noqa: A002
        self._database = database
        self._accounts = accounts
        self._wall = wall
        self._open = open
        self._addresses = Limiter(free=10, lock=60.0)

    async def register(self, who: Newcomer, *, address: str) -> User:
        """Make an organisation and its administrator. Raises Denied if only invitations count, Conflict, Invalid, Limited."""
        if not self._open:
            message = "nobody can register here: ask an administrator for an invitation"
            raise Denied(message, code="registration_closed")
        now, email = self._wall(), address_of(who.email)
        self._addresses.check(address, now)
        self._addresses.failed(address, now)
        hashed = await self._accounts.passwords.hash(who.password)
        tenant = TenantRow(
            id=new_id("tnt"),
            slug=_slug(who.organisation),
            name=who.organisation.strip(),
            parent_id=PLATFORM,
            brand={},
            created=now,
        )
        user = UserRow(
            id=new_id("usr"),
            tenant_id=tenant.id,
            email=email,
            name=who.name.strip(),
            role="admin",
            password_hash=hashed,
            pin=None,
            active=True,
            created=now,
        )
        try:
            await self._add(tenant, user)
        except IntegrityError as error:
            raise Conflict("this e-mail address cannot be used: sign in, or use another", code="email_taken") from error
        return as_user(user)

    async def _add(self, tenant: TenantRow, user: UserRow) -> None:
        async with self._database.transaction(WHOLE_HOUSE) as session:
            if await session.scalar(select(TenantRow.id).where(TenantRow.slug == tenant.slug)):
                tenant.slug = f"{tenant.slug}-{secrets.token_hex(3)}"
            session.add(tenant)
            await session.flush()
            user.generation = 0
            session.add(user)


def address_of(email: str) -> str:
    """Return an e-mail address as it is stored. Raises Invalid for what is none."""
    email = normal(email)
    if not _ADDRESS.fullmatch(email):
        raise Invalid("email: an address such as ann@example.com")
    return email


def _slug(name: str) -> str:
    """Return the short name of an organisation."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-") or f"org-{secrets.token_hex(3)}"

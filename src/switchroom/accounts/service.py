"""Creating tenants and users, and finding out who somebody is.

A wrong password, a wrong name and a locked door are told apart by nobody outside: the first two take the same time
and say the same, the third is decided before anything is looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pwdlib import PasswordHash
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts import tokens
from switchroom.accounts.audit import Audit, Deed
from switchroom.accounts.limiter import Limiter
from switchroom.accounts.model import TenantRow, UserRow
from switchroom.accounts.passwords import Passwords
from switchroom.accounts.revoked import Revoked
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.accounts.tokens import Identity, Purpose, Role
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

PIN_LENGTH = range(4, 13)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer organisation."""

    id: TenantId
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login."""

    id: UserId
    tenant: TenantId
    email: str
    name: str
    role: Role
    generation: int = 0


class Accounts:
    """Tenants, users, passwords, PINs and tokens."""

    def __init__(
        self, database: Database, secret: str, wall: Callable[[], float], *, hasher: PasswordHash | None = None
    ) -> None:
        self._database = database
        self._secret = secret
        self._wall = wall
        self.passwords = Passwords(hasher)
        self.revoked = Revoked(wall)
        self.audit = Audit(database, wall)
        self._logins = Limiter(free=5)
        self._pins = Limiter(free=3)
        self._addresses = Limiter(free=50)  # one address trying many accounts

    async def create_tenant(self, slug: str, name: str) -> Tenant:
        """Add a tenant right below the platform. Raises Conflict if the slug is taken."""
        tenant = Tenant(TenantId(new_id("tnt")), slug, name)
        row = TenantRow(id=tenant.id, slug=slug, name=name, parent_id=PLATFORM, brand={}, created=self._wall())
        await self._add(row, f"there is a tenant {slug!r} already: choose another slug")
        return tenant

    async def create_user(self, tenant: TenantId, email: str, password: str, *, name: str, role: Role) -> User:
        """Add a user. Raises Conflict if the address is taken, Invalid if the password is too short."""
        email = normal(email)
        user = User(UserId(new_id("usr")), tenant, email, name, role)
        row = UserRow(
            id=user.id,
            tenant_id=tenant,
            email=email,
            name=name,
            role=role,
            password_hash=await self.passwords.hash(password),
            pin=None,
            active=True,
            created=self._wall(),
        )
        await self._add(row, f"there is a user {email} already: use another e-mail address")
        return user

    async def set_pin(self, user: UserId, pin: str | None) -> None:
        """Give the user a PIN, or take it away. Raises Conflict if somebody else has it: a PIN alone says who speaks."""
        if pin is not None and not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTH):
            raise Invalid("a PIN has 4 to 12 digits")
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                row = await user_row(session, user)
                row.pin = None if pin is None else tokens.pin_digest(pin, self._secret)
        except IntegrityError as error:
            raise Conflict("this PIN cannot be used: choose another") from error

    async def set_password(self, user: UserId, password: str) -> None:
        """Replace the user's password."""
        hashed = await self.passwords.hash(password)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            (await user_row(session, user)).password_hash = hashed

    async def log_in(self, email: str, password: str, *, address: str) -> User:
        """Return the user. Raises Denied if e-mail address or password is wrong, Limited while ``address`` is locked out."""
        email, now = normal(email), self._wall()
        key = f"{email} {address}"
        self._addresses.check(address, now)
        self._logins.check(key, now)
        row = await self._find(UserRow.email == email)
        right = await self.passwords.verify(password, None if row is None else row.password_hash)
        if row is None or not right or not row.active:
            lock = self._addresses.failed(address, now) + self._logins.failed(key, now)
            tenant, who = (PLATFORM, "") if row is None else (TenantId(row.tenant_id), row.id)  # as dear for nobody
            action = "login.locked" if lock else "login.failed"
            await self.audit.write(Deed(tenant, action, who, outcome="refused", address=address))
            raise Denied("e-mail address or password is wrong", code="bad_credentials")
        self._logins.succeeded(key)
        if renewed := await self.passwords.renewed(password, row.password_hash):
            await self._keep(row, renewed)
        return as_user(row)

    async def check_pin(self, pin: str, *, address: str) -> User:
        """Return whose PIN it is. Raises Denied if nobody's, Limited while ``address`` is locked out after three wrong ones."""
        now = self._wall()
        self._pins.check(address, now)
        row = await self._find(UserRow.pin == tokens.pin_digest(pin, self._secret))
        if row is None or not row.active:
            if self._pins.failed(address, now):
                await self.audit.write(Deed(PLATFORM, "pin.locked", outcome="refused", address=address))
            raise Denied("this PIN is wrong", code="bad_pin")
        self._pins.succeeded(address)
        return as_user(row)

    async def user(self, user: UserId) -> User:
        """Return the user. Raises NotFound."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            return as_user(await user_row(session, user))

    async def user_with(self, email: str) -> User:
        """Return the user of that e-mail address. Raises NotFound."""
        row = await self._find(UserRow.email == normal(email))
        if row is None:
            raise NotFound(f"there is no user {email}")
        return as_user(row)

    async def tenant(self, slug: str) -> Tenant:
        """Return the tenant of that slug. Raises NotFound."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await session.scalar(select(TenantRow).where(TenantRow.slug == slug))
        if row is None:
            raise NotFound(f"there is no tenant {slug!r}")
        return Tenant(TenantId(row.id), row.slug, row.name)

    def token(self, user: User, purpose: Purpose = "access", *, about: str = "", session: str = "") -> str:
        """Return a token that says who the user is, for one purpose; it ends with ``session``."""
        who = Identity(user.id, user.tenant, user.role, about, session=session, generation=user.generation)
        return tokens.issue(who, purpose, self._secret, self._wall())

    def identify(self, token: str, purpose: Purpose = "access") -> Identity:
        """Return who the token speaks of. Raises Denied, also for what was ended since it was made."""
        who = tokens.read(token, purpose, self._secret, self._wall())
        self.revoked.check(who)
        return who

    async def _add(self, row: TenantRow | UserRow, conflict: str) -> None:
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                session.add(row)
        except IntegrityError as error:
            raise Conflict(conflict) from error

    async def _find(self, condition: ColumnElement[bool]) -> UserRow | None:
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            return await session.scalar(select(UserRow).where(condition))

    async def _keep(self, row: UserRow, hashed: str) -> None:
        unchanged = (UserRow.id == row.id, UserRow.password_hash == row.password_hash)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await session.execute(update(UserRow).where(*unchanged).values(password_hash=hashed))


def normal(email: str) -> str:
    """Return an e-mail address as it is stored."""
    return email.strip().lower()


async def user_row(session: AsyncSession, user: UserId) -> UserRow:
    """Return the row of a user. Raises NotFound."""
    row = await session.get(UserRow, user)
    if row is None:
        raise NotFound(f"there is no user {user}")
    return row


def as_user(row: UserRow) -> User:
    """Return the user of a row."""
    who, role = UserId(row.id), cast("Role", row.role)
    return User(who, TenantId(row.tenant_id), row.email, row.name, role, row.generation)

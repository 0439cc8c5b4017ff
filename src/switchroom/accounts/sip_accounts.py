"""SIP accounts: whose telephones may register, as stored, and the phone book kept in step with it.

A password is made here, shown once, and kept only as its digests. Every write of this process is in the phone book before
the method that made it returns; what another process wrote (``switchroom sip-account``) is seen within ``LOOK_EVERY`` seconds.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.model import SipAccountRow, TenantRow, UserRow
from switchroom.accounts.passes import Pass, issue
from switchroom.accounts.phone_book import ALGORITHMS, SUFFIX, Digest, Entry, Home, PhoneBook, realm_of
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId, UserId, new_id
from switchroom.sip.authentication.digest import ha1
from switchroom.storage.db import Database, take_turn
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

LOOK_EVERY = 2.0
MOST_DEVICES = 10
DEVICES = 5

_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}")


@dataclass(frozen=True, slots=True)
class SipAccount:
    """Somebody whose telephones may register as ``name`` in ``realm``; ``domain`` is what they dial it by."""

    id: str
    tenant: TenantId
    name: str
    realm: str
    domain: str
    display_name: str = ""
    user: UserId | None = None
    digest: Digest = "MD5"
    devices: int = DEVICES
    disabled: bool = False
    created: float = 0.0

    @property
    def uri(self) -> str:
        """The address to register and to be called at."""
        return f"sip:{self.name}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with its password, which is not to be had again."""

    account: SipAccount
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What can be chosen about an account."""

    display_name: str = ""
    digest: Digest = "MD5"
    devices: int = DEVICES


class SipAccounts:
    """Every method that takes a tenant sees that tenant's accounts alone."""

    def __init__(self, database: Database, secret: str, wall: Callable[[], float]) -> None:
        self.book = PhoneBook(secret, wall)
        self._database = database
        self._secret = secret
        self._wall = wall
        self._stamp: tuple[object, ...] = ()
        self._writes = 0

    async def create(
        self, tenant: TenantId, name: str, wishes: Wishes | None = None, user: UserId | None = None
    ) -> Opened:
        """Add an account. Raises Invalid, NotFound, or Conflict if the tenant has one of that name or for that user."""
        name, wishes, password = name.strip().lower(), wishes or Wishes(), secrets.token_urlsafe(15)
        _check(name, wishes)
        home = await self._home(tenant)
        row = SipAccountRow(
            id=new_id("sip"),
            tenant_id=tenant,
            user_id=user,
            name=name,
            display_name=wishes.display_name,
            digest=wishes.digest,
            devices=wishes.devices,
            disabled=False,
            created=self._wall(),
            **_digests(name, home.realm, password),
        )
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                row.changed = await self._now(session)
                session.add(row)
        except IntegrityError as error:
            raise Conflict(f"{home.realm} has a SIP account {name!r} already, or that user has one") from error
        self._wrote(home, row)
        return Opened(_account(row, home), password)

    async def all(self, tenant: TenantId) -> list[SipAccount]:
        """Return the tenant's accounts by name."""
        query = select(SipAccountRow).where(SipAccountRow.tenant_id == tenant).order_by(SipAccountRow.name)
        home = await self._home(tenant)
        async with self._database.snapshot(tenant) as session:
            return [_account(row, home) for row in await session.scalars(query)]

    async def get(self, account: str, tenant: TenantId) -> SipAccount:
        """Return one account, by its id or its name. Raises NotFound."""
        home = await self._home(tenant)
        async with self._database.snapshot(tenant) as session:
            return _account(await _find(session, account, tenant), home)

    async def change(self, account: str, tenant: TenantId, wishes: Wishes) -> SipAccount:
        """Change what can be chosen. Raises NotFound, Invalid."""

        def edit(row: SipAccountRow, _home: Home) -> None:
            _check(row.name, wishes)
            row.display_name, row.digest, row.devices = wishes.display_name, wishes.digest, wishes.devices

        return await self._edit(account, tenant, edit)

    async def disable(self, account: str, tenant: TenantId, *, disabled: bool = True) -> SipAccount:
        """Let nobody register and call as this account, or let them again; its devices are forgotten. Raises NotFound."""

        def edit(row: SipAccountRow, _home: Home) -> None:
            row.disabled = disabled

        return await self._edit(account, tenant, edit)

    async def rotate(self, account: str, tenant: TenantId) -> Opened:
        """Give the account another password; devices with the old one are forgotten. Raises NotFound."""
        password = secrets.token_urlsafe(15)

        def edit(row: SipAccountRow, home: Home) -> None:
            for column, digest in _digests(row.name, home.realm, password).items():
                setattr(row, column, digest)

        return Opened(await self._edit(account, tenant, edit), password)

    async def delete(self, account: str, tenant: TenantId) -> None:
        """Remove an account for good. Raises NotFound."""
        home = await self._home(tenant)
        async with self._database.transaction(tenant) as session:
            row = await _find(session, account, tenant)
            await session.delete(row)
        self._writes += 1
        self.book.remove(home, row.name)

    async def of_user(self, user: UserId, tenant: TenantId) -> SipAccount:
        """Return the account of somebody with a login, made now if there is none. Raises NotFound."""
        home = await self._home(tenant)
        query = select(SipAccountRow).where(SipAccountRow.user_id == user, SipAccountRow.tenant_id == tenant)
        async with self._database.snapshot(tenant) as session:
            row = await session.scalar(query)
            person = await session.get(UserRow, user)
        if row is not None:
            return _account(row, home)
        if person is None or person.tenant_id != tenant:
            raise NotFound(f"there is no user {user}")
        wishes = Wishes(display_name=person.name)
        stem = re.sub(r"[^a-z0-9._-]", "", person.email.partition("@")[0].lower()).strip("._-")[:48] or "user"
        try:
            return (await self.create(tenant, stem, wishes, user)).account
        except Conflict:  # a namesake has it, or the same user asked twice at once
            return (await self.create(tenant, f"{stem}.{secrets.token_hex(4)}", wishes, user)).account

    def pass_for(self, account: SipAccount) -> Pass:
        """Return credentials for the next minutes."""
        return issue(account.name, account.realm, self._secret, self._wall())

    async def domain(self, tenant: TenantId) -> str:
        """Return where the tenant's telephones register. Raises NotFound."""
        home = await self._home(tenant)
        return home.domain or home.realm

    async def set_domain(self, tenant: TenantId, domain: str) -> None:
        """Give the tenant's telephones a name of their own to register at; "" takes it away. Raises Conflict, Invalid, NotFound."""
        domain = domain.strip().lower().rstrip(".")
        if domain.endswith(SUFFIX) or (domain and not _DOMAIN.fullmatch(domain)):
            raise Invalid(
                f"domain: a host name of your own, such as sip.example.com; names below {SUFFIX} are made by us"
            )
        try:
            async with self._database.transaction(tenant) as session:
                row = await session.get(TenantRow, tenant)
                if row is None:
                    raise NotFound(f"there is no tenant {tenant}")
                row.sip_domain = domain or None
        except IntegrityError as error:
            raise Conflict(f"{domain} is another tenant's: choose another domain") from error
        await self.refresh()

    async def refresh(self) -> None:
        """Bring the phone book up to date with what other processes wrote. Safe to cancel."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            writes, stamp = self._writes, await _stamp(session)
            if stamp == self._stamp:
                return
            rows = {row.id: row for row in await session.scalars(select(TenantRow))}
            homes = {TenantId(row.id): _home_of(row, rows.get(row.parent_id or "")) for row in rows.values()}
            entries = [_entry(row) for row in await session.scalars(select(SipAccountRow))]
        if writes == self._writes:  # else it is older than what we wrote meanwhile: the next look sees both
            self._stamp = stamp
            self.book.replace(homes.values(), entries)

    async def follow(self) -> None:
        """Look for the writes of others until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.refresh()
            except SQLAlchemyError as error:
                log.warning("sip accounts could not be read, going on with the ones known", problem=str(error))

    async def _edit(self, account: str, tenant: TenantId, edit: Callable[[SipAccountRow, Home], None]) -> SipAccount:
        home = await self._home(tenant)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await _find(session, account, tenant)
            edit(row, home)
            row.changed = await self._now(session)
        self._wrote(home, row)
        return _account(row, home)

    def _wrote(self, home: Home, row: SipAccountRow) -> None:
        self._writes += 1
        self.book.put(home, _entry(row))

    async def _now(self, session: AsyncSession) -> float:
        """Return the time of a write, later than every write before it, so that no two look the same from outside."""
        await take_turn(session, "sip accounts")
        last = await session.scalar(select(func.max(SipAccountRow.changed)))
        return max(self._wall(), (last or 0.0) + 1e-3)

    async def _home(self, tenant: TenantId) -> Home:
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await session.get(TenantRow, tenant)
            parent = None if row is None or row.parent_id is None else await session.get(TenantRow, row.parent_id)
        if row is None:
            raise NotFound(f"there is no tenant {tenant}")
        return _home_of(row, parent)


async def _find(session: AsyncSession, account: str, tenant: TenantId) -> SipAccountRow:
    mine = select(SipAccountRow).where(SipAccountRow.tenant_id == tenant)
    row = await session.scalar(mine.where((SipAccountRow.id == account) | (SipAccountRow.name == account.lower())))
    if row is None:
        raise NotFound(f"there is no SIP account {account!r}")
    return row


async def _stamp(session: AsyncSession) -> tuple[object, ...]:
    accounts = await session.execute(select(func.count(), func.max(SipAccountRow.changed)).select_from(SipAccountRow))
    customers = func.count().filter(TenantRow.kind == "tenant")
    tenants = await session.execute(select(func.count(), customers, func.max(TenantRow.id)).select_from(TenantRow))
    named = select(TenantRow.id, TenantRow.sip_domain).where(TenantRow.sip_domain.is_not(None)).order_by(TenantRow.id)
    below = select(TenantRow.id, TenantRow.parent_id).where(TenantRow.parent_id.in_(select(named.subquery().c.id)))
    return (*accounts.one(), *tenants.one(), *map(tuple, await session.execute(named)), *await _pairs(session, below))


async def _pairs(session: AsyncSession, query: Select[str, str | None]) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await session.execute(query.order_by(TenantRow.id))]


def _check(name: str, wishes: Wishes) -> None:
    if not _NAME.fullmatch(name):
        raise Invalid("name: letters, digits, and . _ + - between them, at most 64: it is the user part of an address")
    if wishes.digest not in ALGORITHMS:
        raise Invalid(f"digest: one of {', '.join(ALGORITHMS)}")
    if not 1 <= wishes.devices <= MOST_DEVICES:
        raise Invalid(f"devices: 1 to {MOST_DEVICES}")


def _digests(name: str, realm: str, password: str) -> dict[str, str]:
    return {"md5": ha1(name, realm, password), "sha256": ha1(name, realm, password, "SHA-256")}


def _home_of(row: TenantRow, parent: TenantRow | None) -> Home:
    """Return where a tenant's telephones are at home: its own domain, else its short name below its reseller's."""
    domain = row.sip_domain or ""
    if not domain and parent is not None and parent.sip_domain:
        domain = f"{row.slug}.{parent.sip_domain}"
    return Home(TenantId(row.id), realm_of(row.slug), domain.lower(), customer=row.kind == "tenant")


def _entry(row: SipAccountRow) -> Entry:
    digest = cast("Digest", row.digest)
    return Entry(TenantId(row.tenant_id), row.name, row.md5, row.sha256, digest, row.devices, row.disabled)


def _account(row: SipAccountRow, home: Home) -> SipAccount:
    made = SipAccount(row.id, home.tenant, row.name, home.realm, home.domain or home.realm)
    return replace(
        made,
        display_name=row.display_name,
        user=None if row.user_id is None else UserId(row.user_id),
        digest=cast("Digest", row.digest),
        devices=row.devices,
        disabled=row.disabled,
        created=row.created,
    )

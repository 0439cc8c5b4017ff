"""API keys: how a program proves whose it is, and what it may.

A key is ``sk_``, its public name and a secret of 256 bits; of the secret only a digest under the installation's own secret is kept,
and it is shown once. Who guesses is slowed down by address, but a key that was right before is let through: nobody is locked out
by a neighbour.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.limiter import Limiter
from switchroom.accounts.model import ApiKeyRow
from switchroom.accounts.tokens import Identity, Role
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

Scope = Literal["calls:read", "calls:write", "admin:read", "admin:write", "mcp", "agent:process"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "sk_"
USED_EVERY = 60.0
"""Seconds between two notes that a key is in use."""
MOST = 100
"""Keys of a tenant that are good."""
_KNOWN = 1000
_LONGEST = 10 * 365 * 86_400.0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, as everybody of its tenant's administrators may know it. Times are seconds since 1970; None: never."""

    id: str
    tenant: TenantId
    name: str
    scopes: frozenset[Scope]
    created: float
    created_by: UserId
    expires: float | None
    revoked: float | None
    last_used: float | None


@dataclass(frozen=True, slots=True)
class Minted:
    """A new key and its text, which is not known to us afterwards."""

    key: ApiKey
    text: str


class ApiKeys:
    """The keys of all tenants; every method that takes a tenant sees that tenant's alone."""

    def __init__(self, database: Database, secret: str, wall: Callable[[], float]) -> None:
        self._database = database
        self._secret = secret
        self._wall = wall
        self._addresses = Limiter(free=20)
        self._right: OrderedDict[str, str] = OrderedDict()  # digests by id, of keys that were good

    async def create(
        self, tenant: TenantId, name: str, scopes: Collection[str], by: UserId, *, expires: float | None = None
    ) -> Minted:
        """Add a key that is good until ``expires``. Raises Invalid, or Conflict beyond MOST."""
        now, name = self._wall(), name.strip()
        _check(name, scopes, None if expires is None else expires - now)
        if sum(key.revoked is None for key in await self.all(tenant)) >= MOST:
            raise Conflict(f"there are {MOST} API keys already: revoke one")
        public, secret = new_id("key"), secrets.token_urlsafe(32)
        row = ApiKeyRow(
            id=public,
            tenant_id=tenant,
            name=name,
            digest=self._digest(secret),
            scopes=sorted(scopes),
            created=now,
            created_by=by,
            expires=expires,
            revoked=None,
            last_used=None,
        )
        async with self._database.transaction(tenant) as session:
            session.add(row)
        return Minted(_key(row), f"{PREFIX}{public.partition('_')[2]}_{secret}")

    async def all(self, tenant: TenantId) -> list[ApiKey]:
        """Return the tenant's keys, oldest first, those revoked among them."""
        query = select(ApiKeyRow).where(ApiKeyRow.tenant_id == tenant).order_by(ApiKeyRow.id)
        async with self._database.snapshot(tenant) as session:
            return [_key(row) for row in await session.scalars(query)]

    async def get(self, key: str, tenant: TenantId) -> ApiKey:
        """Return one key. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _key(await _find(session, key, tenant))

    async def revoke(self, key: str, tenant: TenantId) -> ApiKey:
        """Let a key be good no longer, from the next request on. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, key, tenant)
            row.revoked = row.revoked or self._wall()
            return _key(row)

    async def identify(self, text: str, *, address: str) -> Identity:
        """Return who asks with this key. Raises Denied, or Limited while ``address`` is locked out for wrong ones."""
        now = self._wall()
        public, _, secret = text.removeprefix(PREFIX).partition("_")
        public, digest = f"key_{public}", self._digest(secret)
        if not hmac.compare_digest(self._right.get(public, ""), digest):
            self._addresses.check(address, now)
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await session.get(ApiKeyRow, public)
        right = hmac.compare_digest("" if row is None else row.digest, digest)
        if row is None or not right:
            self._addresses.failed(address, now)
            raise Denied("this API key is not valid", code="bad_token")
        self._remember(public, digest)
        key = _key(row)
        _still_good(key, now)
        if key.last_used is None or now - key.last_used >= USED_EVERY:
            await self._used(public, now)
        role: Role = "admin" if "admin:write" in key.scopes else "supervisor"
        return Identity(UserId(key.id), key.tenant, role, scopes=frozenset(key.scopes))

    async def _used(self, key: str, now: float) -> None:
        async with self._database.transaction(WHOLE_HOUSE) as session:
            await session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key).values(last_used=now))

    def _remember(self, public: str, digest: str) -> None:
        self._right[public] = digest
        self._right.move_to_end(public)
        if len(self._right) > _KNOWN:
            self._right.popitem(last=False)

    def _digest(self, secret: str) -> str:
        """Return what is stored of a secret. It is long and random: a slow hash would protect it no better."""
        return hmac.new(self._secret.encode(), b"switchroom/api-key/" + secret.encode(), hashlib.sha256).hexdigest()


def allows(identity: Identity, scope: Scope) -> bool:
    """Return whether who asks may do what needs ``scope``: a person may what their role may; to write is also to read."""
    held = identity.scopes
    return held is None or scope in held or (scope.endswith(":read") and f"{scope.removesuffix('read')}write" in held)


def _check(name: str, scopes: Collection[str], lifetime: float | None) -> None:
    if not 1 <= len(name) <= 100:
        raise Invalid("name: 1 to 100 characters, to know the key by")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(f"scopes: {', '.join(unknown) or 'none is given'}; there are {', '.join(SCOPES)}")
    if lifetime is not None and not 0 < lifetime <= _LONGEST:
        raise Invalid("expires: a time to come, within ten years")


def _still_good(key: ApiKey, now: float) -> None:
    if key.revoked is not None:
        raise Denied(f"the API key {key.name!r} was revoked: make another", code="key_revoked")
    if key.expires is not None and now >= key.expires:
        raise Denied(f"the API key {key.name!r} has expired: make another", code="key_expired")


async def _find(session: AsyncSession, key: str, tenant: TenantId) -> ApiKeyRow:
    row = await session.get(ApiKeyRow, key)
    if row is None or row.tenant_id != tenant:
        raise NotFound(f"there is no API key {key!r}")
    return row


def _key(row: ApiKeyRow) -> ApiKey:
    scopes = frozenset(scope for scope in SCOPES if scope in row.scopes)
    by, tenant = UserId(row.created_by), TenantId(row.tenant_id)
    return ApiKey(row.id, tenant, row.name, scopes, row.created, by, row.expires, row.revoked, row.last_used)

"""The endpoints of all tenants, as stored: added, changed, listed, their secrets replaced, and tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.egress import is_literal, is_public
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.events.catalogue import NO_CALL, WebhookTested
from switchroom.events.topics import TOPICS
from switchroom.hooks import signing
from switchroom.hooks.fanout import delivery
from switchroom.hooks.message import API_VERSION
from switchroom.hooks.model import DeliveryRow, WebhookRow
from switchroom.hooks.topics import TESTED, unknown
from switchroom.identity import EventId, TenantId, new_id
from switchroom.settings import WebhookSettings
from switchroom.storage.db import upsert
from switchroom.storage.journal import Journal, JournalRow
from switchroom.storage.vault import Vault

MOST = 100
"""Endpoints of a tenant."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint; its secret is shown when it is made and never again."""

    id: str
    tenant: TenantId
    url: str
    topics: tuple[str, ...]
    description: str
    enabled: bool
    personal: bool
    api_version: str
    created: float
    changed: float
    delivered: float | None
    disabled_why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of an endpoint; None: as it is."""

    url: str | None = None
    topics: tuple[str, ...] | None = None
    description: str | None = None
    enabled: bool | None = None
    personal: bool | None = None


class Webhooks:
    """Every method sees the webhooks of one tenant alone."""

    def __init__(self, journal: Journal, vault: Vault, wall: Callable[[], float], settings: WebhookSettings) -> None:
        self._journal = journal
        self._database = journal.database
        self._vault = vault
        self._wall = wall
        self._settings = settings

    async def create(self, tenant: TenantId, wanted: Wanted) -> tuple[Webhook, str]:
        """Add an endpoint, which hears of what happens from now on; return it and its secret. Raises Invalid."""
        secret, now, id_ = signing.new_secret(), self._wall(), new_id("whk")
        row = WebhookRow(
            id=id_,
            tenant_id=tenant,
            url="",
            topics=["*"],
            description="",
            enabled=True,
            personal=False,
            api_version=API_VERSION,
            sealed=self._vault.seal(signing.first(secret), id_),
            created=now,
            disabled_why="",
        )
        self._put(row, wanted, now)
        async with self._database.transaction(tenant) as session:
            count = select(func.count()).select_from(WebhookRow).where(WebhookRow.tenant_id == tenant)
            if (await session.scalar(count) or 0) >= MOST:
                raise Invalid(f"there are {MOST} webhooks already: remove one, or let one take more topics")
            row.since = await session.scalar(select(func.max(JournalRow.number))) or 0
            session.add(row)
        return _webhook(row), secret

    async def change(self, webhook: str, tenant: TenantId, wanted: Wanted) -> Webhook:
        """Change what is given. Raises NotFound, Invalid."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, webhook, tenant)
            self._put(row, wanted, self._wall())
        return _webhook(row)

    async def delete(self, webhook: str, tenant: TenantId) -> None:
        """Remove an endpoint with its deliveries. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            await session.delete(await _find(session, webhook, tenant))

    async def all(self, tenant: TenantId) -> list[Webhook]:
        """Return the tenant's endpoints, oldest first."""
        query = select(WebhookRow).where(WebhookRow.tenant_id == tenant).order_by(WebhookRow.id)
        async with self._database.snapshot(tenant) as session:
            return [_webhook(row) for row in await session.scalars(query)]

    async def get(self, webhook: str, tenant: TenantId) -> Webhook:
        """Return one endpoint. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _webhook(await _find(session, webhook, tenant))

    async def rotate(self, webhook: str, tenant: TenantId) -> str:
        """Replace the secret and return the new one; the old one signs too for a day. Raises NotFound, Unavailable."""
        secret, now = signing.new_secret(), self._wall()
        async with self._database.transaction(tenant) as session:
            row = await _find(session, webhook, tenant)
            box = signing.rotated(self._vault.open(row.sealed, row.id), secret, now)
            row.sealed, row.changed = self._vault.seal(box, row.id), now
        return secret

    async def test(self, webhook: str, tenant: TenantId) -> str:
        """Let the endpoint be sent an event of its own, like any other; return its delivery. Raises NotFound, Conflict."""
        now, id_ = self._wall(), EventId(new_id("evt"))
        async with self._database.snapshot(tenant) as session:
            if not (await _find(session, webhook, tenant)).enabled:
                raise Conflict("the webhook is switched off: switch it on first", code="webhook_off")
        tested = WebhookTested(id=id_, tenant=tenant, call=NO_CALL, sequence=0, at=now, webhook=webhook)
        await self._journal.write([tested])  # it has its number once this is committed
        async with self._database.transaction(tenant) as session:
            row = await _find(session, webhook, tenant)
            number = await session.scalar(select(JournalRow.number).where(JournalRow.id == id_))
            made = delivery(row.id, (cast("int", number), id_, tenant, TESTED), now)
            await upsert(session, DeliveryRow, ("id",), [made])
        return str(made["id"])

    def _put(self, row: WebhookRow, wanted: Wanted, now: float) -> None:
        if wanted.url is not None:
            row.url = _url(wanted.url, self._settings)
        if wanted.topics is not None:
            row.topics = _topics(wanted.topics)
        if wanted.description is not None:
            row.description = wanted.description
        if wanted.personal is not None:
            row.personal = wanted.personal
        if wanted.enabled is not None:
            row.enabled, row.disabled_why = wanted.enabled, ""
        row.changed = now


def _url(url: str, settings: WebhookSettings) -> str:
    """Return an URL that may be sent to. Raises Invalid."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Invalid(f"url: it cannot be used: {error}") from error
    host = parts.hostname or ""
    problem = ""
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.http):
        problem = "it must begin with https://"
    elif not host or port == 0 or not url.isascii():
        problem = "it names no host that can be asked"
    elif parts.username is not None or parts.fragment:
        problem = "it may hold no password and no fragment: receivers know us by the signature"
    elif is_literal(host) and not settings.private and not is_public(host):
        problem = "it is no address of the public internet: the operator may allow it with SWITCHROOM_WEBHOOKS__PRIVATE"
    if problem:
        raise Invalid(f"url: {problem}")
    return url.strip()


def _topics(topics: tuple[str, ...]) -> list[str]:
    if strange := unknown(topics, [topic for topic, kind in TOPICS.items() if not kind.ephemeral]):
        raise Invalid(f"topics: no event is called {', '.join(strange)[:200]}: GET /api/v1/events lists them")
    return sorted(set(topics))


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        row.id,
        TenantId(row.tenant_id),
        row.url,
        tuple(row.topics),
        row.description,
        row.enabled,
        row.personal,
        row.api_version,
        row.created,
        row.changed,
        row.delivered,
        row.disabled_why,
    )


async def _find(session: AsyncSession, webhook: str, tenant: TenantId) -> WebhookRow:
    row = await session.scalar(select(WebhookRow).where(WebhookRow.tenant_id == tenant, WebhookRow.id == webhook))
    if row is None:
        raise NotFound(f"there is no webhook {webhook!r}")
    return row

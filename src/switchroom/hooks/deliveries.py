"""The log of deliveries: what became of each, and how to have it sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Select, Update, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.hooks.model import DELIVERED, FAILED, PENDING, Attempt, DeliveryRow, WebhookRow
from switchroom.identity import TenantId
from switchroom.storage.db import Database

State = Literal["pending", "delivered", "failed"]
Again = Literal["failed", "all"]
"""What is sent again: what was given up, or what arrived too."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint; ``due`` is when it is tried next, if it is."""

    id: str
    webhook: str
    event: str
    topic: str
    state: State
    created: float
    due: float | None
    tries: int
    status: int | None
    finished: float | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deliveries to list: those before ``cursor``, newest first."""

    limit: int = 50
    cursor: str | None = None
    state: State | None = None
    topic: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Which deliveries to send again: those made within a time."""

    what: Again = "failed"
    since: float | None = None
    until: float | None = None


class Deliveries:
    """Every method sees the deliveries of one tenant alone."""

    def __init__(self, database: Database, wall: Callable[[], float]) -> None:
        self._database = database
        self._wall = wall

    async def page(self, webhook: str, tenant: TenantId, wanted: Filter) -> tuple[list[Delivery], str | None]:
        """Return deliveries to an endpoint, newest first, and the cursor of the next ones. Raises NotFound, Invalid."""
        async with self._database.snapshot(tenant) as session:
            await _webhook(session, webhook, tenant)
            rows = list(await session.scalars(_page(webhook, tenant, wanted)))
        more = len(rows) > wanted.limit
        rows = rows[: wanted.limit]
        return [_delivery(row) for row in rows], str(rows[-1].number) if more else None

    async def get(self, delivery: str, tenant: TenantId) -> Delivery:
        """Return one delivery. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _delivery(await _find(session, delivery, tenant))

    async def replay(self, delivery: str, tenant: TenantId) -> Delivery:
        """Send one again, now, whatever became of it. Raises NotFound, or Conflict if its endpoint is switched off."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, delivery, tenant)
            _refuse_silence(await _webhook(session, row.webhook_id, tenant))
            await session.execute(_again(self._wall()).where(DeliveryRow.id == row.id))
            await session.refresh(row)
            return _delivery(row)

    async def replay_all(self, webhook: str, tenant: TenantId, span: Span) -> int:
        """Send many again; return how many. What waits to be tried is left as it is. Raises NotFound, Conflict."""
        row = DeliveryRow
        again = _again(self._wall()).where(row.webhook_id == webhook, row.tenant_id == tenant)
        again = again.where(row.state == FAILED if span.what == "failed" else row.state.in_((FAILED, DELIVERED)))
        if span.since is not None:
            again = again.where(row.created >= span.since)
        if span.until is not None:
            again = again.where(row.created < span.until)
        async with self._database.transaction(tenant) as session:
            _refuse_silence(await _webhook(session, webhook, tenant))
            done = await session.execute(again)
            assert isinstance(done, CursorResult)
            return done.rowcount


def _again(now: float) -> Update:
    return update(DeliveryRow).values(state=PENDING, began=now, due=now, lease="", tries=0, finished=None)


def _page(webhook: str, tenant: TenantId, wanted: Filter) -> Select[DeliveryRow]:
    row = DeliveryRow
    query = select(row).where(row.webhook_id == webhook, row.tenant_id == tenant).order_by(row.number.desc())
    if wanted.cursor is not None:
        if not (wanted.cursor.isdecimal() and wanted.cursor.isascii() and len(wanted.cursor) < 19):
            raise Invalid("cursor: take it from the answer before")
        query = query.where(row.number < int(wanted.cursor))
    if wanted.state is not None:
        query = query.where(row.state == wanted.state)
    if wanted.topic is not None:
        query = query.where(row.topic == wanted.topic)
    if wanted.event is not None:
        query = query.where(row.event_id == wanted.event)
    return query.limit(wanted.limit + 1)


def _refuse_silence(row: WebhookRow) -> None:
    if not row.enabled:
        raise Conflict("the webhook is switched off: switch it on first", code="webhook_off")


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.id,
        row.webhook_id,
        row.event_id,
        row.topic,
        cast("State", row.state),
        row.created,
        row.due if row.state == PENDING else None,
        row.tries,
        row.status,
        row.finished,
        tuple(row.attempts),
    )


async def _find(session: AsyncSession, delivery: str, tenant: TenantId) -> DeliveryRow:
    row = await session.scalar(select(DeliveryRow).where(DeliveryRow.tenant_id == tenant, DeliveryRow.id == delivery))
    if row is None:
        raise NotFound(f"there is no delivery {delivery!r}")
    return row


async def _webhook(session: AsyncSession, webhook: str, tenant: TenantId) -> WebhookRow:
    row = await session.scalar(select(WebhookRow).where(WebhookRow.tenant_id == tenant, WebhookRow.id == webhook))
    if row is None:
        raise NotFound(f"there is no webhook {webhook!r}")
    return row

"""From the journal to deliveries: one row for each endpoint that wants an event.

The rows are made in the transaction that moves the cursor, so every event is fanned out once, whoever dies in between; several
workers take turns at the cursor's row. What an event says is not copied: it is read when it is sent, and gone once it is deleted.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.hooks.model import PENDING, DeliveryRow, WebhookRow
from switchroom.hooks.topics import Subscriptions
from switchroom.identity import new_id
from switchroom.observability import get_logger
from switchroom.storage.db import upsert
from switchroom.storage.journal import POLL, CursorRow, Journal, JournalRow, move_cursor, within
from switchroom.storage.scope import WHOLE_HOUSE

NAME = "webhooks"
BATCH = 1000
RETRY = 1.0

log = get_logger(__name__)


class FanOut:
    """Follows the journal; ``made`` hears for which endpoints there are new deliveries."""

    def __init__(
        self,
        journal: Journal,
        wall: Callable[[], float],
        made: Callable[[set[str]], None] = lambda _: None,
        *,
        linger: float = 0.1,
    ) -> None:
        self._journal = journal
        self._wall = wall
        self._made = made
        self._linger = linger

    async def run(self) -> None:
        """Fan out until cancelled; events gather for a moment, so that busy times cost few transactions."""
        while True:
            committed = self._journal.next_commit()
            try:
                await self.catch_up()
            except SQLAlchemyError as error:
                log.warning("webhooks cannot be fanned out, trying again", error=type(error).__name__)
                await asyncio.sleep(RETRY)
                continue
            await within(POLL, committed)
            await asyncio.sleep(self._linger)

    async def catch_up(self) -> None:
        """Fan out what the journal holds now. Safe to cancel."""
        while await self._batch() == BATCH:
            pass

    async def _batch(self) -> int:
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            cursor = await self._cursor(session)
            entry = JournalRow
            query = select(entry.number, entry.id, entry.tenant_id, entry.topic).where(entry.number > cursor)
            entries = (await session.execute(query.order_by(entry.number).limit(BATCH))).all()
            if not entries:
                return 0
            endpoints = await _endpoints(session)
            now = self._wall()
            rows = [
                delivery(endpoint, (number, id_, tenant, topic), now)
                for number, id_, tenant, topic in entries
                for endpoint in endpoints.wanted.of(tenant, topic)
                if number > endpoints.since[endpoint]
            ]
            if rows:
                await session.execute(insert(DeliveryRow.__table__), rows)  # type: ignore[arg-type]
            await move_cursor(session, NAME, entries[-1].number)
        if rows:
            self._made({str(row["webhook_id"]) for row in rows})
        return len(entries)

    async def _cursor(self, session: AsyncSession) -> int:
        """Return the position, which nobody else moves until the transaction ends."""
        await upsert(session, CursorRow, ("reader",), [{"reader": NAME, "number": 0}], replace=False)
        query = select(CursorRow.number).where(CursorRow.reader == NAME).with_for_update()
        return (await session.execute(query)).scalar_one()


class _Endpoints:
    def __init__(self, wanted: Subscriptions, since: dict[str, int]) -> None:
        self.wanted = wanted
        self.since = since


async def _endpoints(session: AsyncSession) -> _Endpoints:
    hook = WebhookRow
    query = select(hook.id, hook.tenant_id, hook.topics, hook.since).where(hook.enabled)
    wanted: dict[str, dict[str, list[str]]] = {}
    since: dict[str, int] = {}
    for id_, tenant, topics, number in await session.execute(query):
        wanted.setdefault(tenant, {})[id_] = topics
        since[id_] = number
    return _Endpoints(Subscriptions(wanted), since)


def delivery(endpoint: str, event: tuple[int, str, str, str], now: float) -> dict[str, object]:
    """Return the row of a new delivery of an event (number, id, tenant, topic) to an endpoint."""
    number, id_, tenant, topic = event
    return {
        "id": new_id("dlv"),
        "tenant_id": tenant,
        "webhook_id": endpoint,
        "number": number,
        "event_id": id_,
        "topic": topic,
        "state": PENDING,
        "created": now,
        "began": now,
        "due": now,
        "lease": "",
        "tries": 0,
        "status": None,
        "finished": None,
        "attempts": [],
    }

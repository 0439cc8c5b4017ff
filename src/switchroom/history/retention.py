"""How long a tenant keeps what, and the worker that sees to it.

    recordings     the sound is deleted, the rest stays
    transcripts    what was said is deleted, that it was said stays
    events         everything about the call is deleted

Days are counted from the end of the call. Whatever fails is tried again with the next round.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

import structlog
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import SQLAlchemyError

from switchroom.errors import SwitchroomError
from switchroom.history.deleting import Deletions
from switchroom.history.model import CallRow, RecordingRow, RetentionRow, TranscriptRow
from switchroom.identity import CallId, TenantId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

EVERY = 3600.0
BATCH = 100
_DAY = 86_400.0

Delete = Callable[[CallId, TenantId], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rule:
    """For how many days something is kept; None: for ever."""

    recordings: int | None = None
    transcripts: int | None = None
    events: int | None = None


class Retention:
    """The rules of all tenants, and their enforcement."""

    def __init__(self, database: Database, deletions: Deletions, wall: Callable[[], float]) -> None:
        self._database = database
        self._deletions = deletions
        self._wall = wall

    async def rule(self, tenant: TenantId) -> Rule:
        """Return what the tenant wants."""
        async with self._database.snapshot(tenant) as session:
            row = await session.get(RetentionRow, tenant)
        return Rule() if row is None else Rule(row.recordings, row.transcripts, row.events)

    async def set(self, tenant: TenantId, rule: Rule) -> None:
        """Keep things as long as this from the next round on."""
        async with self._database.transaction(tenant) as session:
            await session.merge(RetentionRow(tenant_id=tenant, **asdict(rule)))

    async def run(self) -> None:
        """Enforce the rules until cancelled."""
        while True:
            try:
                await self.enforce()
            except (SQLAlchemyError, SwitchroomError) as error:
                log.warning("what is too old cannot be deleted now", problem=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def enforce(self) -> int:
        """Delete what is too old now, and what was left in the middle; return how many deletions that were."""
        done = await self._deletions.resume()
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            rows = list(await session.scalars(select(RetentionRow)))
        recorded = exists().where(RecordingRow.call_id == CallRow.id)
        written = exists().where(TranscriptRow.call_id == CallRow.id)
        for row in rows:
            tenant = TenantId(row.tenant_id)
            done += await self._all(tenant, row.events, (), self._deletions.delete)
            done += await self._all(tenant, row.recordings, (recorded,), self._deletions.silence)
            done += await self._all(tenant, row.transcripts, (written,), self._deletions.unsay)
        return done

    async def _all(
        self, tenant: TenantId, days: int | None, such: Sequence[ColumnElement[bool]], delete: Delete
    ) -> int:
        if days is None:
            return 0
        done, more = 0, True
        too_old = CallRow.closed < self._wall() - days * _DAY
        query = select(CallRow.id).where(CallRow.tenant_id == tenant, CallRow.deleting.is_(None), too_old, *such)
        while more:
            async with self._database.snapshot(tenant) as session:
                found = list(await session.scalars(query.limit(BATCH)))
            for call in found:
                await delete(CallId(call), tenant)
            done += len(found)
            more = len(found) == BATCH
        return done

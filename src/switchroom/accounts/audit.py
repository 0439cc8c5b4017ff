"""The audit log: who did what to what, when, from which address, and whether it was done.

It holds identifiers and addresses, no names and nothing that was said or written. What a request does is written by the web, for
every request alike; what concerns signing in by whoever decides about it. Rows are never changed; they go when they are too old.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import structlog
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.model import AuditRow
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

log = structlog.get_logger()

ActorKind = Literal["user", "key", "command", "nobody"]
Outcome = Literal["done", "refused"]
DAY = 86_400.0
PRUNE_EVERY = 3600.0


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be written down. ``actor_tenant`` is whose the actor is, if they work for another tenant than their own."""

    tenant: TenantId
    action: str
    subject: str = ""
    actor: str = ""
    actor_kind: ActorKind = "nobody"
    actor_tenant: str = ""
    outcome: Outcome = "done"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """A line of the log."""

    id: str
    at: float
    deed: Deed


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines to list; what is None does not matter. ``action`` is a beginning: ``login.`` finds all about logins."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: float | None = None
    until: float | None = None


class Audit:
    """Writes the log, reads it, and forgets."""

    def __init__(self, database: Database, wall: Callable[[], float]) -> None:
        self._database = database
        self._wall = wall

    async def write(self, deed: Deed) -> None:
        """Write a line by itself."""
        async with self._database.transaction(deed.tenant) as session:
            self.add(session, deed)

    def add(self, session: AsyncSession, deed: Deed) -> None:
        """Write a line together with what else the session changes."""
        row = AuditRow(
            id=new_id("aud"),
            tenant_id=deed.tenant,
            at=self._wall(),
            actor=deed.actor[:64],
            actor_kind=deed.actor_kind,
            actor_tenant=deed.actor_tenant,
            action=deed.action[:200],
            subject=deed.subject[:300],
            outcome=deed.outcome,
            address=deed.address[:64],
        )
        session.add(row)

    async def all(
        self, tenant: TenantId, sought: Sought, *, limit: int, cursor: str | None
    ) -> tuple[list[Audited], str | None]:
        """Return a page of a tenant's log, newest first, and where the next begins."""
        query = select(AuditRow).where(AuditRow.tenant_id == tenant, *_conditions(sought)).order_by(AuditRow.id.desc())
        if cursor is not None:
            query = query.where(AuditRow.id < cursor)
        async with self._database.snapshot(tenant) as session:
            found = [_line(row) for row in await session.scalars(query.limit(limit + 1))]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    async def prune(self, days: int) -> int:
        """Forget what is older; return how much it was."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            old = await session.execute(delete(AuditRow).where(AuditRow.at < self._wall() - days * DAY))
            return int(getattr(old, "rowcount", 0))

    async def forget(self, days: int) -> None:
        """Prune now and then, until cancelled."""
        while True:
            try:
                if gone := await self.prune(days):
                    log.info("audit lines that were too old are gone", lines=gone)
            except SQLAlchemyError as error:
                log.warning("the audit log could not be pruned", error=type(error).__name__)
            await asyncio.sleep(PRUNE_EVERY)


def _conditions(sought: Sought) -> Sequence[ColumnElement[bool]]:
    found = []
    if sought.actor is not None:
        found.append(AuditRow.actor == sought.actor)
    if sought.action is not None:
        found.append(AuditRow.action.startswith(sought.action, autoescape=True))
    if sought.subject is not None:
        found.append(AuditRow.subject.contains(sought.subject, autoescape=True))
    if sought.since is not None:
        found.append(AuditRow.at >= sought.since)
    if sought.until is not None:
        found.append(AuditRow.at < sought.until)
    return found


def _line(row: AuditRow) -> Audited:
    kind, outcome = cast("ActorKind", row.actor_kind), cast("Outcome", row.outcome)
    deed = Deed(TenantId(row.tenant_id), row.action, row.subject, row.actor, kind)
    return Audited(row.id, row.at, replace(deed, actor_tenant=row.actor_tenant, outcome=outcome, address=row.address))

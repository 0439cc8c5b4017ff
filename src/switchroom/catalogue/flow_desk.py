"""Flows as they are worked on: a draft that anybody may change, and versions that never change.

Publishing copies the draft into a new version, which answers from the next call on; rolling back publishes an older version's
text again, so the numbers only ever grow and what answered a call can always be read. What cannot run is not published: whether
it can is for ``examine`` to say, since tools are not ours to know.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.model import FlowRow, FlowVersionRow
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.flow.problems import Problem
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database

LARGEST = 400_000
"""Characters of a flow's text, at most."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""What a flow may be called; no file name with an ending is."""

Examine = Callable[[TenantId, str], Awaitable[tuple[Problem, ...]]]
"""Says what keeps the text of a flow from answering calls of a tenant."""


ExamineUsers = Callable[[TenantId, str, str], Awaitable[tuple[Problem, ...]]]
"""Says what would keep the published flows that run one as a part of themselves from answering, if that had this text."""


async def nobody_uses(_tenant: TenantId, _flow: str, _text: str) -> tuple[Problem, ...]:
    """Return nothing: no flow runs another."""
    return ()


class FlowNotRunnable(Invalid):
    """The flow cannot be published; ``problems`` says where and what to do."""

    code = "flow_invalid"

    def __init__(self, flow: str, problems: tuple[Problem, ...]) -> None:
        lines = (f"line {problem.line}: {problem}" if problem.line else str(problem) for problem in problems)
        super().__init__(f"the flow {flow!r} cannot be published:\n" + "\n".join(lines))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """A flow and its draft. ``published`` is the version that answers, 0 for none."""

    id: str
    tenant: TenantId
    name: str
    draft: str
    revision: int
    changed: float
    changed_by: str
    published: int


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """One publication of flow ``name``; ``restores`` is the older version that it is a copy of, 0 for none."""

    flow: str
    name: str
    number: int
    text: str
    note: str
    created: float
    created_by: str
    restores: int


class FlowDesk:
    """The flows of all tenants; every method sees one tenant's alone. A flow is meant by its name or its id."""

    def __init__(
        self, database: Database, examine: Examine, wall: Callable[[], float], users: ExamineUsers = nobody_uses
    ) -> None:
        self._database = database
        self._examine = examine
        self._wall = wall
        self._users = users

    async def problems(self, tenant: TenantId, text: str) -> tuple[Problem, ...]:
        """Return everything that keeps ``text`` from being published."""
        if len(text) > LARGEST:
            return (Problem("", "", f"the flow has {len(text)} characters; {LARGEST} are the most"),)
        return await self._examine(tenant, text)

    async def create(self, tenant: TenantId, name: str, text: str, by: UserId) -> FlowRecord:
        """Begin a flow with this draft. Raises Invalid for its name or size, Conflict if there is one of that name."""
        if not NAME.fullmatch(name):
            raise Invalid(f"{name!r} names no flow: use small letters, figures, '-' and '_', at most 100")
        _sized(text)
        record = FlowRecord(new_id("flow"), tenant, name, text, 1, self._wall(), by, 0)
        try:
            async with self._database.transaction(tenant) as session:
                session.add(_row(record))
        except IntegrityError as error:
            raise Conflict(f"there is a flow {name!r} already: change its draft or choose another name") from error
        return record

    async def change(
        self, tenant: TenantId, flow: str, text: str, by: UserId, *, seen: int | None = None
    ) -> FlowRecord:
        """Replace the draft; ``seen`` is the revision that was looked at. Raises NotFound, Invalid, Conflict if it is older."""
        _sized(text)
        async with self._database.transaction(tenant) as session:
            row = await _find(session, tenant, flow, to_change=True)
            _unchanged(row, seen)
            row.draft, row.revision = text, row.revision + 1
            row.changed, row.changed_by = self._wall(), by
            return _record(row)

    async def all(self, tenant: TenantId) -> list[FlowRecord]:
        """Return the tenant's flows by name."""
        query = select(FlowRow).where(FlowRow.tenant_id == tenant).order_by(FlowRow.name)
        async with self._database.snapshot(tenant) as session:
            return [_record(row) for row in await session.scalars(query)]

    async def get(self, tenant: TenantId, flow: str) -> FlowRecord:
        """Return one flow. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _record(await _find(session, tenant, flow))

    async def versions(self, tenant: TenantId, flow: str) -> list[FlowVersion]:
        """Return what was published, newest first. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            row = await _find(session, tenant, flow)
            query = select(FlowVersionRow).where(FlowVersionRow.flow_id == row.id)
            found = await session.scalars(query.order_by(FlowVersionRow.number.desc()))
            return [_version(row.name, version) for version in found]

    async def version(self, tenant: TenantId, flow: str, number: int) -> FlowVersion:
        """Return one publication. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return await _published(session, await _find(session, tenant, flow), number)

    async def text(self, tenant: TenantId, flow: str, which: int | None) -> str:
        """Return the text of version ``which``; None: of the draft. Raises NotFound."""
        if which is None:
            return (await self.get(tenant, flow)).draft
        return (await self.version(tenant, flow, which)).text

    async def publish(
        self, tenant: TenantId, flow: str, by: UserId, note: str = "", *, seen: int | None = None
    ) -> FlowVersion:
        """Let the draft answer from the next call on.

        Raises NotFound, FlowNotRunnable, or Conflict if the draft is changed meanwhile or is newer than ``seen``.
        """
        record = await self.get(tenant, flow)
        await self._runs(record, record.draft)
        wanted = FlowVersion(record.id, record.name, 0, record.draft, note, self._wall(), by, 0)
        return await self._store(tenant, wanted, record.revision if seen is None else seen)

    async def roll_back(self, tenant: TenantId, flow: str, number: int, by: UserId, note: str = "") -> FlowVersion:
        """Publish version ``number`` again, and make it the draft. Raises NotFound, FlowNotRunnable, Conflict."""
        record = await self.get(tenant, flow)
        if number == record.published:
            raise Conflict(f"version {number} of {record.name!r} is the one that answers")
        old = await self.version(tenant, flow, number)
        await self._runs(record, old.text)
        wanted = replace(
            old, note=note or f"back to version {number}", created=self._wall(), created_by=by, restores=number
        )
        return await self._store(tenant, wanted, record.revision)

    async def _runs(self, record: FlowRecord, text: str) -> None:
        problems = await self.problems(record.tenant, text) or await self._users(record.tenant, record.name, text)
        if problems:
            raise FlowNotRunnable(record.name, problems)

    async def _store(self, tenant: TenantId, wanted: FlowVersion, seen: int) -> FlowVersion:
        try:
            async with self._database.transaction(tenant) as session:
                row = await _find(session, tenant, wanted.flow, to_change=True)
                _unchanged(row, seen)
                version = replace(wanted, number=row.published + 1)
                row.published = version.number
                if row.draft != wanted.text:
                    row.draft, row.revision = wanted.text, row.revision + 1
                    row.changed, row.changed_by = wanted.created, wanted.created_by
                session.add(_version_row(tenant, version))
        except IntegrityError as error:
            raise Conflict(f"somebody else has just published {wanted.name!r}: look at it and try again") from error
        return version


async def live_number(database: Database, tenant: TenantId, flow: str) -> tuple[str, int] | None:
    """Return the id of the tenant's flow of that name and which version answers (0: none yet); None if there is no such flow."""
    query = select(FlowRow.id, FlowRow.published).where(FlowRow.tenant_id == tenant, FlowRow.name == flow)
    async with database.snapshot(tenant) as session:
        row = (await session.execute(query)).one_or_none()
    return None if row is None else (row.id, row.published)


async def published_text(database: Database, tenant: TenantId, flow: str, number: int) -> str:
    """Return the text of a version, by the flow's id. Raises NotFound."""
    async with database.snapshot(tenant) as session:
        found = await session.get(FlowVersionRow, (flow, number))
    if found is None:
        raise NotFound(f"there is no version {number} of flow {flow}")
    return found.text


def _sized(text: str) -> None:
    if len(text) > LARGEST:
        raise Invalid(f"the flow has {len(text)} characters; {LARGEST} are the most")


def _unchanged(row: FlowRow, seen: int | None) -> None:
    if seen is not None and row.revision != seen:
        message = f"the draft of {row.name!r} was changed meanwhile (revision {row.revision}, you saw {seen})"
        raise Conflict(f"{message}: read it again", code="draft_changed")


async def _find(session: AsyncSession, tenant: TenantId, flow: str, *, to_change: bool = False) -> FlowRow:
    wanted = select(FlowRow).where(FlowRow.tenant_id == tenant, (FlowRow.name == flow) | (FlowRow.id == flow))
    row = await session.scalar(wanted.with_for_update() if to_change else wanted)
    if row is None:
        raise NotFound(f"there is no flow {flow!r}")
    return row


async def _published(session: AsyncSession, row: FlowRow, number: int) -> FlowVersion:
    found = await session.get(FlowVersionRow, (row.id, number))
    if found is None:
        raise NotFound(f"there is no version {number} of flow {row.name!r}")
    return _version(row.name, found)


def _row(record: FlowRecord) -> FlowRow:
    return FlowRow(
        id=record.id,
        tenant_id=record.tenant,
        name=record.name,
        draft=record.draft,
        revision=record.revision,
        changed=record.changed,
        changed_by=record.changed_by,
        published=record.published,
    )


def _record(row: FlowRow) -> FlowRecord:
    return FlowRecord(
        id=row.id,
        tenant=TenantId(row.tenant_id),
        name=row.name,
        draft=row.draft,
        revision=row.revision,
        changed=row.changed,
        changed_by=row.changed_by,
        published=row.published,
    )


def _version_row(tenant: TenantId, version: FlowVersion) -> FlowVersionRow:
    return FlowVersionRow(
        flow_id=version.flow,
        number=version.number,
        tenant_id=tenant,
        text=version.text,
        note=version.note,
        created=version.created,
        created_by=version.created_by,
        restores=version.restores,
    )


def _version(name: str, row: FlowVersionRow) -> FlowVersion:
    return FlowVersion(row.flow_id, name, row.number, row.text, row.note, row.created, row.created_by, row.restores)

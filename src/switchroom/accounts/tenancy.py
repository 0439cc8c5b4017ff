"""The tenants as a tree: found, listed, added, changed, moved and suspended by whoever is above them.

Every method takes the tenant that asks and sees what is at or below it, by id or slug; all else does not exist for it. The tree
is three levels deep, so that one query with two joins knows a tenant's whole line of parents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from switchroom.accounts.model import TenantRow
from switchroom.accounts.settings_book import SettingsBook
from switchroom.accounts.tenant_tree import Kind, Place, may_become, may_change, may_have, may_move
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.events.catalogue import NO_CALL, Event, TenantChanged, TenantCreated, TenantResumed, TenantSuspended
from switchroom.identity import EventId, TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE

State = Literal["active", "suspended", "parent_suspended"]

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_Parent, _Grandparent = aliased(TenantRow), aliased(TenantRow)
_Line: TypeAlias = tuple[TenantRow, TenantRow | None, TenantRow | None]


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant. ``parent`` is None for the platform, and for whoever may not see that far up."""

    id: TenantId
    slug: str
    name: str
    kind: Kind
    parent: TenantId | None
    state: State
    created: float


@dataclass(frozen=True, slots=True)
class Page:
    """Some tenants in the order they were made; ``next`` asks for those after them."""

    tenants: tuple[TenantRecord, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a tenant is to become; None leaves it. ``parent`` is an id or a slug."""

    name: str | None = None
    kind: Kind | None = None
    parent: str | None = None


class Tenancy:
    """The tenants of an installation."""

    def __init__(self, database: Database, wall: Callable[[], float], journal: Journal | None = None) -> None:
        self._database = database
        self._wall = wall
        self._journal = journal or Journal(database)
        self.settings = SettingsBook(database, wall)

    async def create(self, asker: TenantId, slug: str, name: str, kind: Kind = "tenant") -> TenantRecord:
        """Add a tenant right below who asks. Raises Denied, Invalid, or Conflict if the slug is taken."""
        _check(slug, name)
        tenant, now = TenantId(new_id("tnt")), self._wall()
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                line = await _line(session, asker, asker)
                may_have(_place(line), kind)
                row = TenantRow(id=tenant, slug=slug, name=name.strip(), kind=kind, parent_id=asker, created=now)
                row.brand, row.suspended = {}, False
                session.add(row)
                made = TenantCreated(**self._stamp(tenant), parent=asker, kind=kind, slug=slug)  # type: ignore[arg-type]
                await self._journal.append(session, [made])
                return _record((row, line[0], line[1]), asker)
        except IntegrityError as error:
            raise Conflict(f"there is a tenant {slug!r} already: choose another slug") from error

    async def get(self, asker: TenantId, tenant: str) -> TenantRecord:
        """Return one tenant. Raises NotFound."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            return _record(await _line(session, asker, tenant), asker)

    async def acting(self, asker: TenantId, tenant: str) -> TenantId:
        """Return the id of a tenant that ``asker`` may act for. Raises NotFound."""
        return asker if tenant == asker else (await self.get(asker, tenant)).id

    async def chain(self, tenant: TenantId) -> tuple[TenantId, ...]:
        """Return a tenant and its parents, the nearest first; for what is inherited, not for what is shown. Raises NotFound."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            return (tenant, *_place(await _line(session, tenant, tenant)).above)

    async def list(
        self, asker: TenantId, *, parent: TenantId | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page:
        """Return who asks and the tenants below, or the children of ``parent`` alone."""
        query = _lines(_sees(asker)).order_by(TenantRow.id).limit(limit + 1)
        if parent is not None:
            query = query.where(TenantRow.parent_id == parent)
        if cursor is not None:
            query = query.where(TenantRow.id > cursor)
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            found = [_record(_of(row), asker) for row in await session.execute(query)]
        return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)

    async def change(self, asker: TenantId, tenant: str, wanted: Wanted) -> TenantRecord:
        """Change a tenant. Raises NotFound, Invalid, Conflict, or Denied for what only those above it may."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            line = await _line(session, asker, tenant)
            row = line[0]
            if wanted.name is not None:
                _check(row.slug, wanted.name)
                row.name = wanted.name.strip()
            if wanted.parent is not None:
                line = await _moved(session, asker, line, wanted.parent)
            if wanted.kind is not None and wanted.kind != row.kind:
                await _become(session, asker, line, wanted.kind)
            changed = TenantChanged(**self._stamp(TenantId(row.id)))  # type: ignore[arg-type]
            await self._journal.append(session, [changed])
            return _record(line, asker)

    async def suspend(self, asker: TenantId, tenant: str, *, suspended: bool = True) -> TenantRecord:
        """Suspend a tenant and all below it, or lift that. Raises NotFound, or Denied for one's own."""
        async with self._database.transaction(WHOLE_HOUSE) as session:
            line = await _line(session, asker, tenant)
            may_change(asker, _place(line))
            if line[0].suspended != suspended:
                line[0].suspended = suspended
                kind: type[Event] = TenantSuspended if suspended else TenantResumed
                await self._journal.append(session, [kind(**self._stamp(TenantId(line[0].id)))])  # type: ignore[arg-type]
            return _record(line, asker)

    def _stamp(self, tenant: TenantId) -> dict[str, object]:
        return {
            "id": EventId(new_id("evt")),
            "tenant": tenant,
            "call": NO_CALL,
            "sequence": 0,
            "at": self._wall(),
        }


def _lines(condition: ColumnElement[bool]) -> Select[TenantRow, TenantRow, TenantRow]:
    query = select(TenantRow, _Parent, _Grandparent).where(condition)
    return query.outerjoin(_Parent, TenantRow.parent_id == _Parent.id).outerjoin(
        _Grandparent, _Parent.parent_id == _Grandparent.id
    )


def _sees(asker: TenantId) -> ColumnElement[bool]:
    return or_(TenantRow.id == asker, TenantRow.parent_id == asker, _Parent.parent_id == asker)


async def _line(session: AsyncSession, asker: TenantId, tenant: str) -> _Line:
    meant = or_(TenantRow.id == tenant, TenantRow.slug == tenant)
    row = (await session.execute(_lines(_sees(asker) & meant).order_by(TenantRow.id != tenant))).first()
    if row is None:
        raise NotFound(f"there is no tenant {tenant!r}", code="tenant_not_found")
    return _of(row)


def _of(row: Row[TenantRow, TenantRow, TenantRow]) -> _Line:
    return row[0], row[1], row[2]


async def _moved(session: AsyncSession, asker: TenantId, line: _Line, parent: str) -> _Line:
    to = await _line(session, asker, parent)
    may_move(asker, _place(line), _place(to))
    line[0].parent_id = to[0].id
    return line[0], to[0], to[1]


async def _become(session: AsyncSession, asker: TenantId, line: _Line, kind: Kind) -> None:
    row, parent, grandparent = line
    place = _place(line)
    may_change(asker, place)
    assert parent is not None  # else nobody is above it
    children = await session.scalars(select(TenantRow.kind).where(TenantRow.parent_id == row.id))
    above = _place((parent, grandparent, None))
    may_become(place, kind, above, [cast("Kind", child) for child in children])
    row.kind = kind


def _place(line: _Line) -> Place:
    row, *above = line
    return Place(TenantId(row.id), cast("Kind", row.kind), tuple(TenantId(one.id) for one in above if one is not None))


def _record(line: _Line, asker: TenantId) -> TenantRecord:
    row, *above = line
    state: State = "active"
    if row.suspended:
        state = "suspended"
    elif any(one is not None and one.suspended for one in above):
        state = "parent_suspended"
    parent = None if row.id == asker or row.parent_id is None else TenantId(row.parent_id)
    return TenantRecord(TenantId(row.id), row.slug, row.name, cast("Kind", row.kind), parent, state, row.created)


def _check(slug: str, name: str) -> None:
    if not _SLUG.fullmatch(slug):
        raise Invalid("slug: small letters, figures and - between them, at most 63: it is part of host names")
    if not 1 <= len(name.strip()) <= 200:
        raise Invalid("name: 1 to 200 characters")

"""Things of a tenant that are a form under a name: made, changed, listed and removed in one way, whatever the form says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from switchroom.catalogue.forms import checked
from switchroom.errors import Conflict, NotFound
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Database

Form = TypeVar("Form", bound=BaseModel)


class NamedRow(Protocol):
    """What such a table has."""

    id: Mapped[str]
    tenant_id: Mapped[str]
    name: Mapped[str]
    form: Mapped[Mapping[str, object]]
    changed: Mapped[float]

    def __init__(self, **columns: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Named(Generic[Form]):
    """A form as stored."""

    id: str
    tenant: TenantId
    name: str
    form: Form
    changed: float


@dataclass(frozen=True, slots=True)
class Noun(Generic[Form]):
    """What the things are: what an id begins with, what messages call one, their table and form."""

    prefix: str
    word: str
    table: type[NamedRow]
    form: type[Form]


class NamedForms(Generic[Form]):
    """Every method sees one tenant's things alone. One is meant by its id or its name, which is the form's ``name``."""

    def __init__(self, database: Database, noun: Noun[Form], wall: Callable[[], float]) -> None:
        self._database = database
        self._noun = noun
        self._wall = wall

    async def create(self, tenant: TenantId, values: Mapping[str, object]) -> Named[Form]:
        """Add one. Raises Invalid, or Conflict if its name is taken."""
        form = checked(self._noun.form, values)
        return await self._store(Named(new_id(self._noun.prefix), tenant, _name(form), form, self._wall()))

    async def change(self, tenant: TenantId, which: str, values: Mapping[str, object]) -> Named[Form]:
        """Change the fields that are given. Raises NotFound, Invalid, Conflict."""
        known = await self.get(tenant, which)
        form = checked(self._noun.form, {**known.form.model_dump(mode="json"), **values})
        return await self._store(Named(known.id, tenant, _name(form), form, self._wall()))

    async def get(self, tenant: TenantId, which: str) -> Named[Form]:
        """Return one. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return self._named(await self._find(session, tenant, which))

    async def page(self, tenant: TenantId, limit: int = 200, cursor: str | None = None) -> list[Named[Form]]:
        """Return up to ``limit`` that were made after the one with the id ``cursor``, oldest first."""
        table = self._noun.table
        query = self._mine(tenant).where(table.id > (cursor or "")).order_by(table.id).limit(limit)
        async with self._database.snapshot(tenant) as session:
            return [self._named(row) for row in await session.scalars(query)]

    async def delete(self, tenant: TenantId, which: str) -> None:
        """Remove one; whether anything uses it is for the caller to see to. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            await session.delete(await self._find(session, tenant, which))

    async def _store(self, named: Named[Form]) -> Named[Form]:
        row = self._noun.table(
            id=named.id,
            tenant_id=named.tenant,
            name=named.name,
            form=named.form.model_dump(mode="json"),
            changed=named.changed,
        )
        try:
            async with self._database.transaction(named.tenant) as session:
                await session.merge(row)
        except IntegrityError as error:
            raise Conflict(f"there is a {self._noun.word} {named.name!r} already: choose another name") from error
        return named

    def _mine(self, tenant: TenantId) -> Select[NamedRow]:
        return select(self._noun.table).where(self._noun.table.tenant_id == tenant)

    async def _find(self, session: AsyncSession, tenant: TenantId, which: str) -> NamedRow:
        table = self._noun.table
        row = await session.scalar(self._mine(tenant).where((table.id == which) | (table.name == which)))
        if row is None:
            raise NotFound(f"there is no {self._noun.word} {which!r}")
        return row

    def _named(self, row: NamedRow) -> Named[Form]:
        form = checked(self._noun.form, cast("Mapping[str, object]", row.form))
        return Named(str(row.id), TenantId(str(row.tenant_id)), str(row.name), form, float(row.changed))  # type: ignore[arg-type]


def _name(form: BaseModel) -> str:
    return str(getattr(form, "name"))  # noqa: B009 - every such form has one

"""The tables of the business domains, as a rehearsal fills and reads them: any table whose rows belong to a tenant."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Column, DateTime, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.schema import ColumnCollectionConstraint, ScalarElementColumnDefault
from sqlalchemy.types import Boolean, Float, Integer, TypeDecorator

from switchroom.errors import Invalid
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Base, Database


class Probe:
    """Looks into one tenant's tables. Moments are those of the place's clock, without their zone."""

    def __init__(self, database: Database, tenant: TenantId, zone: ZoneInfo, now: datetime) -> None:
        self._database = database
        self._tenant = tenant
        self._zone = zone
        self._now = now

    async def rows(self, name: str) -> list[dict[str, object]]:
        """Return all rows of a table. Raises Invalid if there is no such table."""
        table = _table(name)
        query = select(table).where(table.c.tenant_id == self._tenant)
        async with self._database.snapshot(self._tenant) as session:
            found = (await session.execute(query)).mappings().all()
        return [{column: self._local(value) for column, value in row.items()} for row in found]

    async def fill(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Write rows; a column that is not said gets something fitting. Raises Invalid."""
        table = _table(name)
        values = [self._whole(table, row) for row in rows]
        if not values:
            return
        try:
            async with self._database.transaction(self._tenant) as session:
                await session.execute(insert(table), values)
        except SQLAlchemyError as error:
            raise Invalid(f"given.{name}: the table does not take this: {str(error).splitlines()[0]}") from error

    def _whole(self, table: Table, row: Mapping[str, str]) -> dict[str, object]:
        unknown = [name for name in row if name not in table.c]
        if unknown:
            raise Invalid(
                f"given.{table.name}: there is no column {unknown[0]!r}; there are {', '.join(table.c.keys())}"
            )
        return {
            column.name: self._read(column, row[column.name]) if column.name in row else self._fitting(table, column)
            for column in table.c
        }

    def _read(self, column: Column[object], text: str) -> object:
        try:
            match _kind(column):
                case DateTime():
                    moment = datetime.fromisoformat(text)
                    return moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)
                case Boolean():
                    return text in ("true", "yes", "1", True)
                case Integer():
                    return int(text)
                case Float():
                    return float(text)
                case _:
                    return text
        except ValueError as error:
            raise Invalid(f"given: column {column.name!r} does not take {text!r}: {error}") from error

    def _fitting(self, table: Table, column: Column[object]) -> object:
        if column.name == "tenant_id":
            return self._tenant
        if column.name == "zone":
            return self._zone.key
        if column.nullable:
            return None
        if isinstance(column.default, ScalarElementColumnDefault):
            return column.default.arg
        match _kind(column):
            case DateTime():
                return self._now
            case Boolean():
                return False
            case Integer() | Float():
                return 0
            case _:
                return new_id("row") if column.primary_key or _unique(table, column) else ""

    def _local(self, value: object) -> object:
        if not isinstance(value, datetime):
            return value
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return aware.astimezone(self._zone)


def _table(name: str) -> Table:
    table = Base.metadata.tables.get(name)
    if table is None or "tenant_id" not in table.c:
        known = sorted(table.name for table in Base.metadata.sorted_tables if "tenant_id" in table.c)
        raise Invalid(f"there is no table {name!r} of a tenant's; there are {', '.join(known)}")
    return table


def _unique(table: Table, column: Column[object]) -> bool:
    constraints = [one for one in table.constraints if isinstance(one, ColumnCollectionConstraint)]
    return any(column.name in constraint.columns for constraint in constraints)


def _kind(column: Column[object]) -> object:
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type

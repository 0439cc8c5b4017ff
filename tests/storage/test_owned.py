"""The wall between tenants: in a session with a scope, other tenants' rows are not there, however they are asked for."""

import runpy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from switchroom.accounts.model import ApiKeyRow, TenantRow
from switchroom.catalogue.model import AgentRow, FlowRow, FlowVersionRow
from switchroom.errors import Bug
from switchroom.identity import TenantId
from switchroom.storage.db import Base, Database, upsert
from switchroom.storage.journal import Journal, JournalRow
from switchroom.storage.owned import TenantOwned
from switchroom.storage.revisions import load_models
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

ANN, BEA = TenantId("tnt_ann"), TenantId("tnt_bea")
FLOWS: Table = FlowRow.__table__  # type: ignore[assignment]


def flow(tenant: TenantId, name: str) -> dict[str, object]:
    row = {"id": name, "tenant_id": tenant, "name": name, "draft": "", "revision": 1, "changed": 1.0}
    return {**row, "changed_by": "", "published": 0}


@asynccontextmanager
async def shared(folder: Path) -> AsyncIterator[Database]:
    """A database with a flow of each of two tenants."""
    async with migrated(folder) as database:
        async with database.transaction(WHOLE_HOUSE) as session:
            session.add_all([FlowRow(**flow(ANN, "ann")), FlowRow(**flow(BEA, "bea"))])
        yield database


def test_whatever_has_a_tenant_is_owned_without_saying_so() -> None:
    for mapped in (FlowRow, AgentRow, ApiKeyRow, JournalRow, TenantRow):
        assert issubclass(mapped, TenantOwned)


def test_other_tenants_rows_are_not_read(tmp_path: Path) -> None:
    async def main() -> None:
        other, count = aliased(FlowRow), select(func.count()).select_from(FlowRow)
        queries = (
            select(FlowRow.id).where(FlowRow.id == "bea"),
            select(FlowRow).where((FlowRow.id == "bea") | (FlowRow.id == "nobody")),
            select(other.id).where(other.id == "bea"),
            select(FlowRow.id).where(FlowRow.id.in_(select(other.id).where(other.id == "bea"))),
            select(FlowRow.id, other.id).join(other, FlowRow.id != other.id),
            select(FLOWS.c.id).where(FLOWS.c.id == "bea"),
        )
        async with shared(tmp_path) as database:
            for scope, found in ((ANN, 0), (BEA, 1), (WHOLE_HOUSE, 1)):
                async with database.snapshot(scope) as session:
                    for query in queries:
                        rows = (await session.execute(query)).all()
                        joined = len(query.columns_clause_froms) == 2
                        assert (len(rows) > 0) == (scope is WHOLE_HOUSE if joined else found), query
                    assert (await session.get(FlowRow, "bea") is not None) == bool(found)
                    assert await session.scalar(count) == (2 if scope is WHOLE_HOUSE else 1)

    run_real(main())


def test_other_tenants_rows_are_neither_changed_nor_deleted(tmp_path: Path) -> None:
    async def main() -> None:
        async with shared(tmp_path) as database:
            async with database.transaction(ANN) as session:
                for statement in (
                    update(FlowRow).where(FlowRow.id == "bea").values(draft="mine"),
                    update(FLOWS).values(draft="mine"),
                    delete(FlowRow).where(FlowRow.id == "bea"),
                    delete(FLOWS).where(FLOWS.c.id == "bea"),
                ):
                    await session.execute(statement)
                await upsert(session, FlowRow, ("id",), [flow(ANN, "bea") | {"draft": "mine"}])
            async with database.snapshot(WHOLE_HOUSE) as session:
                drafts = {row.id: (row.draft, row.tenant_id) for row in await session.scalars(select(FlowRow))}
            assert drafts == {"ann": ("mine", ANN), "bea": ("", BEA)}

    run_real(main())


def test_nothing_is_written_for_another_tenant(tmp_path: Path) -> None:
    async def main() -> None:
        async def add(session: AsyncSession) -> None:
            session.add(FlowRow(**flow(BEA, "new")))
            await session.flush()

        async def give_away(session: AsyncSession) -> None:
            (await session.get_one(FlowRow, "ann")).tenant_id = BEA
            await session.flush()

        async def insert_one(session: AsyncSession) -> None:
            await session.execute(insert(FlowRow), [flow(BEA, "new")])

        async def insert_values(session: AsyncSession) -> None:
            await session.execute(insert(FLOWS).values(**flow(BEA, "new")))

        async def put(session: AsyncSession) -> None:
            await upsert(session, FlowRow, ("id",), [flow(ANN, "good"), flow(BEA, "new")])

        async with shared(tmp_path) as database:
            for write in (add, give_away, insert_one, insert_values, put):
                with pytest.raises(Bug):
                    async with database.transaction(ANN) as session:
                        await write(session)
            async with database.snapshot(WHOLE_HOUSE) as session:
                assert sorted(await session.scalars(select(FlowRow.tenant_id))) == [ANN, BEA]

    run_real(main())


def test_tables_joined_without_their_classes_are_refused(tmp_path: Path) -> None:
    async def main() -> None:
        versions = FlowVersionRow.__table__
        async with shared(tmp_path) as database, database.snapshot(ANN) as session:
            with pytest.raises(Bug, match="by their classes"):
                await session.execute(select(FLOWS.c.id).select_from(FLOWS.join(versions)))

    run_real(main())


def test_the_journal_takes_a_tenants_own_events_in_its_session(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            async with database.transaction(ANN) as session:
                await journal.append(session, Story("call_1", ANN).opening())
            with pytest.raises(Bug):
                async with database.transaction(ANN) as session:
                    await journal.append(session, Story("call_2", BEA).opening())
            assert {entry.tenant for entry in await journal.after(0)} == {ANN}

    run_real(main())


EVERYBODYS: set[str] = runpy.run_path("tools/house_rules.py")["EVERYBODYS"]


def test_every_table_says_whose_its_rows_are() -> None:
    load_models()
    nobodys = {
        mapper.class_.__tablename__ for mapper in Base.registry.mappers if not issubclass(mapper.class_, TenantOwned)
    }
    assert nobodys == EVERYBODYS, "give the table a tenant_id, or name it in EVERYBODYS with its reason"

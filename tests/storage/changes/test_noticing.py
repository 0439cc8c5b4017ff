"""A write of the catalogue tells of itself, in its own transaction, whoever makes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from switchroom.accounts.service import Accounts
from switchroom.accounts.tenancy import Tenancy
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.catalogue.model import AgentRow, NumberRow
from switchroom.catalogue.service import Catalogue
from switchroom.events.catalogue import CatalogueChanged
from switchroom.storage.changes.kept import catalogue_count
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Database, Catalogue]]:
    async with migrated(folder) as database:
        yield database, Catalogue(database)


async def told(database: Database) -> list[tuple[str, str, str]]:
    entries = await Journal(database).after(0, topics=["catalogue.changed"])
    events = [entry.event for entry in entries]
    return [(event.tenant, event.kind, event.item) for event in events if isinstance(event, CatalogueChanged)]


def test_whatever_is_made_changed_or_removed_is_told_with_its_id(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, catalogue):
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            await catalogue.save_agent(replace(agent, speed=1.2))
            await catalogue.bind("demo", agent)
            async with database.transaction(TENANT) as session:
                number = await session.get(NumberRow, (await _only_number(database)))
                await session.delete(number)
            kinds = [(tenant, kind) for tenant, kind, _ in await told(database)]
            assert kinds == [(TENANT, "agent"), (TENANT, "agent"), (TENANT, "number"), (TENANT, "number")]
            assert (await told(database))[0][2] == agent.id

    run_real(main())


async def _only_number(database: Database) -> str:
    async with database.snapshot(WHOLE_HOUSE) as session:
        return (await session.scalars(select(NumberRow.id))).one()


def test_the_number_grows_once_for_each_transaction_that_writes_and_for_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, catalogue):
            before = await catalogue_count(database)
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            assert await catalogue_count(database) == before + 1
            async with database.transaction(TENANT) as session:
                for name in ("Bob", "Cy"):
                    row = await session.get(AgentRow, agent.id)
                    assert row is not None
                    row.name = name
                    await session.flush()
            assert await catalogue_count(database) == before + 2

    run_real(main())


def test_what_was_rolled_back_was_neither_told_nor_counted(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, catalogue):
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            before, known = await catalogue_count(database), await told(database)
            async with database.transaction(TENANT) as session:
                row = await session.get(AgentRow, agent.id)
                assert row is not None
                row.name = "Bob"
                await session.flush()
                await session.rollback()
            assert (await catalogue_count(database), await told(database)) == (before, known)

    run_real(main())


def test_a_statement_that_writes_rows_unseen_is_told_without_an_id(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, catalogue):
            await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            before = await catalogue_count(database)
            async with database.transaction(TENANT) as session:
                await session.execute(update(AgentRow).values(speed=1.5))
            async with database.transaction(TENANT) as session:
                await session.execute(delete(AgentRow))
            assert [item for _, _, item in (await told(database))[1:]] == ["", ""]
            assert await catalogue_count(database) == before + 2

    run_real(main())


def test_a_tenant_that_is_suspended_is_a_change_of_the_catalogue(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, _):
            tenant = await Accounts(database, "s" * 32, lambda: 0.0).create_tenant("acme", "Acme")
            before = await catalogue_count(database)
            await Tenancy(database, lambda: 0.0).suspend(PLATFORM, "acme")
            assert await catalogue_count(database) == before + 1
            assert (await told(database))[-1] == (tenant.id, "tenant", tenant.id)

    run_real(main())

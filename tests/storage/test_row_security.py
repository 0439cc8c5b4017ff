"""The second wall, on a real PostgreSQL: raw SQL in a tenant's session reads and writes that tenant's rows alone."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from switchroom.accounts.seed import seed_accounts
from switchroom.accounts.service import Accounts
from switchroom.accounts.tenancy import Tenancy
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.catalogue.model import FlowRow
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory
from switchroom.identity import TenantId
from switchroom.storage.db import Base, Database
from switchroom.storage.journal import Journal
from switchroom.storage.migrating import migrate
from switchroom.storage.revisions import load_models
from switchroom.storage.row_security import bypassed, unsecured
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.postgresql import Postgresql
from tests.storage.stories import Story
from tests.storage.test_owned import ANN, BEA, EVERYBODYS, flow
from tests.virtual_time import run_real
from tests.web.site import CHEAP, NOW, PASSWORD, PIN, SECRET

APPLICATION = "switchroom_app"


def as_application(server: Postgresql, *, owner: bool = False) -> str:
    """Return the URL of a new database for a role that is no superuser."""
    url = server.create()
    name = url.rpartition("/")[2]
    exists = f"SELECT FROM pg_roles WHERE rolname = '{APPLICATION}'"
    server.sql(
        f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {APPLICATION} LOGIN PASSWORD 'app'; END IF; END $$"
    )
    server.sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APPLICATION}", name)
    server.sql(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION}", name)
    if owner:
        server.sql(f"ALTER TABLE flows OWNER TO {APPLICATION}", name)
    return f"postgresql://{APPLICATION}:app@127.0.0.1:{server.port}/{name}"


@pytest.mark.parametrize("owner", [False, True])
def test_raw_sql_sees_and_changes_the_rows_of_its_tenant_alone(postgresql: Postgresql, *, owner: bool) -> None:
    async def main() -> None:
        database = Database(as_application(postgresql, owner=owner))
        everything, names = text("SELECT id FROM flows ORDER BY id"), text("SELECT id FROM tenants")
        try:
            async with database.transaction(WHOLE_HOUSE) as session:
                session.add_all([FlowRow(**flow(ANN, "ann")), FlowRow(**flow(BEA, "bea"))])
            made = await Tenancy(database, lambda: 1.0).create(PLATFORM, "carl", "Carl")
            for scope, found in ((ANN, ["ann"]), (BEA, ["bea"]), (WHOLE_HOUSE, ["ann", "bea"]), (TenantId(""), [])):
                async with database.snapshot(scope) as session:
                    assert list(await session.scalars(everything)) == found
            async with database.snapshot(made.id) as session:
                assert list(await session.scalars(names)) == [made.id]
            async with database.transaction(ANN) as session:
                await session.execute(text("UPDATE flows SET draft = 'mine'"))
                await session.execute(text("DELETE FROM flows WHERE id = 'bea'"))
            async with database.snapshot(WHOLE_HOUSE) as session:
                drafts = [tuple(row) for row in await session.execute(text("SELECT id, draft FROM flows ORDER BY id"))]
                assert drafts == [("ann", "mine"), ("bea", "")]
            with pytest.raises(DBAPIError, match="row-level security"):
                async with database.transaction(ANN) as session:
                    await session.execute(text("UPDATE flows SET tenant_id = 'tnt_bea'"))
        finally:
            await database.close()

    run_real(main())


def test_a_connection_remembers_no_tenant_after_its_transaction(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(as_application(postgresql))
        seen = text("SELECT current_setting('switchroom.tenant')")
        try:
            for _ in range(3):
                async with database.transaction(ANN) as session:
                    assert await session.scalar(seen) == ANN
                async with database.snapshot(WHOLE_HOUSE) as session:
                    assert await session.scalar(seen) == "*"
        finally:
            await database.close()

    run_real(main())


def test_a_stranger_with_the_password_sees_no_rows_without_saying_whose(postgresql: Postgresql) -> None:
    url = as_application(postgresql)
    name = url.rpartition("/")[2]
    assert int(postgresql.sql("SELECT count(*) FROM tenants", name)) > 0
    seen = postgresql.sql(f"SET ROLE {APPLICATION}; SELECT count(*) FROM tenants", name)
    assert seen.splitlines()[-1] == "0"


def test_every_table_of_tenants_has_its_policy(postgresql: Postgresql) -> None:
    """A new table is secured when the migrations have run; one that says otherwise whose it is needs a word here."""

    async def main() -> None:
        load_models()
        database = Database(postgresql.create())
        try:
            async with database.engine.connect() as connection:
                assert await connection.run_sync(unsecured) == []
                query = text("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relrowsecurity")
                secured = set((await connection.scalars(query)).all())
            assert set(Base.metadata.tables) - secured == EVERYBODYS
        finally:
            await database.close()

    run_real(main())


def test_what_a_migration_adds_is_secured_with_it(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create())
        try:
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(text("CREATE TABLE novelties (id int, tenant_id text)"))
            async with database.engine.connect() as connection:
                assert await connection.run_sync(unsecured) == [("novelties", "tenant_id")]
            await migrate(database)
            async with database.engine.connect() as connection:
                assert await connection.run_sync(unsecured) == []
        finally:
            await database.close()

    run_real(main())


def test_a_role_that_is_no_superuser_owns_makes_and_uses_the_database(postgresql: Postgresql) -> None:
    """What docs/operating.md says of PostgreSQL's role: migrations, a demo, a call's events and what is read of them."""

    async def main() -> None:
        as_application(postgresql)
        postgresql.sql("DROP DATABASE IF EXISTS owned WITH (FORCE)")
        postgresql.sql(f"CREATE DATABASE owned OWNER {APPLICATION} TEMPLATE template0")
        database = Database(f"postgresql://{APPLICATION}:app@127.0.0.1:{postgresql.port}/owned")
        try:
            await upgrade(database)
            account = await seed_accounts(Accounts(database, SECRET, lambda: NOW, hasher=CHEAP), PASSWORD, PIN)
            ours = account.tenant.id
            catalogue, journal = Catalogue(database), Journal(database)
            agent = await seed_catalogue(catalogue, ours, "restaurant.yaml")
            assert (await catalogue.agents(ours))[0].id == agent.id
            await journal.write(Story("call_1", ours).whole())
            await HistoryReader(journal, linger=0).catch_up()
            assert [call.id for call in (await CallHistory(database, journal).calls(ours)).calls] == ["call_1"]
            assert (await CallHistory(database, journal).calls(BEA)).calls == []
            await Tenancy(database, lambda: NOW).settings.change(ours, {"brand_name": "Copper"})
        finally:
            await database.close()

    run_real(main())


def test_a_role_that_passes_the_policies_by_is_known(postgresql: Postgresql) -> None:
    async def said(url: str) -> bool:
        database = Database(url)
        try:
            async with database.engine.connect() as connection:
                return await connection.run_sync(bypassed)
        finally:
            await database.close()

    assert run_real(said(postgresql.create())) is True, "the server's superuser"
    assert run_real(said(as_application(postgresql))) is False

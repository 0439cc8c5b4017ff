"""What PostgreSQL alone can do to us: it is restarted, many write at once, and operators write its URLs."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from switchroom.errors import Invalid
from switchroom.knowledge.by_words import POSTGRESQL_VECTOR
from switchroom.settings import DatabaseSettings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.postgres import translated
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from tests.interop.ports import free_block
from tests.servers.postgresql import PASSWORD, Postgresql
from tests.storage.stories import Story, stored
from tests.virtual_time import run_real


async def answered(database: Database, sql: str) -> object:
    async with database.snapshot(WHOLE_HOUSE) as session:
        return await session.scalar(text(sql))


def test_a_server_that_was_restarted_costs_nobody_a_request(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create())
        journal = Journal(database)
        await journal.write(Story("call_1").opening())
        postgresql.kill()
        postgresql.start()
        assert await journal.last() == 4
        postgresql.stop()
        postgresql.start()
        await journal.write(Story("call_2").opening())
        assert len(await journal.after(0)) == 8
        await database.close()

    run_real(main())


def test_a_server_that_is_away_is_an_error_like_any_other_and_names_no_password(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create())
        await answered(database, "SELECT 1")
        postgresql.stop()
        try:
            with pytest.raises(OperationalError) as away:
                await answered(database, "SELECT 1")
        finally:
            postgresql.start()
        assert PASSWORD not in str(away.value) + repr(away.value)
        assert await answered(database, "SELECT 1") == 1
        await database.close()
        stranger = Database(postgresql.url("migrated").replace(PASSWORD, "wrong-password"))
        with pytest.raises(OperationalError, match="password authentication failed") as refused:
            await answered(stranger, "SELECT 1")
        assert "wrong-password" not in str(refused.value) + repr(refused.value)
        await stranger.close()

    run_real(main())


def test_nobody_there_at_all_is_said_with_the_reason(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(f"postgresql://nobody@127.0.0.1:{free_block(2)}/none")
        with pytest.raises(OperationalError, match="Connect call failed"):
            await upgrade(database)
        await database.close()

    run_real(main())


def test_a_statement_that_takes_too_long_is_given_up(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create(), DatabaseSettings(statement_timeout=0.05))
        with pytest.raises(DBAPIError, match="statement timeout"):
            await answered(database, "SELECT pg_sleep(30)")
        assert await answered(database, "SELECT 1") == 1
        await database.close()

    run_real(main())


def test_a_snapshot_can_write_nothing(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create())
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await answered(database, "DELETE FROM journal_cursors")
        await database.close()

    run_real(main())


def test_a_reader_misses_nothing_that_many_processes_write_at_once(postgresql: Postgresql) -> None:
    async def main() -> None:
        url = postgresql.create()
        databases = [Database(url) for _ in range(4)]
        journals = [Journal(database) for database in databases]
        events = [stored(Story(f"call_{number}").whole()) for number in range(24)]
        seen: list[str] = []

        async def read() -> None:
            last = 0
            while len(seen) < sum(map(len, events)):
                entries = await journals[0].after(last)
                seen.extend(entry.id for entry in entries)
                last = entries[-1].number if entries else last

        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            for number, story in enumerate(events):
                for part in (story[:6], story[6:]):
                    group.create_task(journals[number % 4].write(part))
        assert len(set(seen)) == len(seen) == 24 * 13
        for database in databases:
            await database.close()

    run_real(main())


def test_words_are_found_by_the_index_that_the_migrations_made(postgresql: Postgresql) -> None:
    async def main() -> None:
        database = Database(postgresql.create())
        async with database.transaction(WHOLE_HOUSE) as session:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            query = f"EXPLAIN SELECT number FROM knowledge_passages WHERE {POSTGRESQL_VECTOR} @@ plainto_tsquery('english', 'park')"
            plan = "\n".join((await session.scalars(text(query))).all())
        assert "ix_knowledge_passages_words" in plan
        await database.close()

    run_real(main())


def test_who_is_connected_is_named_to_the_server(postgresql: Postgresql) -> None:
    async def main() -> None:
        url = postgresql.create()
        for written, expected in ((url, "switchroom "), (f"{url}?application_name=ours&sslmode=disable", "ours")):
            database = Database(written)
            assert str(await answered(database, "SHOW application_name")).startswith(expected)
            await database.close()

    run_real(main())


def test_a_url_of_before_and_one_with_the_driver_mean_the_same() -> None:
    urls = (
        "postgres://u:p@h/d",
        "postgresql://u:p@h/d",
        "postgresql+asyncpg://u:p@h/d",
        "postgresql+psycopg://u:p@h/d",
    )
    assert {translated(make_url(url)).render_as_string(hide_password=False) for url in urls} == {
        "postgresql+asyncpg://u:p@h/d"
    }


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://h/d?sslmod=require", "sslmod"),
        ("postgresql://h/d?sslmode=sometimes", "sslmode=sometimes"),
        ("postgresql://h/d?sslmode=verify-full&sslrootcert=/nowhere.pem", "certificate"),
        ("mysql://h/d", "mysql"),
        ("nonsense", "SWITCHROOM_DATABASE_URL"),
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_with_the_reason(url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        Database(url)


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(postgresql: Postgresql, tmp_path: Path) -> None:
    async def main() -> None:
        database = Database(f"{postgresql.create()}?sslmode=require")
        with pytest.raises(OperationalError, match="rejected SSL"):
            await answered(database, "SELECT 1")
        await database.close()

    run_real(main())

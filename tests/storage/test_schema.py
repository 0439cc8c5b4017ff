import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from switchroom.storage.db import Database
from switchroom.storage.migrating import differences
from switchroom.storage.revisions import SCRIPTS, age
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.databases import empty_in
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def test_an_empty_file_becomes_what_the_models_say(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            assert await differences(database) == []

    run_real(main())


def test_a_missing_migration_is_noticed(tmp_path: Path) -> None:
    async def main() -> None:
        database = Database(empty_in(tmp_path))
        assert any("voice_calls" in difference for difference in await differences(database))
        await database.close()

    run_real(main())


def test_upgrading_twice_or_from_two_processes_at_once_does_no_harm(tmp_path: Path) -> None:
    async def main() -> None:
        first, second = (Database(empty_in(tmp_path)) for _ in range(2))
        async with asyncio.TaskGroup() as group:
            group.create_task(upgrade(first))
            group.create_task(upgrade(second))
        await upgrade(first)
        async with first.engine.connect() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert {"call_events", "tenants", "users", "agents", "numbers", "voice_calls"} <= set(tables)
        await first.close()
        await second.close()

    run_real(main())


@pytest.mark.databases("sqlite")
def test_a_file_that_another_process_has_is_waited_for(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "held.db"
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("CREATE TABLE theirs (id INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        database = Database(f"sqlite+aiosqlite:///{path}")
        async with asyncio.TaskGroup() as group:
            upgrading = group.create_task(upgrade(database))
            await asyncio.wait([upgrading], timeout=0.1)
            assert not upgrading.done()
            other.execute("COMMIT")
        async with database.engine.connect() as connection:
            assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        other.close()
        await database.close()

    run_real(main())


def test_scripts_follow_one_another_by_the_number_in_their_names() -> None:
    names = sorted(path.name for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    numbers = [name[:4] for name in names]
    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)]
    for name, number, before in zip(names, numbers, ["", *numbers], strict=False):
        script = (SCRIPTS / "versions" / name).read_text(encoding="utf-8")
        assert f'revision = "{number}"' in script
        assert f"down_revision = {repr(before).replace(chr(39), chr(34)) if before else None}" in script


def test_how_a_database_stands_is_known_from_its_number(tmp_path: Path) -> None:
    async def main() -> None:
        database = Database(empty_in(tmp_path))
        assert await age(database) == "empty"
        await upgrade(database)
        assert await age(database) == "current"
        async with database.transaction(WHOLE_HOUSE) as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        assert await age(database) == "old"
        async with database.transaction(WHOLE_HOUSE) as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert await age(database) == "unknown"
        await database.close()

    run_real(main())

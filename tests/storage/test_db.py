import asyncio
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from switchroom.errors import Bug
from switchroom.storage.db import take_turn
from switchroom.storage.journal import CursorRow, Journal, cursor_of, move_cursor
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def test_what_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:

            async def fail() -> None:
                async with database.transaction(WHOLE_HOUSE) as session:
                    await move_cursor(session, "reader", 7)
                    await session.flush()
                    raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await fail()
            async with database.snapshot(WHOLE_HOUSE) as session:
                assert await cursor_of(session, "reader") == 0

    run_real(main())


def test_many_writers_take_turns_and_none_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:

            async def count() -> None:
                async with database.transaction(WHOLE_HOUSE) as session:
                    await take_turn(session, "reader")
                    await move_cursor(session, "reader", await cursor_of(session, "reader") + 1)

            async with asyncio.TaskGroup() as group:
                for _ in range(30):
                    group.create_task(count())
            async with database.snapshot(WHOLE_HOUSE) as session:
                assert await cursor_of(session, "reader") == 30

    run_real(main())


def test_a_reader_does_not_wait_for_a_writer_and_sees_one_state(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database, database.snapshot(WHOLE_HOUSE) as reading:
            assert await cursor_of(reading, "reader") == 0
            async with database.transaction(WHOLE_HOUSE) as writing:
                await move_cursor(writing, "reader", 5)
            assert (await reading.scalars(select(CursorRow.number))).all() == []
            async with database.snapshot(WHOLE_HOUSE) as later:
                assert await cursor_of(later, "reader") == 5

    run_real(main())


def test_a_transaction_within_a_transaction_is_a_bug_and_not_a_hang(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database, database.transaction(WHOLE_HOUSE):
            with pytest.raises(Bug):
                async with database.transaction(WHOLE_HOUSE):
                    pass

    run_real(main())


@pytest.mark.databases("sqlite")
def test_foreign_keys_hold_again_after_tables_were_rebuilt(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            async with database.rebuilding() as connection:
                assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 0
            async with database.snapshot(WHOLE_HOUSE) as session:
                assert (await session.execute(text("PRAGMA foreign_keys"))).scalar() == 1

    run_real(main())


@pytest.mark.parametrize("statement", ["BEGIN", "SELECT", "INSERT"])
def test_a_cancelled_transaction_lets_go_of_the_database(tmp_path: Path, statement: str) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            cancelled: list[asyncio.Task[None]] = []  # and their tracebacks, which hold cursors

            def cancel(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
                if sql.startswith(statement) and not cancelled:
                    cancelled.append(writing)
                    writing.cancel()

            event.listen(database.engine.sync_engine, "before_cursor_execute", cancel)
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(journal.write(Story("call_1").whole()))
            assert all(task.cancelled() for task in cancelled)
            if not cancelled:
                return  # BEGIN is a statement on SQLite alone, the SELECT that takes the turn on PostgreSQL
            await journal.write(Story("call_2").whole())
            assert {entry.call for entry in await journal.after(0)} == {"call_2"}

    run_real(main())

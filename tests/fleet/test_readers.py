"""Two workers read one journal: nothing is counted twice, and calls of engines that are gone are closed once."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from switchroom.fleet.registry import Process, Registry
from switchroom.history.closing import Closing
from switchroom.history.model import CallRow
from switchroom.history.reader import NAME, HistoryReader
from switchroom.history.service import CallHistory
from switchroom.identity import CallId
from switchroom.storage.journal import CursorMoved, Journal, cursor_of, move_cursor
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def test_a_cursor_moves_only_from_where_its_reader_saw_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            async with database.transaction(WHOLE_HOUSE) as session:
                await move_cursor(session, "count", 5, since=0)
            with pytest.raises(CursorMoved):
                async with database.transaction(WHOLE_HOUSE) as session:
                    await move_cursor(session, "count", 3, since=0)
            async with database.transaction(WHOLE_HOUSE) as session:
                await move_cursor(session, "count", 9, since=5)
                assert await cursor_of(session, "count") == 9

    run_real(main())


def test_two_readers_at_once_fold_every_entry_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            readers = [HistoryReader(journal, linger=0), HistoryReader(Journal(database), linger=0)]
            for number in range(8):
                await journal.write(Story(f"call_{number}").whole())
                async with asyncio.TaskGroup() as tasks:
                    for reader in readers:
                        tasks.create_task(reader.catch_up())
            async with database.snapshot(WHOLE_HOUSE) as session:
                calls = list(await session.scalars(select(CallRow).where(CallRow.closed.is_not(None))))
                assert len(calls) == 8
                assert await cursor_of(session, NAME) == await journal.last()

    run_real(main())


def test_a_second_reader_that_comes_too_late_leaves_no_trace(tmp_path: Path) -> None:
    """Both have read the same entries; the first one's transaction stands, the second one's is undone as a whole."""

    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write(Story().whole())
            first, late = HistoryReader(journal), HistoryReader(journal)
            await late._position()
            await first.catch_up()
            async with database.transaction(WHOLE_HOUSE) as session:
                for call in await session.scalars(select(CallRow)):
                    call.message = "kept"
            await late.catch_up()
            async with database.snapshot(WHOLE_HOUSE) as session:
                assert [call.message for call in await session.scalars(select(CallRow))] == ["kept"]

    run_real(main())


def test_calls_of_an_engine_that_is_gone_are_closed_and_those_of_others_go_on(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            registry, journal = Registry(database), Journal(database)
            for name in ("dead", "alive"):
                await registry.enter(Process(name, "engine", "host", "1", 100.0), alone=False)
                story = Story(f"call_{name}", engine=name)
                await journal.write([*story.opening(), *story.talk()])
            closing = Closing(journal, HistoryReader(journal, linger=0))
            assert await closing.close_lost(registry.living, 9000.0) == []
            await registry.give_up("dead", 0, 8999.0)
            assert [told.call for told in await closing.close_lost(registry.living, 9000.0)] == ["call_dead"]
            assert await closing.close_lost(registry.living, 9001.0) == []
            history = CallHistory(database, journal)
            lost = await history.call(CallId("call_dead"), TENANT)
            assert (lost.state, lost.error) == ("ended", "engine_lost")
            assert await history.transcript(lost.id, TENANT), "what was journaled is there"
            assert [call.id for call in await history.live(TENANT)] == ["call_alive"]

    run_real(main())

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from switchroom.events.bus import Bus
from switchroom.history.closing import Closing
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory
from switchroom.identity import CallId
from switchroom.storage.db import Database
from switchroom.storage.journal import CursorRow, Journal
from switchroom.storage.journal_writer import writing
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

CALL = CallId("call_1")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Database, Journal, HistoryReader, CallHistory]]:
    async with migrated(folder) as database:
        journal = Journal(database)
        yield database, journal, HistoryReader(journal, linger=0.0), CallHistory(database, journal)


async def _rows(database: Database) -> list[object]:
    tables = ("voice_calls", "transcripts", "turns", "recordings")
    async with database.snapshot(WHOLE_HOUSE) as session:
        found = [(await session.execute(text(f"SELECT * FROM {table}"))).mappings().all() for table in tables]
    return [{**row, "number": None} for rows in found for row in rows]  # the index of words alone knows it


def test_from_the_bus_to_the_call_page(tmp_path: Path) -> None:
    async def main() -> None:
        bus = Bus()
        async with opened(tmp_path) as (_, journal, reader, history), asyncio.TaskGroup() as group:
            following = group.create_task(reader.run())
            async with writing(bus, journal.write) as writer:
                for event in Story().whole():
                    bus.publish(event)
                await writer.flush()
                await reader.caught_up()
            following.cancel()
            call = await history.call(CALL, TENANT)
            assert (call.state, call.reason, call.ended, call.error) == ("ended", "caller_hangup", 1012.0, "")
            assert [line.text for line in await history.transcript(CALL, TENANT)] == [
                "Hello.",
                "a table for two",
                "Certainly, at",
            ]
            assert (await history.turns(CALL, TENANT))[1].timings == {"stt": 0.1, "total": 0.4}
            recording = await history.recording(CALL, TENANT)
            assert recording is not None
            assert (recording.path, recording.state, recording.rate, recording.size) == (
                "a.wav",
                "stored",
                16000,
                320044,
            )

    run_real(main())


def test_reading_event_by_event_gives_the_same_rows_as_reading_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (database, journal, reader, _):
            for event in Story().whole():
                await journal.write([event])
                await reader.catch_up()
            one_by_one = await _rows(database)
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(delete(CursorRow))
                for table in ("voice_calls", "transcripts", "turns", "recordings"):
                    await session.execute(text(f"DELETE FROM {table}"))
            await HistoryReader(journal).catch_up()
            assert await _rows(database) == one_by_one

    run_real(main())


def test_reading_everything_again_changes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (database, journal, reader, _):
            await journal.write(Story().whole())
            await reader.catch_up()
            before = await _rows(database)
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(delete(CursorRow))
            await HistoryReader(journal).catch_up()
            assert await _rows(database) == before

    run_real(main())


def test_a_call_whose_process_died_is_closed_in_the_journal_and_once_only(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (_, journal, reader, history):
            story = Story()
            await journal.write([*story.opening(), *story.talk()])
            await journal.write(Story("call_0").whole())
            assert [told.call for told in await Closing(journal, reader).recover(9000.0)] == [CALL]
            call = await history.call(CALL, TENANT)
            assert (call.state, call.error, call.duration) == ("ended", "engine_restarted", 8.0)
            last = (await history.events(CALL, TENANT))[-1]
            assert (last.topic, last.sequence, last.at) == ("voice.call.failed", 12, 9000.0)
            assert await history.live(TENANT) == []
            assert await Closing(journal, HistoryReader(journal)).recover(9001.0) == []

    run_real(main())


def test_an_event_of_another_version_does_not_stop_the_reader(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (database, journal, reader, history):
            await journal.write(Story().opening())
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(text("UPDATE call_events SET topic = 'call.cheered' WHERE sequence = 2"))
            await reader.catch_up()
            assert (await history.call(CALL, TENANT)).state == "talking"

    run_real(main())


def test_an_event_whose_call_has_no_beginning_still_makes_a_row(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (_, journal, reader, history):
            await journal.write(Story().ending())
            await reader.catch_up()
            call = await history.call(CALL, TENANT)
            assert (call.state, call.started, call.caller) == ("ended", None, "")

    run_real(main())

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from switchroom.events import catalogue
from switchroom.events.catalogue import CallRinging, DigitPressed, Event, ToolFinished
from switchroom.identity import CallId
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal, JournalRow, encode
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import Story, migrated, stored
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def test_every_kind_of_event_is_read_as_it_was_written(tmp_path: Path) -> None:
    async def main() -> None:
        events = Story().whole()
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write(events)
            assert [entry.event for entry in await journal.after(0)] == stored(events)

    run_real(main())


def test_the_whole_catalogue_can_be_written() -> None:
    kinds = [kind for kind in vars(catalogue).values() if isinstance(kind, type) and issubclass(kind, Event)]
    topics = [kind.topic for kind in kinds if kind is not Event]
    assert len(set(topics)) == len(topics)
    digit = DigitPressed(**Story().stamp(), digit="5", how="info")  # type: ignore[arg-type]
    assert encode(digit)["data"] == {"digit": "5", "how": "info"}


def test_writing_an_event_again_changes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        events = stored(Story().whole())
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write(events[:5])
            await journal.write(events)
            entries = await journal.after(0)
            assert [entry.event for entry in entries] == events
            assert [entry.number for entry in entries] == sorted(entry.number for entry in entries)

    run_real(main())


def test_reading_goes_on_after_a_number_and_within_a_call_after_a_sequence(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write(Story("call_1").whole())
            await journal.write(Story("call_2").whole())
            third = (await journal.after(0, most=3))[-1]
            assert (await journal.after(third.number, most=1))[0].sequence == 4
            assert {entry.call for entry in await journal.of_call(CallId("call_2"))} == {"call_2"}
            assert [entry.sequence for entry in await journal.of_call(CallId("call_2"), after=12)] == [13, 14]
            assert [entry.call for entry in await journal.after(0, topics=["voice.call.started"])] == [
                "call_1",
                "call_2",
            ]

    run_real(main())


@pytest.mark.parametrize(
    ("topic", "data"),
    [("queue.entered", {"queue": "sales"}), ("call.ended", {}), ("vad", {"speaking": True})],
    ids=["unknown topic", "missing field", "ephemeral topic"],
)
def test_what_another_version_wrote_is_read_without_its_meaning(
    tmp_path: Path, topic: str, data: dict[str, object]
) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            await _insert(database, topic, data)
            (entry,) = await Journal(database).after(0)
            assert (entry.event, entry.topic, entry.data) == (None, topic, data)

    run_real(main())


def test_a_field_that_is_no_longer_known_is_left_aside(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            await _insert(database, "call.ringing", {"tone": "us"})
            (entry,) = await Journal(database).after(0)
            assert isinstance(entry.event, CallRinging)

    run_real(main())


async def _insert(database: Database, topic: str, data: dict[str, object]) -> None:
    row = {**encode(Story().opening()[1]), "topic": topic, "version": 9, "data": data}
    async with database.transaction(WHOLE_HOUSE) as session:
        await session.execute(insert(JournalRow), row)


def test_who_waits_wakes_at_the_commit(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            async with asyncio.TaskGroup() as group:
                waiting = group.create_task(journal.follow(0, poll=3600))
                async with database.transaction(WHOLE_HOUSE) as session:
                    await journal.append(session, Story().opening())
                    assert not waiting.done()
            assert await journal.last() == 4

    run_real(main())


def test_another_processs_events_are_noticed_by_polling(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            async with asyncio.TaskGroup() as group:
                group.create_task(Journal(database).follow(0, poll=0.01))
                await Journal(database).write(Story().opening())

    run_real(main())


def test_what_no_database_takes_is_stored_as_near_as_it_can_be(tmp_path: Path) -> None:
    async def main() -> None:
        odd = replace(
            next(event for event in Story().whole() if isinstance(event, ToolFinished)),
            result={
                "when": Path("/x"),
                "name": "J\udcffrg",
                "nul": "a\0b",
                "inf": float("inf"),
                "sizes": (1, 2),
                "é": "é",
            },
        )
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            await journal.write([odd])
            (entry,) = await journal.after(0)
            assert entry.data["result"] == {
                "when": "/x",
                "name": "J?rg",
                "nul": "a\ufffdb",
                "inf": None,
                "sizes": [1, 2],
                "é": "é",
            }

    run_real(main())

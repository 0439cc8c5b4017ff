import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.events.bus import Bus
from switchroom.events.catalogue import Event
from switchroom.storage.journal import Journal
from switchroom.storage.journal_writer import BEHIND, writing
from tests.storage.stories import Story, migrated, stored
from tests.virtual_time import run, run_real

pytestmark = pytest.mark.databases


class ScriptedStore:
    """Fails as often as it is told, and keeps what it took."""

    def __init__(self, failures: int = 0, takes: float = 0.0) -> None:
        self.failures = failures
        self.batches: list[list[Event]] = []
        self._takes = takes

    async def __call__(self, events: Sequence[Event]) -> None:
        await asyncio.sleep(self._takes)
        if self.failures:
            self.failures -= 1
            raise Unavailable("the database is locked")
        self.batches.append(list(events))

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]


def test_what_comes_together_is_stored_together_and_without_the_ephemeral() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(), Story().whole()
        async with writing(bus, store):
            for event in events:
                bus.publish(event)
                await asyncio.sleep(0.001)
            await asyncio.sleep(1)
            assert store.batches == [stored(events)]

    run(main())


def test_a_large_batch_is_split() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(), stored(Story().whole())
        async with writing(bus, store, most=5) as writer:
            for event in events:
                bus.publish(event)
            await writer.flush()
        assert [len(batch) for batch in store.batches] == [5, 5, 3]

    run(main())


def test_leaving_stores_what_was_published_last() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(takes=0.5), stored(Story().whole())
        async with writing(bus, store):
            bus.publish(events[0])
            await asyncio.sleep(0.2)  # the first is being stored
            for event in events[1:]:
                bus.publish(event)
        assert {event.id for event in store.events} == {event.id for event in events}

    run(main())


def test_cancelling_stores_what_was_published_last() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(takes=0.5), stored(Story().whole())

        async def engine() -> None:
            async with writing(bus, store):
                bus.publish(events[0])
                try:
                    await asyncio.sleep(3600)
                finally:
                    bus.publish(events[1])

        async with asyncio.TaskGroup() as group:
            task = group.create_task(engine())
            await asyncio.sleep(0.2)
            task.cancel()
        assert store.events == events[:2]

    run(main())


def test_a_failing_database_delays_and_loses_nothing() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(failures=6), stored(Story().whole())
        async with writing(bus, store) as writer:
            for event in events:
                bus.publish(event)
                await asyncio.sleep(0.5)
            await writer.flush()
            assert writer.problem() == ""
        assert store.events == events

    run(main())


def test_a_database_that_stays_away_makes_the_process_unhealthy_until_it_returns() -> None:
    async def main() -> None:
        bus, store = Bus(), ScriptedStore(failures=10_000)
        async with writing(bus, store) as writer:
            bus.publish(Story().opening()[0])
            await asyncio.sleep(BEHIND / 2)
            assert writer.problem() == ""
            await asyncio.sleep(BEHIND)
            assert writer.problem() == "the journal cannot be written"
            store.failures = 0
            await writer.flush()
            assert writer.problem() == ""

    run(main())


def test_an_overflow_is_said_and_what_comes_later_is_stored_again() -> None:
    async def main() -> None:
        bus, store, events = Bus(), ScriptedStore(takes=1.0), stored(Story().whole())
        async with writing(bus, store, size=4, linger=0.0) as writer:
            bus.publish(events[0])
            await asyncio.sleep(0.5)
            for event in events[1:7]:
                bus.publish(event)
            assert writer.problem() == "the journal's queue overflowed"
            await asyncio.sleep(5)
            assert (writer.problem(), writer.gaps) == ("", 1)
            bus.publish(events[7])
        assert store.events == [*events[:5], events[7]]

    run(main())


def test_a_database_that_never_returns_does_not_keep_the_process_from_ending() -> None:
    async def main() -> None:
        bus, store = Bus(), ScriptedStore(failures=10_000)
        async with writing(bus, store, give_up=3.0):
            bus.publish(Story().opening()[0])
        assert store.events == []
        assert asyncio.get_running_loop().time() == pytest.approx(3.0)

    run(main())


def test_cancelling_in_mid_commit_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        bus, events = Bus(), [event for n in range(40) for event in stored(Story(f"call_{n}").whole())]
        async with migrated(tmp_path) as database:
            journal = Journal(database)

            async def engine() -> None:
                async with writing(bus, journal.write, linger=0.0, most=3):
                    for event in events:
                        bus.publish(event)
                    await journal.follow(30)
                    running.cancel()
                    await asyncio.Event().wait()

            async with asyncio.TaskGroup() as group:
                running = group.create_task(engine())
            assert [entry.event for entry in await journal.after(0, most=1000)] == events

    run_real(main())

"""What goes between processes by Redis, with a real server: wake-ups, live events, questions; and the server's absence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchroom.errors import Conflict, Limited, NotFound, Unavailable
from switchroom.events.bus import Bus
from switchroom.events.catalogue import TranscriptPartial
from switchroom.fleet.post import Data, Post, raised, told
from switchroom.fleet.relay import Relay
from switchroom.fleet.wakes import STREAM, Wakes
from switchroom.hosting import hosting
from switchroom.storage.journal import Journal
from switchroom.storage.streams import Streams
from tests.servers.redis import Redis
from tests.storage.stories import Story, migrated
from tests.virtual_time import run_real


@asynccontextmanager
async def client(redis: Redis) -> AsyncIterator[Streams]:
    streams = Streams(redis.url)
    try:
        yield streams
    finally:
        await streams.close()


@asynccontextmanager
async def post(redis: Redis, name: str) -> AsyncIterator[Post]:
    async with client(redis) as streams:
        made = Post(streams, name)
        async with hosting(made.run()):
            yield made


async def echo(data: Data) -> Data:
    return {"said": data["say"]}


async def refuse(_data: Data) -> Data:
    raise Conflict("call c is held: resume it first", code="held")


async def break_down(_data: Data) -> Data:
    raise ZeroDivisionError


def test_a_question_is_answered_and_what_is_raised_there_is_raised_here(redis: Redis) -> None:
    async def main() -> None:
        async with post(redis, "api") as api, post(redis, "engine") as engine:
            engine.handlers |= {"echo": echo, "refuse": refuse, "break": break_down}
            assert await api.ask("engine", "echo", {"say": "hello"}) == {"said": "hello"}
            with pytest.raises(Conflict, match="call c is held: resume it first") as refused:
                await api.ask("engine", "refuse", {})
            assert refused.value.code == "held"
            with pytest.raises(Exception, match="something broke at the engine"):
                await api.ask("engine", "break", {})
            assert await api.ask("engine", "echo", {"say": "still there"}) == {"said": "still there"}
            with pytest.raises(Unavailable, match="does not answer") as silent:
                await api.ask("nobody", "echo", {"say": "hello"}, patience=0.2)
            assert silent.value.code == "engine_silent"

    run_real(main())


def test_a_question_that_nobody_waits_for_any_more_is_not_carried_out(redis: Redis) -> None:
    carried: list[Data] = []

    async def carry(data: Data) -> Data:
        carried.append(data)
        return {}

    async def main() -> None:
        async with post(redis, "api") as api:
            with pytest.raises(Unavailable):
                await api.ask("engine", "carry", {"number": 1}, patience=0.1)
            async with client(redis) as streams:
                late = Post(streams, "engine")
                late.handlers["carry"] = carry
                async with hosting(late.run()):
                    await api.ask("engine", "carry", {"number": 2})
        assert carried == [{"number": 2}]

    run_real(main())


@pytest.mark.parametrize(
    "error",
    [NotFound("no such call"), Limited("too many", retry_after=3.0), Unavailable("full", code="full", retry_after=5.0)],
)
def test_an_error_arrives_as_it_was_sent(error: NotFound | Limited | Unavailable) -> None:
    came = raised(told(error))
    assert (type(came), str(came), came.code) == (type(error), str(error), error.code)
    assert getattr(came, "retry_after", None) == getattr(error, "retry_after", None)


def test_what_happens_in_one_process_is_heard_in_another_but_not_journaled_there(redis: Redis) -> None:
    async def main() -> None:
        here, there = Bus(), Bus()
        async with client(redis) as streams, client(redis) as others:
            sender, receiver = Relay(streams, here, "here"), Relay(others, there, "there")
            with there.subscribe() as live, there.subscribe(own=True) as journaled:
                async with hosting(receiver.receive()), hosting(sender.send()):
                    heard: list[object] = []
                    while not heard:  # until both have found the server
                        for event in (*Story().whole(), partial()):
                            here.publish(event)
                        await asyncio.sleep(0.1)
                        heard = [*live.take()]
                assert partial() in heard, "ephemeral ones too"
                assert {type(event) for event in Story().whole()} <= {type(event) for event in heard}
                assert journaled.take() == []

    def partial() -> TranscriptPartial:
        return next(event for event in Story().talk() if isinstance(event, TranscriptPartial))

    run_real(main())


def test_a_write_in_one_process_wakes_the_readers_of_another(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database, client(redis) as streams, client(redis) as others:
            here, there = Journal(database), Journal(database)
            teller, hearer = Wakes(streams, here, "here"), Wakes(others, there, "there")
            async with hosting(teller.tell()), hosting(hearer.hear()):
                for number in range(3):
                    await asyncio.sleep(0.2)
                    woken = there.next_commit()
                    await here.write(Story(f"call_{number}").whole())
                    async with asyncio.timeout(10.0):
                        await woken.wait()

    run_real(main())


def test_what_a_dead_reader_has_taken_is_claimed_by_the_next(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database, client(redis) as streams:
            journal = Journal(database)
            await streams.open_group(STREAM, "history")
            await streams.add(STREAM, {"from": "engine"}, most=10)
            assert len(await streams.read_as(STREAM, "history", "dead")) == 1
            assert await streams.pending(STREAM, "history") == 1
            woken = journal.next_commit()
            async with hosting(Wakes(streams, journal, "next").deliver("history")):
                async with asyncio.timeout(10.0):
                    await woken.wait()
                    while await streams.pending(STREAM, "history"):
                        await asyncio.sleep(0.02)

    run_real(main())


def test_streams_are_trimmed_as_they_grow(redis: Redis) -> None:
    async def main() -> None:
        async with client(redis) as streams:
            for number in range(400):
                await streams.add("short", {"number": number}, most=100)
        assert int(redis.command("XLEN", "switchroom:short")) < 250  # whole nodes of 100 are dropped

    run_real(main())


def test_a_server_that_was_away_is_found_again_and_the_journal_goes_on_meanwhile(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database, post(redis, "api") as api, post(redis, "engine") as engine:
            engine.handlers["echo"] = echo
            journal = Journal(database)
            async with client(redis) as streams, hosting(Wakes(streams, journal, "here").tell()):
                assert await api.ask("engine", "echo", {"say": 1}) == {"said": 1}
                redis.kill()
                with pytest.raises(Unavailable):
                    await api.ask("engine", "echo", {"say": 2}, patience=0.5)
                before = await journal.last()
                await journal.write(Story().whole())
                assert len(await journal.follow(before, poll=0.1)) == len(
                    [e for e in Story().whole() if not e.ephemeral]
                )
                redis.start()
                answer: Data = {}
                async with asyncio.timeout(30.0):
                    while not answer:
                        try:
                            answer = await api.ask("engine", "echo", {"say": 3}, patience=1.0)
                        except Unavailable:
                            await asyncio.sleep(0.1)
                assert answer == {"said": 3}

    run_real(main())


def test_whoever_is_cancelled_at_any_moment_of_a_command_is_cancelled(redis: Redis) -> None:
    async def main() -> None:
        async with client(redis) as streams, asyncio.TaskGroup() as tasks:
            await streams.add("any", {}, most=10)

            async def listen() -> None:
                await streams.read("any", await streams.last("any"))

            for moments in range(12):
                task = tasks.create_task(listen())
                for _ in range(moments):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled(), f"after {moments} turns of the loop"

    run_real(main())

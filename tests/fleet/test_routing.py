"""Commands go to the engine of the call, new calls to the engine with most room; what goes wrong there is told here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from switchroom.errors import Conflict, NotFound, Unavailable
from switchroom.fleet.post import Post
from switchroom.fleet.registry import Load, Process, Registry
from switchroom.fleet.routing import DO, MAKE, RoutedCalls, of_calls, of_maker
from switchroom.hosting import hosting
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.ports.control import CallCommand, HangUp, NewCall, Say
from switchroom.storage.journal import Journal
from switchroom.storage.streams import Streams
from tests.servers.redis import Redis
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

CALL = CallId("call_1")


@dataclass
class ScriptedDesk:
    """An engine's calls: takes what it is told, or refuses it."""

    done: list[tuple[CallId, TenantId, CallCommand]] = field(default_factory=list)
    made: list[NewCall] = field(default_factory=list)
    refusal: Conflict | None = None

    async def do(self, call: CallId, tenant: TenantId, command: CallCommand) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.done.append((call, tenant, command))

    async def make(self, wanted: NewCall) -> None:
        self.made.append(wanted)


@dataclass
class Fleet:
    """An api, and two engines of which ``one`` carries CALL."""

    calls: RoutedCalls
    registry: Registry
    desks: dict[str, ScriptedDesk]


@asynccontextmanager
async def fleet(folder: Path, redis: Redis) -> AsyncIterator[Fleet]:
    async with migrated(folder) as database:
        streams = Streams(redis.url)
        registry, journal = Registry(database), Journal(database)
        api, one, two = (Post(streams, name) for name in ("api", "one", "two"))
        desks = {"one": ScriptedDesk(), "two": ScriptedDesk()}
        for post, name in ((one, "one"), (two, "two")):
            await registry.enter(Process(name, "engine", "host", "1", 100.0, most=10), alone=False)
            post.handlers |= {DO: of_calls(desks[name]), MAKE: of_maker(desks[name])}
        await journal.write(Story(engine="one").opening())
        async with hosting(api.run()), hosting(one.run()), hosting(two.run()):
            yield Fleet(RoutedCalls(api, registry, journal, "api"), registry, desks)
        await streams.close()


def wanted(to: str) -> NewCall:
    return NewCall(CallId("call_new"), TENANT, AgentId("agt_1"), to, variables={"name": "Ann"}, max_duration=60.0)


def test_a_command_reaches_the_engine_that_carries_the_call_and_no_other(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with fleet(tmp_path, redis) as made:
            await made.calls.do(CALL, TENANT, Say("One moment.", protected=True))
            await made.calls.do(CALL, TENANT, HangUp())
            assert made.desks["one"].done == [
                (CALL, TENANT, Say("One moment.", protected=True)),
                (CALL, TENANT, HangUp()),
            ]
            assert made.desks["two"].done == []

    run_real(main())


def test_what_the_engine_refuses_is_refused_with_its_words(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with fleet(tmp_path, redis) as made:
            made.desks["one"].refusal = Conflict("the call is held: resume it first", code="call_held")
            with pytest.raises(Conflict, match="the call is held: resume it first") as refused:
                await made.calls.do(CALL, TENANT, HangUp())
            assert refused.value.code == "call_held"

    run_real(main())


def test_a_call_of_another_tenant_or_of_nobody_does_not_exist(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with fleet(tmp_path, redis) as made:
            with pytest.raises(NotFound):
                await made.calls.do(CALL, TenantId("tnt_other"), HangUp())
            with pytest.raises(NotFound):
                await made.calls.do(CallId("call_none"), TENANT, HangUp())
            assert made.desks["one"].done == []

    run_real(main())


def test_a_call_of_an_engine_that_is_gone_is_over(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with fleet(tmp_path, redis) as made:
            assert await made.registry.give_up("one", 0, 101.0)
            with pytest.raises(Conflict, match="the engine that carried it is gone"):
                await made.calls.do(CALL, TENANT, HangUp())
            await made.registry.leave("one")
            with pytest.raises(Conflict, match="the engine that carried it is gone"):
                await made.calls.do(CALL, TENANT, HangUp())

    run_real(main())


def test_a_new_call_is_made_by_the_engine_with_most_room(tmp_path: Path, redis: Redis) -> None:
    async def main() -> None:
        async with fleet(tmp_path, redis) as made:
            await made.registry.beat("one", Load(3), 101.0)
            await made.registry.beat("two", Load(1), 101.0)
            await made.calls.make(wanted("+441"))
            await made.registry.beat("two", Load(9), 102.0)
            await made.calls.make(wanted("+442"))
            await made.registry.beat("one", Load(0, draining=True), 103.0)
            await made.calls.make(wanted("+443"))
            assert [call.to for call in made.desks["one"].made] == ["+442"]
            assert made.desks["two"].made == [wanted("+441"), wanted("+443")]
            await made.registry.beat("two", Load(10), 104.0)
            with pytest.raises(Unavailable, match="no engine has room") as full:
                await made.calls.make(wanted("+444"))
            assert full.value.retry_after

    run_real(main())

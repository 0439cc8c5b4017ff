"""The table of processes and their leases, on each kind of database."""

from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.fleet.leases import Leases
from switchroom.fleet.membership import Membership
from switchroom.fleet.registry import Load, Process, Registry
from switchroom.fleet.vigil import Beat
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def process(name: str, started: float = 100.0) -> Process:
    return Process(name, "engine", "host", "1", started)


def test_a_process_that_was_given_up_learns_it_with_its_next_beat(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            registry = Registry(database)
            for name in ("a", "b"):
                await registry.enter(process(name), alone=False)
            assert await registry.beat("a", Load(3), 101.0) == {"b": Beat(0, starting=True)}
            assert not await registry.give_up("a", 0, 102.0), "it has beaten since"
            assert await registry.give_up("a", 1, 102.0)
            assert not await registry.give_up("a", 1, 102.0), "only one is the first"
            assert await registry.beat("a", Load(), 103.0) is None
            assert await registry.beat("b", Load(), 103.0) == {}
            await registry.place("b", sip="", web="http://b", most=0)
            await registry.enter(process("c"), alone=False)
            assert await registry.beat("c", Load(), 103.0) == {"b": Beat(1)}
            await registry.leave("c")
            with pytest.raises(Unavailable, match="the others gave it up"):
                await Membership(registry, process("a"), lambda: 104.0).step()
            assert [(each.process.id, each.lost, each.load.calls) for each in await registry.all()] == [
                ("a", 102.0, 3),
                ("b", None, 0),
            ]

    run_real(main())


def test_room_is_what_an_engine_says_unless_it_drains_or_is_lost(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            registry = Registry(database)
            await registry.enter(process("a"), alone=False)
            assert [each.room for each in await registry.all()] == [0], "it is not reached anywhere yet"
            await registry.place("a", sip="sip:a", web="http://a", most=5)
            await registry.beat("a", Load(2), 101.0)
            assert [each.room for each in await registry.all()] == [3]
            await registry.beat("a", Load(2, draining=True), 102.0)
            assert [each.room for each in await registry.all()] == [0]

    run_real(main())


def test_whoever_is_alone_lists_nobody_else_and_old_losses_are_forgotten(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            registry = Registry(database)
            await registry.enter(process("a"), alone=False)
            await registry.give_up("a", 0, 100.0)
            await registry.enter(process("b", 200.0), alone=False)
            assert len(await registry.all()) == 2
            await registry.enter(process("c", 100_000.0), alone=False)
            assert [each.process.id for each in await registry.all()] == ["b", "c"]
            await registry.enter(process("d"), alone=True)
            assert [each.process.id for each in await registry.all()] == ["d"]
            await registry.leave("d")
            assert await registry.all() == []

    run_real(main())


def test_a_lease_is_its_holders_until_it_is_released_or_the_holder_is_gone(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            registry = Registry(database)
            for name in ("a", "b"):
                await registry.enter(process(name), alone=False)
            ours, theirs = Leases(database, "a"), Leases(database, "b")
            assert await ours.take("history")
            assert await ours.take("history"), "it is ours already"
            assert not await theirs.take("history")
            assert await theirs.free({"history", "hooks"}) == {"hooks"}
            await theirs.release("history")
            assert not await theirs.take("history"), "nobody releases what is another's"
            await ours.release("history")
            assert await theirs.take("history")
            await registry.give_up("b", 0, 101.0)
            assert await ours.free({"history"}) == {"history"}
            assert await ours.take("history")

    run_real(main())

"""Which of two engines registers a trunk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from switchroom.fleet.leases import Leases
from switchroom.fleet.lines import TrunkLeases
from switchroom.fleet.registry import Process, Registry
from switchroom.storage.db import Database
from tests.storage.stories import migrated
from tests.virtual_time import run_real


@dataclass
class ScriptedEngine:
    """Its leases, and what it is told to want."""

    database: Database
    name: str
    wanted: set[str] = field(default_factory=lambda: {"t1", "t2"})
    draining: bool = False
    changes: int = 0

    def __post_init__(self) -> None:
        leases = Leases(self.database, self.name)
        self.held = TrunkLeases(leases, lambda: self.wanted, self.change, lambda: self.draining)

    def change(self) -> None:
        self.changes += 1

    def has(self) -> list[str]:
        return [trunk for trunk in ("t1", "t2") if self.held.has(trunk)]


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Registry, ScriptedEngine, ScriptedEngine]]:
    async with migrated(folder) as database:
        registry = Registry(database)
        for name in ("a", "b"):
            await registry.enter(Process(name, "engine", "host", "1", 100.0), alone=False)
        yield registry, ScriptedEngine(database, "a"), ScriptedEngine(database, "b")


def test_one_engine_registers_a_trunk_and_the_other_takes_over_when_it_is_lost(tmp_path: Path) -> None:
    async def main() -> None:
        async with two(tmp_path) as (registry, one, other):
            for engine in (one, other, one):
                await engine.held.look()
            assert (one.has(), other.has()) == (["t1", "t2"], [])
            assert (one.changes, other.changes) == (1, 0)
            await registry.give_up("a", 0, 101.0)
            await other.held.look()
            assert other.has() == ["t1", "t2"]

    run_real(main())


def test_an_engine_that_drains_lets_its_lines_go_before_another_takes_them(tmp_path: Path) -> None:
    async def main() -> None:
        async with two(tmp_path) as (_, one, other):
            await one.held.look()
            one.draining = True
            await one.held.look()
            assert (one.has(), one.changes) == ([], 2)
            await other.held.look()
            await one.held.look()
            assert (one.has(), other.has()) == ([], ["t1", "t2"])

    run_real(main())


def test_a_trunk_that_nobody_wants_any_more_is_let_go(tmp_path: Path) -> None:
    async def main() -> None:
        async with two(tmp_path) as (_, one, other):
            await one.held.look()
            one.wanted = {"t2"}
            await one.held.look()
            await other.held.look()
            assert (one.has(), other.has()) == (["t2"], ["t1"])

    run_real(main())

"""The clock of the plane."""

import asyncio
import gc

import pytest

from switchroom.calls.metronome import Metronome
from switchroom.media.frame import TICK
from tests.virtual_time import VirtualTimeLoop, run


class ScriptedPlane:
    """Notes when it was ticked; takes ``slow[n]`` seconds for the n-th tick."""

    def __init__(self, slow: dict[int, float] | None = None) -> None:
        self.at: list[float] = []
        self.slow = slow or {}

    def tick(self, now: float) -> None:
        self.at.append(now)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.pass_time(self.slow.get(len(self.at), 0.0))


async def _drive(plane: ScriptedPlane, seconds: float) -> Metronome:
    metronome = Metronome(plane)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(metronome.run())
        await asyncio.sleep(seconds)
        task.cancel()
    return metronome


def test_ticks_are_twenty_milliseconds_apart() -> None:
    plane = ScriptedPlane()
    metronome = run(_drive(plane, 1.01))
    assert plane.at == pytest.approx([TICK * n for n in range(1, 51)])
    assert metronome.late() == pytest.approx(0.0, abs=1e-6)


def test_a_late_tick_is_made_up_for() -> None:
    plane = ScriptedPlane({10: 0.09})
    metronome = run(_drive(plane, 1.01))
    assert plane.at == pytest.approx([TICK * n for n in range(1, 51)])
    assert metronome.skipped == 0
    assert max(metronome.lateness) > 0.06


def test_a_single_stall_is_not_overload_but_many_late_ticks_are() -> None:
    one_stall = run(_drive(ScriptedPlane({100: 0.15}), 10.0))
    assert one_stall.late(0.8, 250) < 0.001
    overloaded = run(_drive(ScriptedPlane(dict.fromkeys(range(1, 1000), 0.03)), 20.0))
    assert overloaded.late(0.8, 250) > 0.06


def test_lateness_is_not_judged_before_there_are_five_seconds_of_it() -> None:
    assert run(_drive(ScriptedPlane(dict.fromkeys(range(1, 1000), 0.05)), 2.0)).late() == 0.0


def test_after_a_long_stall_the_grid_moves_on() -> None:
    plane = ScriptedPlane({10: 1.0})
    metronome = run(_drive(plane, 2.0))
    assert metronome.skipped > 40
    assert plane.at[10] > 1.1


def test_garbage_is_collected_again_when_it_stops() -> None:
    run(_drive(ScriptedPlane(), 0.1))
    assert gc.isenabled()

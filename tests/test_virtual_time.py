"""Time that jumps, and stands still while something works outside of the loop."""

import asyncio
import threading
import time

import pytest

from switchroom.virtual_time import LeftRunning, WouldHang, at_real_pace, run, run_real


def test_an_hour_passes_at_once() -> None:
    async def main() -> float:
        before = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - before

    assert run(main()) == 3600


def test_what_would_wait_for_ever_is_told() -> None:
    with pytest.raises(WouldHang):
        run(asyncio.Event().wait())


@pytest.mark.parametrize("runs", [run, run_real])
def test_a_task_that_is_left_running_is_told(runs: type) -> None:
    async def main() -> None:
        main.kept = asyncio.get_running_loop().create_task(asyncio.sleep(60))  # type: ignore[attr-defined]

    with pytest.raises(LeftRunning):
        runs(main())


def test_no_time_passes_while_a_thread_works_although_somebody_waits_for_a_timer() -> None:
    async def main() -> tuple[float, float]:
        clock = asyncio.get_running_loop().time
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(asyncio.sleep(0.02))
            await asyncio.to_thread(time.sleep, 0.01)
            worked = clock()
            await ticking
        return worked, clock()

    assert run(main()) == (0.0, 0.02)


def test_time_passes_as_it_does_outside_while_somebody_there_is_waited_for() -> None:
    async def main() -> tuple[float, float]:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.sleep(5))
            with at_real_pace():
                thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(told.set))
                thread.start()
                await told.wait()
            thread.join()
            return loop.time(), 5.0

    came_back, slept = run(main())
    assert came_back < slept


def test_a_timer_is_not_missed_at_real_pace() -> None:
    async def main() -> float:
        with at_real_pace():
            await asyncio.sleep(0.01)
        return asyncio.get_running_loop().time()

    assert run(main()) >= 0.01

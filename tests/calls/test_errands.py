"""Tools at work."""

import asyncio
from collections.abc import Awaitable, Callable

from switchroom.calls.errands import TaskErrands
from switchroom.errors import Unavailable
from switchroom.ports import Outcome, Values
from tests.virtual_time import run


def _work(calls: list[float], seconds: float = 0.0, error: Exception | None = None) -> Callable[[], Awaitable[Values]]:
    async def work() -> Values:
        calls.append(seconds)
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        return {"status": "done"}

    return work


def _run(key: str, work: Callable[[], Awaitable[Values]], limit: float = 8.0) -> Outcome:
    async def main() -> Outcome:
        async with asyncio.TaskGroup() as tasks:
            return await TaskErrands(tasks).run(key, work, limit)
        raise AssertionError

    return run(main())


def test_an_outcome_tells_the_result_and_the_time() -> None:
    outcome = _run("a", _work([], 1.5))
    assert outcome == Outcome(1.5, {"status": "done"})


def test_a_tool_that_is_too_slow_is_given_up() -> None:
    outcome = _run("a", _work([], 20.0), limit=2.0)
    assert outcome.error is not None
    assert outcome.error.code == "tool_timeout"
    assert outcome.took == 2.0


def test_what_a_tool_raises_is_in_the_outcome() -> None:
    failed = Unavailable("the book is closed")
    assert _run("a", _work([], error=failed)).error is failed
    broken = _run("a", _work([], error=ValueError("x"))).error
    assert broken is not None
    assert broken.code == "bug"


def test_asking_twice_calls_once_even_if_the_first_asker_gave_up() -> None:
    async def main() -> None:
        calls: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            errands = TaskErrands(tasks)
            first = tasks.create_task(errands.run("a", _work(calls, 3.0), 8.0))
            await asyncio.sleep(1.0)
            first.cancel()
            outcome = await errands.run("a", _work(calls, 3.0), 8.0)
            assert outcome.result == {"status": "done"}
            assert calls == [3.0]
            await errands.run("b", _work(calls), 8.0)
            assert len(calls) == 2

    run(main())


def test_what_still_works_at_the_end_of_a_call_gets_a_little_time() -> None:
    async def main() -> None:
        calls: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            errands = TaskErrands(tasks)
            asker = tasks.create_task(errands.run("a", _work(calls, 100.0), 200.0))
            await asyncio.sleep(1.0)
            asker.cancel()
            began = asyncio.get_running_loop().time()
            await errands.finish(5.0)
            assert asyncio.get_running_loop().time() - began == 5.0

    run(main())

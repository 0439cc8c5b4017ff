"""Event loops for calls that nobody waits for: one whose clock jumps, one that is real; both refuse a leaked task.

With nothing ready to run, the virtual loop moves its clock to the next timer, so a minute of a call passes in milliseconds;
with no timer either, it raises instead of hanging. While a thread of its executor works the clock stands: what that takes is not
the call's time. While somebody in the world is waited for (``at_real_pace``) it runs like any other.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")


class WouldHang(RuntimeError):
    """Nothing is left that could happen."""


class LeftRunning(RuntimeError):
    """A task outlived what it was started for."""


class _Jump(selectors.SelectSelector):
    """Never sleeps: it moves the loop's clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.outside = 0
        self.paced = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.paced and not self.outside:
            return self._wait(timeout)
        busy = timeout is not None and timeout <= 0
        ready = super().select(None if self.outside and not busy else 0)
        if ready or self.outside:
            return ready
        if timeout is None:
            raise WouldHang("nothing left to happen: this would hang")
        self.now += max(timeout, 0.0)
        return ready

    def _wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        """Sleep after all."""
        began = monotonic()
        ready = super().select(timeout)
        waited = monotonic() - began
        self.now += waited if ready or timeout is None else max(timeout, 0.0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a number."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass as if a callback had worked for so long."""
        self._jump.now += seconds

    @contextmanager
    def stand(self) -> Iterator[None]:
        """Let no time pass while the context is open; what is ready runs all the same."""
        self._jump.outside += 1
        try:
            yield
        finally:
            self._jump.outside -= 1

    @contextmanager
    def pace(self) -> Iterator[None]:
        """Let time pass as it does outside while the context is open."""
        self._jump.paced += 1
        try:
            yield
        finally:
            self._jump.paced -= 1

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: object) -> asyncio.Future[T]:
        """Let no time pass until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jump.outside += 1
        future.add_done_callback(self._came_back)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ARG002 - it has nothing left to do
        """Wait for its threads."""
        with self.stand():
            await super().shutdown_default_executor()

    def _came_back(self, _future: object) -> None:
        self._jump.outside -= 1


@contextmanager
def at_real_pace() -> Iterator[None]:
    """Let virtual time pass no faster than real time while the context is open: for whoever waits for the world."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, VirtualTimeLoop):
        with loop.pace():
            yield
    else:
        yield


async def _alone(main: Coroutine[Any, Any, T]) -> T:
    result = await main
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        raise LeftRunning(f"left running: {left}")
    return result


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(_alone(main))


def run_real(main: Coroutine[Any, Any, T]) -> T:
    """Run in real time: for real sockets and processes."""
    with asyncio.Runner() as runner:
        return runner.run(_alone(main))

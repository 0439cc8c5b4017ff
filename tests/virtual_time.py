"""Event loops for tests: one whose clock jumps, one that is real; both fail on a leaked task.

With nothing ready to run, the virtual loop moves its clock to the next timer, so a minute of a call passes in milliseconds;
with no timer either, it raises instead of hanging.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class WouldHang(RuntimeError):
    """Nothing is left that could happen."""


class _Jump(selectors.SelectSelector):
    """Never sleeps: it moves the loop's clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise WouldHang("nothing left to happen: the test would hang")
        self.now += max(timeout, 0.0)
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


async def _alone(main: Coroutine[Any, Any, T]) -> T:
    result = await main
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"left running: {left}"
    return result


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(_alone(main))


def run_real(main: Coroutine[Any, Any, T]) -> T:
    """Run in real time: for real sockets and processes."""
    with asyncio.Runner() as runner:
        return runner.run(_alone(main))

"""The tools of one call at work: each at most once, never longer than its limit, and not broken off with the reply that asked.

A caller may interrupt while a table is booked; the booking goes on, and whoever asks with the same key again gets the
outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from switchroom.errors import Bug, SwitchroomError, Unavailable
from switchroom.ports import Errands, Outcome, Values

log = structlog.get_logger()


@dataclass(slots=True)
class _Errand:
    started: float
    done: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: Outcome | None = None


class TaskErrands:
    """Implements flow's Errands on the call's task group."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._errands: dict[str, _Errand] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def run(
        self,
        key: str,
        work: Callable[[], Awaitable[Values]],
        limit: float,
        *,
        read_only: bool = False,  # noqa: ARG002 - what is asked here may be done
    ) -> Outcome:
        """Start ``work`` unless ``key`` is known; wait for it until ``limit`` seconds after its start. Safe to cancel."""
        errand = self._errands.get(key) or self._start(key, work, limit)
        await errand.done.wait()
        if errand.outcome is None:
            return Outcome(0.0, error=Bug(f"errand {key} ended without an outcome"))
        return errand.outcome

    async def finish(self, grace: float) -> None:
        """Give what still works ``grace`` seconds, then break it off."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace)
            for task in late:
                task.cancel()

    def _start(self, key: str, work: Callable[[], Awaitable[Values]], limit: float) -> _Errand:
        errand = self._errands[key] = _Errand(asyncio.get_running_loop().time())
        task = self._tasks.create_task(self._work(errand, work, limit), name=f"errand {key}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return errand

    async def _work(self, errand: _Errand, work: Callable[[], Awaitable[Values]], limit: float) -> None:
        clock = asyncio.get_running_loop().time
        result: Values = {}
        error: SwitchroomError | None = None
        try:
            async with asyncio.timeout(limit):
                result = await work()
        except SwitchroomError as failure:
            error = failure
        except TimeoutError:
            error = Unavailable(f"the tool took longer than {limit:g} seconds", code="tool_timeout")
        except Exception as failure:
            log.exception("tool broke")
            error = Bug(f"the tool broke: {failure!r}")
        finally:
            errand.outcome = Outcome(clock() - errand.started, result, error)
            errand.done.set()


class GuardedErrands:
    """What a brain that thinks ahead may have done: it reads at once, and waits with everything else until ``allowed`` is set."""

    def __init__(self, errands: Errands, allowed: asyncio.Event) -> None:
        self._errands = errands
        self._allowed = allowed

    async def run(
        self, key: str, work: Callable[[], Awaitable[Values]], limit: float, *, read_only: bool = False
    ) -> Outcome:
        """See Errands. Cancelled while it waits, nothing was started; the limit counts from the start of the work."""
        if not read_only:
            await self._allowed.wait()
        return await self._errands.run(key, work, limit, read_only=read_only)

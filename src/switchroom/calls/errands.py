"""The tools of one call at work: each at most once, never longer than its limit, and not broken off with the reply that asked.

A caller may interrupt while a table is booked; the booking goes on, and whoever asks with the same key again gets the
outcome.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from switchroom.errors import Bug, SwitchroomError, Unavailable
from switchroom.ports import Errands, Outcome, Values, Waited, Work

log = structlog.get_logger()


@dataclass(slots=True)
class _Errand:
    started: float
    outcome: Outcome | None = None
    report: str = ""
    calls_back: bool = False


class TaskErrands:
    """Implements flow's Errands on the call's task group; its clock is the event loop's."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._errands: dict[str, _Errand] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    async def run(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> Outcome:  # noqa: ARG002
        """Start ``work`` unless ``key`` is known; wait for it until ``limit`` seconds after its start. Safe to cancel."""
        errand = self._errands.get(key) or self._start(key, work, limit)
        while errand.outcome is None:
            await self._news()
        return errand.outcome

    async def start(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> float:  # noqa: ARG002
        """Start ``work`` unless ``key`` is known; return when it was started."""
        return (self._errands.get(key) or self._start(key, work, limit)).started

    async def wait(self, keys: Sequence[str], until: float) -> Waited:
        """Wait until all of ``keys`` came back, one reports, or it is ``until``. Safe to cancel."""
        errands = {key: self._errands[key] for key in keys if key in self._errands}
        reports = _taken(errands)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while not reports and any(errand.outcome is None for errand in errands.values()):
                    await self._news()
                    reports = _taken(errands)
        for errand in errands.values():
            errand.calls_back = errand.calls_back and errand.outcome is None
        came = {key: errand.outcome for key, errand in errands.items() if errand.outcome is not None}
        return Waited(asyncio.get_running_loop().time(), came, reports)

    def call_back(self, keys: Sequence[str]) -> None:
        """Nobody waits for ``keys`` any longer."""
        for key in keys:
            if key in self._errands:
                self._errands[key].calls_back = True

    def news(self) -> bool:
        """Whether one of them has come back since this was last asked, and was not fetched."""
        back = [errand for errand in self._errands.values() if errand.calls_back and errand.outcome is not None]
        for errand in back:
            errand.calls_back = False
        return bool(back)

    def report(self, key: str, text: str) -> None:
        """The work under ``key`` goes on."""
        errand = self._errands.get(key)
        if errand is not None and errand.outcome is None:
            errand.report = text
            self._tell()

    def back(self, key: str) -> tuple[float, Outcome] | None:
        """Return when and how the errand came back; None if it did not."""
        errand = self._errands.get(key)
        if errand is None or errand.outcome is None:
            return None
        return errand.started + errand.outcome.took, errand.outcome

    async def finish(self, grace: float) -> None:
        """Give what still works ``grace`` seconds, then break it off."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.sleep(0)  # until they have taken that in

    async def _news(self) -> None:
        """Wait until an errand came back or reports."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    def _tell(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def _start(self, key: str, work: Work, limit: float) -> _Errand:
        errand = self._errands[key] = _Errand(asyncio.get_running_loop().time())
        task = self._tasks.create_task(self._work(errand, work, limit), name=f"errand {key}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return errand

    async def _work(self, errand: _Errand, work: Work, limit: float) -> None:
        clock = asyncio.get_running_loop().time
        result: Values = {}
        error: SwitchroomError | None = Unavailable("the call ended before the tool did", code="tool_abandoned")
        try:
            async with asyncio.timeout(limit):
                result, error = await work(), None
        except SwitchroomError as failure:
            error = failure
        except TimeoutError:
            error = Unavailable(f"the tool took longer than {limit:g} seconds", code="tool_timeout")
        except Exception as failure:
            log.exception("tool broke")
            error = Bug(f"the tool broke: {failure!r}")
        finally:
            errand.outcome = Outcome(clock() - errand.started, result, error)
            self._tell()


def _taken(errands: Mapping[str, _Errand]) -> tuple[str, ...]:
    """Take what ``errands`` report."""
    reports = []
    for errand in errands.values():
        if errand.report and errand.outcome is None:
            reports.append(errand.report)
            errand.report = ""
    return tuple(reports)


class GuardedErrands:
    """What a brain that thinks ahead may have done: it reads at once, and waits with everything else until ``allowed`` is set."""

    def __init__(self, errands: Errands, allowed: asyncio.Event) -> None:
        self._errands = errands
        self._allowed = allowed

    async def run(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> Outcome:
        """See Errands. Cancelled while it waits, nothing was started; the limit counts from the start of the work."""
        if not read_only:
            await self._allowed.wait()
        return await self._errands.run(key, work, limit, read_only=read_only)

    async def start(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> float:
        """See ``run``."""
        if not read_only:
            await self._allowed.wait()
        return await self._errands.start(key, work, limit, read_only=read_only)

    async def wait(self, keys: Sequence[str], until: float) -> Waited:
        """See Errands."""
        return await self._errands.wait(keys, until)

    def report(self, key: str, text: str) -> None:
        """See Errands."""
        self._errands.report(key, text)

    def call_back(self, keys: Sequence[str]) -> None:
        """See Errands."""
        self._errands.call_back(keys)

    def news(self) -> bool:
        """See Errands."""
        return self._errands.news()

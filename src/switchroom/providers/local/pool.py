"""Worker processes that do what would stall the tick, and somebody who looks after them.

Jobs carry everything they need, so one that was lost with its worker is simply done again by a fresh one, once. The
most urgent job goes first; a job nobody waits for any more is passed over. Whoever gave a job hears of its end
exactly once, and never later than its patience.

==============  =======================================================================================
a worker ...    what happens
==============  =======================================================================================
answers         the answer goes to the job's owner; at its end the next job
dies, babbles   it is replaced at once, after the second time in a row ever more slowly; its job is retried
is too slow     its job fails, and it is replaced
==============  =======================================================================================
"""

import asyncio
import heapq
import itertools
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.observability import get_logger
from switchroom.providers.local.framing import MOST_BODY, PREFIX, BrokenFrame, Frame, Head, pack, sizes, unpack

log = get_logger(__name__)

MOST_WAITING = 64
SLOWEST_RESTART = 5.0
START_PATIENCE = 30.0


class Urgency(IntEnum):
    """What goes first."""

    NOW = 0
    SOON = 1
    SOME_TIME = 2


class Job:
    """Something for a worker to do. ``answer`` gets each answer, ``end`` once None or the reason of failure.

    ``lore`` is what a worker must have learned before it can do the job; it is asked for only by a worker that does
    not know it. ``again`` is called when the job starts anew because its worker died.
    """

    def __init__(
        self,
        frame: Frame,
        answer: Callable[[Frame], None],
        end: Callable[[SwitchroomError | None], None],
        *,
        urgency: Urgency = Urgency.NOW,
        patience: float = 10.0,
        lore: Frame | None = None,
    ) -> None:
        self.frame = frame
        self.urgency = urgency
        self.patience = patience
        self.lore = lore
        self.again: Callable[[], None] = lambda: None
        self.tries = 0
        self.over = False
        self._answer = answer
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> None:
        """Count patience from now on."""
        self._stop_waiting()
        late = Unavailable(f"a worker did not answer within {self.patience} s", code="too_late")
        self._timer = asyncio.get_running_loop().call_later(self.patience, self.finish, late)

    def take(self, frame: Frame) -> None:
        """Hand an answer to the owner."""
        if not self.over:
            self.wait()
            self._answer(frame)

    def finish(self, error: SwitchroomError | None) -> None:
        """End the job; the first time counts."""
        if not self.over:
            self.abandon()
            self._end(error)

    def abandon(self) -> None:
        """Nobody waits for it any more; nothing is reported."""
        self.over = True
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Pool:
    """``size`` processes of ``module``; ``run()`` keeps them alive."""

    def __init__(self, module: str, size: int, *arguments: str) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._name = module.rpartition(".")[2]
        self._size = size
        self._numbers = itertools.count(1)
        self._waiting: list[tuple[int, int, Job]] = []  # a heap of at most MOST_WAITING
        self._workers: dict[int, _Worker] = {}
        self._ending: set[_Worker] = set()
        self._stopped = False
        self.facts: Head = {}
        """What the worker that started last said about itself."""
        self.restarts = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(self._workers)

    @property
    def memory(self) -> dict[int, float]:
        """Kilobytes by process, as it said last."""
        return {pid: worker.memory for pid, worker in self._workers.items()}

    @property
    def busy(self) -> bool:
        """Whether a job given now would have to wait."""
        free = sum(worker.job is None for worker in self._workers.values())
        return len(self._waiting) >= free

    def submit(self, job: Job) -> None:
        """Have ``job`` done. Never waits; a job too many is refused, as is one after the end: its ``end`` hears Unavailable."""
        if self._stopped or len(self._waiting) >= MOST_WAITING:
            reason = "stopped" if self._stopped else "has too much to do"
            job.finish(Unavailable(f"the {self._name} {reason}", code="overloaded"))
            return
        job.wait()
        self._put(job.urgency, next(self._numbers), job)

    def abandon(self, job: Job) -> None:
        """Call a job off; nothing more is heard of it."""
        job.abandon()
        for worker in self._workers.values():
            if worker.job is job:
                worker.call_off()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Work until cancelled; ``ready`` is called when the first worker is there."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self._size):
                    tasks.create_task(self._keep_one(tasks, ready))
        finally:
            self._stopped = True
            for worker in self._ending:  # what was interrupted while it ended one
                await worker.stop()
            while self._waiting:
                heapq.heappop(self._waiting)[2].finish(Unavailable(f"the {self._name} stopped"))

    async def _keep_one(self, tasks: asyncio.TaskGroup, ready: Callable[[], None]) -> None:
        deaths = 0
        while True:
            if deaths > 1:
                await asyncio.sleep(min(0.1 * 2**deaths, SLOWEST_RESTART))
            worker = _Worker(await self._start())
            self._workers[worker.pid] = worker
            tasks.create_task(worker.watch())
            try:
                self.facts = await worker.greet()
                ready()
                while True:
                    await self._do_next(worker)
            except (asyncio.IncompleteReadError, ConnectionError, BrokenFrame, TimeoutError) as error:
                reason = type(error).__name__
                log.warning("worker died, starting another", worker=self._name, pid=worker.pid, reason=reason)
            finally:
                del self._workers[worker.pid]
                self._ending.add(worker)
                await worker.stop()
                self._ending.discard(worker)
            deaths = 1 if worker.useful else deaths + 1
            self.restarts += 1

    async def _start(self) -> Process:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, env=environment, start_new_session=True
        )

    async def _do_next(self, worker: "_Worker") -> None:
        while not self._waiting:
            await worker.nudged()
        urgency, number, job = heapq.heappop(self._waiting)
        if job.over:
            return
        try:
            await worker.do(job, number)
        except (asyncio.IncompleteReadError, ConnectionError, BrokenFrame):
            self._retry(job, urgency, number)
            raise
        except asyncio.CancelledError:
            job.finish(Unavailable(f"the {self._name} stopped"))
            raise

    def _put(self, urgency: int, number: int, job: Job) -> None:
        heapq.heappush(self._waiting, (urgency, number, job))
        for worker in self._workers.values():
            worker.nudge.set()

    def _retry(self, job: Job, urgency: int, number: int) -> None:
        job.tries += 1
        if job.over:
            return
        if job.tries > 1:
            job.finish(Unavailable(f"the {self._name} died twice over the same job", code="worker_died"))
            return
        job.again()
        self._put(urgency, number, job)


class _Worker:
    """One process and the job it is at."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._number = 0
        self.pid = process.pid
        self.memory = 0.0
        self.job: Job | None = None
        self.useful = False
        """It has done a job."""
        self.nudge = asyncio.Event()

    async def watch(self) -> None:
        """Wait until the process ends, and let whoever waits for work know."""
        await self._process.wait()
        self.nudge.set()

    async def nudged(self) -> None:
        """Wait for work. Raises ConnectionError if the process ends meanwhile."""
        self.nudge.clear()
        if self._process.returncode is None:
            await self.nudge.wait()
        if self._process.returncode is not None:
            raise ConnectionError("the worker ended")

    async def greet(self) -> Head:
        """Wait until it is able to work; return what it says about itself."""
        async with asyncio.timeout(START_PATIENCE):
            return (await self._read()).head

    async def do(self, job: Job, number: int) -> None:
        """Have ``job`` done. Raises TimeoutError when nobody waits for it any more and it still does not end."""
        self.job, self._number = job, number
        taught = False
        try:
            self._send(job)
            while True:
                async with asyncio.timeout(job.patience):
                    frame = await self._read()
                if "missing" in frame.head and job.lore is not None and not taught:
                    taught = True
                    self._teach(job, job.lore)
                elif self._ends(frame, job):
                    return
        finally:
            self.job = None

    def call_off(self) -> None:
        """Let it drop the job it is at."""
        with suppress(ConnectionError):
            self._stdin.write(pack(Frame({"abandon": self._number})))

    async def stop(self) -> None:
        """End the process, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._stdin.close()
        await self._process.wait()
        with suppress(ConnectionError):
            await self._stdin.wait_closed()
        while await self._stdout.read(MOST_BODY):  # to its end, or the pipe is never closed
            pass

    def _send(self, job: Job) -> None:
        self._stdin.write(pack(Frame({**job.frame.head, "job": self._number}, job.frame.body)))

    def _teach(self, job: Job, lore: Frame) -> None:
        self._stdin.write(pack(Frame({**lore.head, "job": 0}, lore.body)))
        self._send(job)

    def _ends(self, frame: Frame, job: Job) -> bool:
        if frame.number("job", -1) != self._number:
            return False  # the end of a lesson
        if "done" not in frame.head:
            job.take(frame)
            return False
        self.memory = frame.number("rss", self.memory)
        self.useful = True
        failure = "it could not be taught" if "missing" in frame.head else frame.word("error")
        job.finish(Unavailable(failure, code="job_failed", retryable=False) if failure else None)
        return True

    async def _read(self) -> Frame:
        head, body = sizes(await self._stdout.readexactly(PREFIX.size))
        rest = await self._stdout.readexactly(head + body)
        return unpack(rest[:head], rest[head:])

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from switchroom.errors import SwitchroomError
from switchroom.providers.local.framing import Frame, pack
from switchroom.providers.local.pool import MOST_WAITING, Job, Pool, Urgency
from tests.virtual_time import run_real

PARROT = "tests.providers.local.parrot"


class Owner:
    """Gives a job and keeps what comes of it."""

    def __init__(self, head: dict[str, object], **how: object) -> None:
        self.answers: list[Frame] = []
        self.ended = asyncio.Event()
        self.some = asyncio.Event()
        self.error: SwitchroomError | None = None
        urgency = how.get("urgency", Urgency.NOW)
        patience = how.get("patience", 10.0)
        lore = how.get("lore")
        assert isinstance(urgency, Urgency) and isinstance(patience, float)
        assert lore is None or isinstance(lore, Frame)
        self.job = Job(Frame(head, b"body"), self._take, self._end, urgency=urgency, patience=patience, lore=lore)

    def _take(self, frame: Frame) -> None:
        self.answers.append(frame)
        self.some.set()

    def _end(self, error: SwitchroomError | None) -> None:
        assert not self.ended.is_set(), "ended twice"
        self.error = error
        self.ended.set()

    @property
    def said(self) -> list[str]:
        return [answer.word("said") for answer in self.answers]


@asynccontextmanager
async def pool(size: int = 1, module: str = PARROT) -> AsyncIterator[Pool]:
    """A pool that is ready."""
    made, ready = Pool(module, size), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run(ready.set))
        await ready.wait()
        yield made
        running.cancel()


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


async def replaced(pool: Pool, pid: int) -> None:
    await until(lambda: pid not in pool.pids and len(pool.pids) == 1)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_job_is_answered() -> None:
    async def main() -> None:
        async with pool() as parrots:
            owner = Owner({"do": "say", "what": "hello"})
            parrots.submit(owner.job)
            await owner.ended.wait()
            assert owner.said == ["hello"] and owner.answers[0].body == b"body" and owner.error is None
            assert parrots.facts["hello"] == {"engine": "parrot"}
            assert all(kilobytes > 1000 for kilobytes in parrots.memory.values())

    run_real(main())


def test_a_job_that_makes_no_sense_fails_and_costs_no_worker() -> None:
    async def main() -> None:
        async with pool() as parrots:
            owner = Owner({"do": "?"})
            parrots.submit(owner.job)
            await owner.ended.wait()
            assert owner.error is not None and owner.error.code == "job_failed" and not owner.error.retryable
            assert parrots.restarts == 0

    run_real(main())


def test_a_killed_worker_is_replaced_and_its_job_done_again() -> None:
    async def main() -> None:
        async with pool() as parrots:
            owner = Owner({"do": "count"})
            again: list[int] = []
            owner.job.again = lambda: again.append(1)
            parrots.submit(owner.job)
            await owner.some.wait()
            (pid,) = parrots.pids
            os.kill(pid, signal.SIGKILL)
            owner.some.clear()
            await until(lambda: len(again) == 1)
            owner.answers.clear()
            await until(lambda: len(owner.answers) > 0)
            assert parrots.pids != (pid,) and parrots.restarts == 1
            parrots.abandon(owner.job)
            assert not owner.ended.is_set()

    run_real(main())


def test_a_worker_that_dies_by_itself_is_given_the_job_once_more(tmp_path: Path) -> None:
    async def main() -> None:
        async with pool() as parrots:
            lucky = Owner({"do": "die", "unless": str(tmp_path / "died")})
            fatal = Owner({"do": "die"})
            after = Owner({"do": "say", "what": "still there"})
            for owner in (lucky, fatal, after):
                parrots.submit(owner.job)
                await owner.ended.wait()
            assert lucky.said == ["survived"] and lucky.error is None
            assert fatal.error is not None and fatal.error.code == "worker_died"
            assert after.said == ["still there"]

    run_real(main())


def test_a_worker_that_babbles_is_replaced() -> None:
    async def main() -> None:
        async with pool(module="tests.providers.local.babbler") as babblers:
            owner = Owner({"do": "say"})
            babblers.submit(owner.job)
            await owner.ended.wait()
            assert owner.error is not None and owner.error.code == "worker_died"
            assert babblers.restarts >= 1

    run_real(main())


def test_a_worker_that_hangs_loses_its_job_in_time_and_is_replaced() -> None:
    async def main() -> None:
        async with pool() as parrots:
            (pid,) = parrots.pids
            stuck = Owner({"do": "hang"}, patience=0.2)
            parrots.submit(stuck.job)
            await stuck.ended.wait()
            assert stuck.error is not None and stuck.error.code == "too_late"
            after = Owner({"do": "say", "what": "on we go"})
            parrots.submit(after.job)
            await after.ended.wait()
            assert after.said == ["on we go"] and pid not in parrots.pids

    run_real(main())


def test_the_urgent_goes_first_and_what_nobody_waits_for_is_passed_over() -> None:
    async def main() -> None:
        order: list[str] = []
        async with pool() as parrots:
            busy = Owner({"do": "count"})
            parrots.submit(busy.job)
            await busy.some.wait()
            assert parrots.busy
            owners = {
                name: Owner({"do": "say", "what": name}, urgency=urgency)
                for name, urgency in (("later", Urgency.SOME_TIME), ("stale", Urgency.SOME_TIME), ("now", Urgency.NOW))
            }
            for owner in owners.values():
                parrots.submit(owner.job)
            parrots.abandon(owners["stale"].job)
            parrots.abandon(busy.job)
            await owners["later"].ended.wait()
            order = [name for name, owner in owners.items() if owner.said]
            assert order == ["later", "now"] and owners["now"].ended.is_set()
            assert not owners["stale"].ended.is_set() and not busy.ended.is_set()

    run_real(main())


def test_too_many_jobs_are_refused_at_once() -> None:
    async def main() -> None:
        async with pool() as parrots:
            busy = Owner({"do": "hang"})
            parrots.submit(busy.job)
            await until(lambda: parrots.busy)
            owners = [Owner({"do": "say"}) for _ in range(MOST_WAITING + 2)]
            for owner in owners:
                parrots.submit(owner.job)
            refused = [owner.error for owner in owners if owner.ended.is_set()]
            assert refused and all(error is not None and error.code == "overloaded" for error in refused)
        assert all(owner.ended.is_set() for owner in (busy, *owners))
        late = Owner({"do": "say"})
        parrots.submit(late.job)
        assert late.error is not None

    run_real(main())


def test_a_worker_learns_what_a_job_needs_also_after_it_was_replaced() -> None:
    async def main() -> None:
        async with pool() as parrots:
            for _ in range(2):
                for _ in range(2):
                    owner = Owner({"do": "recite", "what": "poem"}, lore=Frame({"do": "learn", "what": "poem"}))
                    parrots.submit(owner.job)
                    await owner.ended.wait()
                    assert owner.said == ["poem"]
                (pid,) = parrots.pids
                os.kill(pid, signal.SIGKILL)
                await replaced(parrots, pid)
            wrong = Owner({"do": "recite", "what": "song"}, lore=Frame({"do": "learn", "what": "poem"}))
            parrots.submit(wrong.job)
            await wrong.ended.wait()
            assert wrong.error is not None

    run_real(main())


def test_two_workers_work_at_once_and_none_outlives_the_pool() -> None:
    async def main() -> None:
        async with pool(2) as parrots:
            await until(lambda: len(parrots.pids) == 2)
            owners = [Owner({"do": "count"}) for _ in range(2)]
            for owner in owners:
                parrots.submit(owner.job)
            for owner in owners:
                await owner.some.wait()
            pids = parrots.pids
        assert not any(alive(pid) for pid in pids)
        assert all(owner.error is not None for owner in owners)

    run_real(main())


def test_a_worker_ends_with_its_parent_even_in_the_middle_of_a_job() -> None:
    async def main() -> None:
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", PARROT, stdin=PIPE, stdout=PIPE)
        assert worker.stdin is not None and worker.stdout is not None
        await worker.stdout.readexactly(8)
        worker.stdin.write(pack(Frame({"do": "hang", "job": 1})))
        await worker.stdin.drain()
        worker.stdin.close()
        assert await worker.wait() == 0

    run_real(main())


def test_a_worker_ends_at_garbage() -> None:
    async def main() -> None:
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", PARROT, stdin=PIPE, stdout=PIPE)
        await worker.communicate(b"GET / HTTP/1.1\r\n\r\n")
        assert worker.returncode not in {0, None}

    run_real(main())

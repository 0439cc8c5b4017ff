"""Many calls: none fails, none is left hanging, and nothing of them stays."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bench.test_benches import ROOT, figures, needs_flite
from tests.interop.peers import sipp
from tests.interop.script import Script, request, sdp
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

REMEMBERED = 33.0
"""Seconds after which nothing of a call need be remembered (RFC 3261 §17.2, timers J and L)."""


class Subject:
    """The endpoint in a process of its own, answering everything (``bench.acceptor``)."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.port = 0

    async def heard(self) -> dict[str, int]:
        """Return what it says next."""
        assert self._process.stdout is not None
        found: dict[str, int] = json.loads(await self._process.stdout.readline())
        return found

    async def report(self) -> dict[str, int]:
        """Ask how it stands."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"objects\n")
        return await self.heard()

    @property
    def files(self) -> int:
        """How many files and sockets it holds."""
        return sum(1 for _ in Path(f"/proc/{self._process.pid}/fd").iterdir())


@asynccontextmanager
async def subject() -> AsyncIterator[Subject]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.acceptor", stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment
    )
    try:
        made = Subject(process)
        made.port = (await made.heard())["port"]
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def short_call() -> Script:
    script = Script()
    script.send(request("INVITE", 1, body=sdp()))
    script.answered(1)
    script.hang_up(2)
    return script


async def fifty_a_second(folder: Path, switch: Subject, seconds: int, kind: str) -> None:
    """Call at that rate; every call is answered and ended, and gives back its ports."""
    calls, before, files = 50 * seconds, await switch.report(), switch.files
    target, pace = f"127.0.0.1:{switch.port}", ("-t", kind, "-m", str(calls), "-r", "50", "-l", "1000")
    report = await sipp(folder, short_call().save(folder), target, *pace, within=90.0)
    assert report.code == 0, report.errors
    after = await switch.report()
    assert (after["answered"], after["left"], after["open"]) == (calls, calls, 0)
    assert switch.files <= files + 1, "every RTP port is given back"
    assert after["tasks"] == before["tasks"]


def test_fifty_calls_a_second_for_half_a_minute_leave_nothing_behind(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(170.0), subject() as switch:
            before = await switch.report()
            await fifty_a_second(folder, switch, 30, "u1")
            await asyncio.sleep(REMEMBERED)
            rest = await switch.report()
            print("OBJ", before, rest)
            assert rest["objects"] - before["objects"] < 1500, "not even one object per call stays"

    run_real(main())


def test_fifty_calls_a_second_come_over_one_connection(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(120.0), subject() as switch:
            await fifty_a_second(folder, switch, 8, "t1")

    run_real(main())


@needs_flite
@pytest.mark.speech
def test_two_hundred_calls_at_once_all_speak_and_are_answered(alone: bool) -> None:
    found = figures("bench.engine", "--calls", "200", "--seconds", "6.5", "--spread", "3")
    assert (found["calls_failed"], found["replies_expected"], found["replies_missing"]) == (0, 200, 0)
    assert found["events_lost"] == 0

"""`switchroom serve` as operators run it: a process of its own, with its output in a file."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.ports import free_block


@dataclass(frozen=True, slots=True)
class Program:
    """The running process."""

    process: asyncio.subprocess.Process
    port: int
    output: Path

    @property
    def uri(self) -> str:
        """What to dial."""
        return f"sip:demo@127.0.0.1:{self.port}"

    def printed(self) -> str:
        """Return what it has printed so far."""
        return self.output.read_text(errors="replace")

    async def prints(self, words: str, *, within: float = 40.0) -> None:
        """Wait until it has printed ``words``."""
        async with asyncio.timeout(within):
            while words not in self.printed():
                assert self.process.returncode is None, self.printed()
                await asyncio.sleep(0.05)

    def workers(self) -> list[int]:
        """Return the processes it has started."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]

    async def bury(self, workers: list[int], *, within: float = 10.0) -> None:
        """Wait until the processes that it had started are gone too."""
        async with asyncio.timeout(within):
            while any(_lives(pid) for pid in workers):
                await asyncio.sleep(0.1)

    async def ends(self, *, within: float = 30.0) -> int:
        """Wait for its end and return its status."""
        async with asyncio.timeout(within):
            return await self.process.wait()


def _lives(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@asynccontextmanager
async def serving(data: Path, **environment: str) -> AsyncIterator[Program]:
    """Start it with data in a directory that is there, and wait until it is ready; kill it if it still runs at the end."""
    port = free_block(60)
    chosen = {
        "SWITCHROOM_DATA": str(data),
        "SWITCHROOM_SIP__HOST": "127.0.0.1",
        "SWITCHROOM_SIP__PORT": str(port),
        "SWITCHROOM_SIP__RTP_FIRST": str(port + 10),
        "SWITCHROOM_SIP__RTP_LAST": str(port + 59),
        "SWITCHROOM_WEB__PORT": str(port + 1),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    output = data / "output.log"
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "switchroom.cli", "serve"), env={**os.environ, **chosen}, stdout=file, stderr=STDOUT
        )
    program = Program(process, port, output)
    try:
        await program.prints("Switchroom is ready", within=120.0)
        yield program
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

"""Kamailio as docs/carriers/kamailio.md sets it up: it shares calls out over several of us and passes over who drains or dies."""

import asyncio
import re
import subprocess
from asyncio.subprocess import STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.ports import Answer, CallOffer, HangUp
from switchroom.transports.sip.endpoint import Dialling
from tests.interop.ports import free_block
from tests.transports.sip.test_endpoint import Desk, desk
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

PAGE = Path(__file__).parent.parent.parent / "docs/carriers/kamailio.md"


def rules(port: int, switches: list[Desk], folder: Path) -> Path:
    """Write the page's two files, with addresses of loopback in place of the page's."""
    folder.mkdir(parents=True, exist_ok=True)
    (text,) = re.findall(r"```kamailio\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    addresses = [switch.endpoint.address for switch in switches]
    listed = "".join(f"1 sip:{host}:{there}\n" for host, there in addresses)
    (folder / "dispatcher.list").write_text(listed)
    written = folder / "kamailio.cfg"
    written.write_text(
        text.replace("/etc/kamailio", str(folder)).replace("203.0.113.10:5060", f"127.0.0.1:{port}")
        + "\nlog_stderror=yes\nchildren=2\n"
    )
    return written


@asynccontextmanager
async def proxy(switches: list[Desk], folder: Path) -> AsyncIterator[str]:
    """Run Kamailio in front of the switches; yields what to dial."""
    port = free_block(2)
    written, log = rules(port, switches, folder), folder / "kamailio.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *("kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-w", str(folder), "-Y", str(folder)),
            *("-f", str(written)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(20.0):
            while not all(switch.endpoint.counters().get("received", 0) for switch in switches):
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.05)  # until it has asked everybody by OPTIONS
        yield f"sip:demo@127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def answering(switch: Desk) -> None:
    """Answer every call."""
    while True:
        offer = await switch.offers.get()
        await offer.leg.do(Answer())


def closed(_: CallOffer) -> None:
    raise Unavailable("this one drains")


def test_calls_are_shared_out_and_who_drains_is_passed_over(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            desk() as caller,
            desk() as one,
            desk() as other,
            asyncio.TaskGroup() as tasks,
        ):
            async with proxy([one, other], folder / "proxy") as uri:
                answers = [tasks.create_task(answering(switch)) for switch in (one, other)]
                for _ in range(4):
                    leg = await caller.endpoint.dial(Dialling(uri))
                    await leg.do(HangUp())
                assert [switch.endpoint.counters()["CallOffered"] for switch in (one, other)] == [2, 2]
                one.accepting = closed
                for _ in range(4):
                    leg = await caller.endpoint.dial(Dialling(uri))
                    await leg.do(HangUp())
                assert one.endpoint.counters()["refused_unavailable"] == 2
                assert other.endpoint.counters()["CallOffered"] == 6
                while any(switch.endpoint.calls for switch in (caller, one, other)):
                    await asyncio.sleep(0.02)
                for task in answers:
                    task.cancel()

    run_real(main())


def test_one_that_died_is_passed_over(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            desk() as caller,
            desk() as dead,
            desk() as other,
            asyncio.TaskGroup() as tasks,
        ):
            async with proxy([dead, other], folder / "proxy") as uri:
                answers = tasks.create_task(answering(other))
                dead.endpoint.close()
                for _ in range(3):
                    leg = await caller.endpoint.dial(Dialling(uri))
                    await leg.do(HangUp())
                assert other.endpoint.counters()["CallOffered"] == 3
                assert dead.endpoint.counters()["CallOffered"] == 0
                while any(switch.endpoint.calls for switch in (caller, other)):
                    await asyncio.sleep(0.02)
                answers.cancel()

    run_real(main())

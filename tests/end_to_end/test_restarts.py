"""What a carrier sees when the program stops or dies: literal SIP from a socket, against the program as a process."""

import asyncio
import re
import signal
import socket
from pathlib import Path

import pytest

from switchroom.roles.records import keeping_records
from tests.end_to_end.house import settings
from tests.end_to_end.program import Program, serving
from tests.interop.ports import free_block
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


class Carrier:
    """One dialog with the program, in literal bytes."""

    def __init__(self, port: int, name: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._here = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._media = free_block(2)
        self._name = name
        self._number = 0
        self._tag = ""

    def say(self, method: str, *lines: str, body: str = "") -> None:
        """Send a request of the dialog; an ACK has the number of its INVITE."""
        self._number += method != "ACK"
        to = f"<sip:demo@127.0.0.1>{self._tag}"
        text = (
            f"{method} sip:demo@127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._here};branch=z9hG4bK{self._name}{method}{self._number}\r\n"
            f"From: <sip:carrier@127.0.0.1>;tag=c\r\nTo: {to}\r\nCall-ID: {self._name}\r\n"
            f"CSeq: {self._number} {method}\r\nMax-Forwards: 70\r\nContact: <sip:carrier@{self._here}>\r\n"
        )
        more = "".join(f"{line}\r\n" for line in lines)
        self._socket.send(f"{text}{more}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    async def hears(self, method: str) -> str:
        """Return the final response to the last request of that method."""
        async with asyncio.timeout(30.0):
            while True:
                text = (await asyncio.get_running_loop().sock_recv(self._socket, 8192)).decode()
                if text.startswith("SIP/2.0 1") or f"CSeq: {self._number} {method}" not in text:
                    continue
                tag = re.search(r"(?m)^To: .*(;tag=[^\r;]+)", text)
                self._tag = tag.group(1) if tag and not self._tag else self._tag
                return text

    async def invites(self) -> str:
        """Call; return what comes of it."""
        sdp = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self._media} RTP/AVP 0\r\n"
        )
        self.say("INVITE", "Content-Type: application/sdp", "Supported: timer", "Session-Expires: 90", body=sdp)
        answer = await self.hears("INVITE")
        self.say("ACK")
        return answer

    async def refreshes(self) -> str:
        """Say that the call lasts; return the answer."""
        self.say("UPDATE", "Supported: timer", "Session-Expires: 90;refresher=uac")
        return await self.hears("UPDATE")

    def close(self) -> None:
        self._socket.close()


def test_told_to_stop_it_answers_new_calls_with_503_and_serves_the_one_that_runs(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(tmp_path) as program:
            running, late = Carrier(program.port, "running"), Carrier(program.port, "late")
            answer = await running.invites()
            assert answer.startswith("SIP/2.0 200")
            assert "Session-Expires: 90;refresher=uac" in answer
            program.process.send_signal(signal.SIGTERM)
            await program.prints("stopping")
            refusal = await late.invites()
            assert refusal.startswith("SIP/2.0 503")
            assert re.search(r"(?m)^Retry-After: [1-9]", refusal)
            assert (await running.refreshes()).startswith("SIP/2.0 200")
            assert program.process.returncode is None
            running.say("BYE")
            assert (await running.hears("BYE")).startswith("SIP/2.0 200")
            assert await program.ends() == 0, program.printed()
            running.close()
            late.close()

    run_real(main())


async def is_refused(carrier: Carrier) -> None:
    """Wait until nobody listens any more."""
    while True:
        try:
            await carrier.refreshes()
        except ConnectionRefusedError:
            return


def test_killed_in_a_call_the_far_side_learns_it_with_its_next_refresh(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(tmp_path) as program:
            carrier = Carrier(program.port, "killed")
            assert (await carrier.invites()).startswith("SIP/2.0 200")
            await asyncio.sleep(1.0)  # the journal has it a tenth of a second later
            workers = program.workers()
            program.process.kill()
            await program.ends()
            await program.bury(workers)
            await is_refused(carrier)
        again = {"SWITCHROOM_SIP__PORT": str(program.port), "SWITCHROOM_WEB__PORT": str(program.port + 1)}
        async with serving(tmp_path, **again) as reborn:
            answer = await carrier.refreshes()
            assert answer.startswith("SIP/2.0 481"), "RFC 3261 §12.2.1.2: a 481 ends the call for who is told"
            assert await stops(reborn) == 0
        carrier.close()
        async with keeping_records(settings(tmp_path)) as records:
            topics = {entry.topic: entry for entry in await records.journal.after(0)}
            assert topics["voice.call.failed"].data["code"] == "engine_restarted"

    run_real(main())


async def stops(program: Program) -> int:
    program.process.terminate()
    return await program.ends()

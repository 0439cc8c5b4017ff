"""Media as telephones behind NATs and careless carriers send it, in calls that sipp signals."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from switchroom.media.g711 import encode_ulaw
from switchroom.media.rtp import RtpPacket
from tests.interop.peers import sipp
from tests.interop.responder import Answered, responder
from tests.interop.script import Script, sdp
from tests.interop.sound import RATE, pitch
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


class Telephone:
    """Sends packets from an address of its own, and counts what it is sent."""

    def __init__(self, bound: socket.socket, frequency: float, ssrc: int) -> None:
        self.port: int = bound.getsockname()[1]
        self.target = 0
        self.got = 0
        self._socket = bound
        self._ssrc = ssrc
        samples = (8_000 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)).astype(np.int16)
        said = encode_ulaw(samples).tobytes()
        self._said = [said[i : i + 160] for i in range(0, len(said), 160)]
        self._count = 0

    async def talk(self, seconds: float) -> None:
        """Say a tone at the pace of speech."""
        for _ in range(int(seconds * 50)):
            self._send(0, self._said[self._count % 50], 160 * self._count)
            await asyncio.sleep(0.02)
            self._listen()

    async def press(self, digit: str) -> None:
        """Press a key as carriers do that forget the marker bit (RFC 4733 §2.5.1.2), its end said only once."""
        event, began = "0123456789*#ABCD".index(digit), 160 * self._count
        for packet in range(1, 6):
            end = 0x80 if packet == 5 else 0
            self._send(101, bytes((event, end | 10)) + (160 * packet).to_bytes(2, "big"), began)
            await asyncio.sleep(0.02)

    def _send(self, payload_type: int, payload: bytes, timestamp: int) -> None:
        packet = RtpPacket(payload_type, self._count & 0xFFFF, timestamp, self._ssrc, payload)
        self._socket.sendto(packet.build(), ("127.0.0.1", self.target))
        self._count += 1

    def _listen(self) -> None:
        while True:
            try:
                self._socket.recv(2048)
            except BlockingIOError:
                return
            self.got += 1


@contextmanager
def telephone(host: str = "127.0.0.1", frequency: float = 440, ssrc: int = 7) -> Iterator[Telephone]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((host, 0))
        bound.setblocking(False)
        yield Telephone(bound, frequency, ssrc)


def play(folder: Path, body: str, story: Callable[[Answered, int], Awaitable[None]]) -> Answered:
    """Call with this SDP, tell the story while the call stands, and hang up. The story is told our RTP port."""
    script = Script()
    script.call(body=body)
    script.pause(4.0)
    script.hang_up(2)

    async def main() -> Answered:
        async with asyncio.timeout(60.0), responder() as switch, asyncio.TaskGroup() as tasks:
            trace = ("-trace_msg", "-message_file", "messages.log")
            playing = tasks.create_task(sipp(folder, script.save(folder), switch.target, *trace))
            port = await _answered(folder / "messages.log")
            await story(switch.calls[0], port)
            report = await playing
            assert report.code == 0, report.errors
            return switch.calls[0]

    return run_real(main())


async def _answered(trace: Path) -> int:
    async with asyncio.timeout(20.0):
        while (port := _port(trace)) is None:
            await asyncio.sleep(0.05)
    return port


def _port(trace: Path) -> int | None:
    answer = trace.read_text().partition("SIP/2.0 200 OK")[2] if trace.exists() else ""
    found = re.search(r"m=audio (\d+)", answer)
    return int(found[1]) if found else None


def test_media_from_another_port_than_announced_is_heard_and_answered_there(alone: bool, folder: Path) -> None:
    with telephone() as phone, telephone() as announced:

        async def story(call: Answered, port: int) -> None:
            phone.target = port
            await phone.talk(2.0)
            assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(440, abs=3)
            assert phone.got > 50

        play(folder, sdp(port=str(announced.port)), story)


def test_media_of_a_telephone_that_announced_its_private_address_is_heard(alone: bool, folder: Path) -> None:
    with telephone("127.0.0.5") as phone:

        async def story(call: Answered, port: int) -> None:
            phone.target = port
            await phone.talk(2.0)
            assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(440, abs=3)
            assert phone.got > 50

        play(folder, sdp(connection="10.1.2.3", port="40000"), story)


def test_a_stranger_who_guesses_the_port_is_neither_heard_nor_spoken_to(alone: bool, folder: Path) -> None:
    with telephone() as phone, telephone("127.0.0.66", frequency=1700, ssrc=9) as stranger:

        async def story(call: Answered, port: int) -> None:
            phone.target = stranger.target = port
            await phone.talk(0.2)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(phone.talk(2.0))
                tasks.create_task(stranger.talk(2.0))
            assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(440, abs=3)
            assert stranger.got == 0
            assert call.leg.media()["strangers"] > 50

        play(folder, sdp(port=str(phone.port)), story)


def test_keys_without_the_marker_bit_are_each_heard_once(alone: bool, folder: Path) -> None:
    with telephone() as phone:

        async def story(call: Answered, port: int) -> None:
            phone.target = port
            await phone.talk(0.3)
            for digit in "1123#":
                await phone.press(digit)
                await phone.talk(0.2)

        call = play(folder, sdp(port=str(phone.port)), story)
        assert call.digits == "1123#"

"""Thieves of audio against real sockets: 127.0.0.1 is ours, the telephone has another address of loopback, and so have they."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from switchroom.media.codec import Codec
from switchroom.media.rtcp import Bye, Report
from switchroom.media.rtp import RtpPacket
from switchroom.transports.sip.media.latch import FORGET, ROW, Latch
from switchroom.transports.sip.media.ports import MediaSockets, RtpPorts
from switchroom.transports.sip.media.stream import RtpStream, Terms
from tests.interop.ports import free_block

PHONE, PROXY, THIEF = "127.0.0.2", "127.0.0.3", "127.0.0.66"
VOICE, NOISE = b"\x10" * 160, b"\x70" * 160
BEHIND_NAT = ("10.9.8.7", 4000)


@dataclass
class Sender:
    """Somebody with a socket and a steady flow of packets."""

    socket: socket.socket
    payload: bytes
    ssrc: int
    sequence: int = 0
    got: int = 0

    def send(self, port: int, count: int = 1) -> None:
        for _ in range(count):
            packet = RtpPacket(0, self.sequence, 160 * self.sequence, self.ssrc, self.payload)
            self.socket.sendto(packet.build(), ("127.0.0.1", port))
            self.sequence += 1

    def listen(self) -> None:
        while True:
            try:
                self.socket.recv(2048)
            except BlockingIOError:
                return
            self.got += 1


@dataclass
class Scene:
    """Our side of a call, and everybody who sends to it."""

    sockets: MediaSockets
    stream: RtpStream
    held: ExitStack
    ticks: int = 0
    heard: list[bytes] = field(default_factory=list)

    def somebody(self, host: str, payload: bytes, ssrc: int) -> Sender:
        made = self.held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.bind((host, 0))
        made.setblocking(False)
        return Sender(made, payload, ssrc)

    def tick(self, *senders: Sender, burst: int = 1) -> None:
        for sender in senders:
            sender.send(self.sockets.port, burst)
        self.ticks += 1
        heard = self.stream.hear(self.ticks * 0.02)
        if heard is not None:
            self.heard.append(heard)
        self.stream.speak(VOICE)
        for sender in senders:
            sender.listen()

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.tick()


@contextmanager
def scene(announced: tuple[str, int], signalling: str = PROXY, *, strict: bool = False) -> Iterator[Scene]:
    first = free_block(4)
    sockets = RtpPorts("127.0.0.1", first, first + 3).take(0.0)
    stream = RtpStream(sockets, Terms(announced, Codec.PCMU, 0), Latch(signalling, strict=strict), lambda _: None)
    with ExitStack() as held:
        held.callback(sockets.close)
        yield Scene(sockets, stream, held)


def test_a_thief_who_sprays_packets_at_a_call_gets_none_of_its_audio() -> None:
    with scene(BEHIND_NAT) as call:
        phone, thief = call.somebody(PHONE, VOICE, 7), call.somebody(THIEF, NOISE, 99)
        for _ in range(ROW):
            call.tick(phone)
        for _ in range(300):
            call.tick(phone, thief, burst=1)
        assert thief.got == 0
        assert phone.got >= 300
        assert set(call.heard) == {VOICE}


def test_a_thief_who_waits_for_silence_gets_nothing_either() -> None:
    with scene(BEHIND_NAT) as call:
        phone, thief = call.somebody(PHONE, VOICE, 7), call.somebody(THIEF, NOISE, 99)
        for _ in range(2 * ROW):
            call.tick(phone)
        for _ in range(round((FORGET + 1) * 50)):
            call.tick(thief)
        assert thief.got == 0
        assert NOISE not in call.heard


def test_single_packets_at_every_port_take_no_call() -> None:
    with scene(BEHIND_NAT) as call:
        for ssrc in range(50):
            thief = call.somebody(THIEF, NOISE, ssrc)
            call.tick(thief)
            assert thief.got == 0
        phone = call.somebody(PHONE, VOICE, 7)
        for _ in range(50):
            call.tick(phone)
        assert phone.got >= 40
        assert NOISE not in call.heard


def test_a_telephone_keeps_its_call_when_its_network_changes() -> None:
    with scene(BEHIND_NAT) as call:
        phone = call.somebody(PHONE, VOICE, 7)
        for _ in range(20):
            call.tick(phone)
        phone.socket = call.somebody("127.0.0.9", VOICE, 7).socket
        call.wait(FORGET + 0.1)
        before = phone.got
        for _ in range(50):
            call.tick(phone)
        assert phone.got - before >= 40


@pytest.mark.parametrize("host", [PHONE, THIEF])
def test_a_strict_call_hears_nobody_who_is_not_named(host: str) -> None:
    with scene(BEHIND_NAT, strict=True) as call:
        somebody, proxy = call.somebody(host, NOISE, 7), call.somebody(PROXY, VOICE, 8)
        for _ in range(50):
            call.tick(somebody)
        assert somebody.got == 0
        for _ in range(20):
            call.tick(proxy)
        assert proxy.got > 0
        assert set(call.heard) == {VOICE}


def test_control_packets_of_strangers_are_no_sign_of_life() -> None:
    with scene(BEHIND_NAT) as call:
        phone, thief = call.somebody(PHONE, VOICE, 7), call.somebody(THIEF, NOISE, 99)
        for _ in range(20):
            call.tick(phone)
        silent_since = call.ticks * 0.02
        for tick in range(250):
            if tick % 25 == 0:
                thief.socket.sendto(Report(7).build(), ("127.0.0.1", call.sockets.port + 1))
            call.tick()
        assert call.stream.deaf_for(call.ticks * 0.02) >= call.ticks * 0.02 - silent_since - 0.05
        phone.socket.sendto(Report(7).build(), ("127.0.0.1", call.sockets.port + 1))
        call.wait(1.0)
        assert call.stream.deaf_for(call.ticks * 0.02) < 1.1


def test_a_flood_of_strangers_control_packets_does_not_hide_the_partys() -> None:
    with scene(BEHIND_NAT) as call:
        phone, thief = call.somebody(PHONE, VOICE, 7), call.somebody(THIEF, NOISE, 99)
        for _ in range(20):
            call.tick(phone)
        for _ in range(150):
            thief.socket.sendto(Report(7).build(), ("127.0.0.1", call.sockets.port + 1))
        phone.socket.sendto(Report(7).build(), ("127.0.0.1", call.sockets.port + 1))
        before = call.ticks * 0.02
        call.wait(3.0)
        assert call.stream.deaf_for(call.ticks * 0.02) < call.ticks * 0.02 - before


def test_a_goodbye_of_a_stranger_changes_nothing() -> None:
    goodbye = Report(7).build() + Bye((7,)).build()
    with scene(BEHIND_NAT) as call:
        phone, thief = call.somebody(PHONE, VOICE, 7), call.somebody(THIEF, NOISE, 99)
        for _ in range(100):
            thief.socket.sendto(goodbye, ("127.0.0.1", call.sockets.port + 1))
            call.tick(phone)
        heard = len(call.heard)
        for _ in range(20):
            call.tick(phone)
        assert len(call.heard) >= heard + 19

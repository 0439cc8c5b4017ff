"""A scripted browser and a media session over real sockets: ICE, DTLS and audio on one port; the ticks are called by hand."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from switchroom.media import stun
from switchroom.media.rtp import RtpPacket
from switchroom.media.stun import build_stun
from switchroom.sip.description.policy import MediaPolicy
from switchroom.sip.description.sdp import SessionDescription, parse_sdp
from switchroom.sip.description.webrtc import Role, WebPeer
from switchroom.transports.sip.media import dtls
from switchroom.transports.sip.media.browser import BrowserSocket, fresh_web
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace, MediaSession
from switchroom.transports.sip.media.srtp import Channel
from tests.interop.ports import free_block

SOUND = bytes(range(160))
THEIRS = dtls.identity.__wrapped__()


@dataclass
class Browser:
    """One socket and what it takes to be let in."""

    socket: socket.socket
    session: MediaSession
    ufrag: str = "them"
    fingerprint: str = THEIRS.fingerprint
    setup: str = "actpass"
    direction: str = "sendrecv"
    now: float = 0.0
    received: list[bytes] = field(default_factory=list)
    handshake: dtls.Handshake | None = None
    channel: Channel | None = None
    sequence: int = 100

    def description(self) -> str:
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
            "m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:101 telephone-event/8000\r\n"
            f"a=ice-ufrag:{self.ufrag}\r\na=ice-pwd:{'p' * 22}\r\na=fingerprint:sha-256 {self.fingerprint}\r\n"
            f"a=setup:{self.setup}\r\na=mid:0\r\na={self.direction}\r\na=rtcp-mux\r\n"
        )

    def calls(self) -> None:
        answer = self.session.answer(self.description())
        assert isinstance(answer, str)
        self.take(answer)

    def take(self, sdp: str) -> None:
        """Learn how the session is reached."""
        theirs = parse_sdp(sdp)
        assert isinstance(theirs, SessionDescription)
        media = theirs.media[0]
        self.target = (self.socket.getsockname()[0], media.port)
        self.user = f"{media.first('ice-ufrag')}:{self.ufrag}"
        self.password = media.first("ice-pwd") or ""
        if self.handshake is None:
            role: Role = "passive" if media.first("setup") == "active" else "active"
            print_ = (media.first("fingerprint") or "").split()[1]
            self.handshake = dtls.Handshake(THEIRS, frozenset({print_}), role)

    def check(self, password: str | None = None) -> bytes:
        """Return a check that nominates."""
        said = [(stun.USERNAME, self.user.encode()), (stun.CONTROLLING, bytes(8)), (stun.USE_CANDIDATE, b"")]
        return build_stun(stun.REQUEST, b"transaction.", said, password or self.password)

    def checks(self, password: str | None = None) -> bool:
        """Check the way and nominate it; return whether it was answered."""
        self.send(self.check(password))
        self.tick()
        self.received = self.drain()
        return any(data[0] in stun.FIRST_BYTES for data in self.received)

    def shakes(self) -> None:
        """Do the handshake of DTLS."""
        assert self.handshake is not None
        self.send(*self.handshake.begin())
        for _ in range(6):
            self.tick()
            came, self.received = self.received + self.drain(), []
            for data in came:
                if data[0] in dtls.FIRST_BYTES:
                    self.send(*self.handshake.take(data))
        if self.handshake.pair is not None:
            self.channel = Channel(self.handshake.pair)

    def says(self, ticks: int = 10) -> int:
        """Send audio; return how often it was heard."""
        heard = 0
        for _ in range(ticks):
            self.sequence += 1
            packet = RtpPacket(0, self.sequence, self.sequence * 160, 7, SOUND).build()
            self.send(packet if self.channel is None else self.channel.protect(packet))
            heard += self.tick() == SOUND
        return heard

    def hears(self) -> int:
        """Return how many packets of media came of ten that were said."""
        assert self.session.stream is not None
        self.drain()
        for _ in range(10):
            self.session.stream.speak(SOUND)
        opened = [self.channel.open(data) for data in self.drain() if data[0] >= 128] if self.channel else []
        return sum(RtpPacket.parse(data).payload == SOUND for data in opened)  # type: ignore[union-attr]

    def tick(self) -> bytes | None:
        assert self.session.stream is not None
        self.now += 0.02
        return self.session.stream.hear(self.now)

    def send(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.socket.sendto(data, self.target)

    def drain(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2048))
            except BlockingIOError:
                return found


@contextmanager
def browser(
    setup: str = "actpass", fingerprint: str = THEIRS.fingerprint, host: str = "127.0.0.1"
) -> Iterator[Browser]:
    first = free_block(4)
    ports = RtpPorts(host, first, first + 3)
    place = MediaPlace(ports, host, host, MediaPolicy(codecs=("PCMU",)), browser=True)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((host, 0))
        bound.setblocking(False)
        made = Browser(
            bound, MediaSession(place, lambda: made.now, lambda _: None), setup=setup, fingerprint=fingerprint
        )
        try:
            yield made
        finally:
            made.session.close()


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
def test_a_browser_checks_shakes_hands_and_is_heard(setup: str) -> None:
    with browser(setup) as page:
        page.calls()
        assert page.checks()
        page.shakes()
        page.says(3)
        assert page.says() == 10
        assert page.hears() == 10
        assert page.session.media()["encrypted"] == 1.0
        assert page.session.media()["srtp_refused"] == 0
        assert page.session.media()["malformed"] == 0


def test_a_browser_is_called() -> None:
    with browser("active") as page:
        page.take(page.session.offer())
        assert page.session.settle(page.description()) is None
        assert page.checks()
        page.shakes()
        page.says(3)
        assert (page.says(), page.hears()) == (10, 10)


def test_a_browser_is_heard_over_ipv6() -> None:
    with browser(host="::1") as page:
        page.calls()
        assert page.checks()
        page.shakes()
        page.says(3)
        assert (page.says(), page.hears()) == (10, 10)


def test_nothing_is_heard_or_said_before_the_handshake() -> None:
    with browser() as page:
        page.calls()
        assert page.checks()
        assert page.says() == 0
        assert page.session.stream is not None
        page.session.stream.speak(SOUND)
        assert page.drain() == []
        assert page.session.media()["encrypted"] == 0.0
        assert page.session.media()["srtp_refused"] == 10


def test_a_certificate_that_was_not_announced_gives_no_keys() -> None:
    with browser(fingerprint=":".join(["AB"] * 32)) as page:
        page.calls()
        assert page.checks()
        page.shakes()
        assert page.says() == 0
        assert page.session.media()["encrypted"] == 0.0
        assert page.session.media()["srtp_refused"] > 0


def test_a_failed_handshake_is_told_once_and_another_agreement_makes_it_anew() -> None:
    with browser() as page, capture_logs() as told:
        page.calls()
        assert page.checks()
        prints = frozenset({dtls.identity().fingerprint})
        theirs, page.handshake = page.handshake, dtls.Handshake(dtls.identity.__wrapped__(), prints, "active")
        page.shakes()
        page.shakes()
        assert [line["reason"] for line in told] == ["the certificate is not the announced one"]
        page.handshake = theirs
        page.calls()
        page.shakes()
        page.says(3)
        assert (page.says(), page.hears()) == (10, 10)


def test_who_does_not_know_the_password_is_not_answered_and_may_not_shake_hands() -> None:
    with browser() as page:
        page.calls()
        assert not page.checks(password="another")
        page.shakes()
        assert page.channel is None


def test_a_handshake_whose_flights_are_lost_is_made_all_the_same() -> None:
    with browser() as page:
        page.calls()
        assert page.checks()
        assert page.handshake is not None
        page.handshake.begin()  # the first flight is lost
        again: list[bytes] = []
        while not again:
            again = page.handshake.expire()
        page.send(*again)
        page.shakes()
        page.says(3)
        assert page.says() == 10


def test_hold_and_resume_keep_the_keys() -> None:
    with browser() as page:
        page.calls()
        page.checks()
        page.shakes()
        page.direction = "inactive"
        page.calls()
        assert page.session.held
        page.direction = "sendrecv"
        page.calls()
        assert not page.session.held
        page.says(3)
        assert (page.says(), page.hears()) == (10, 10)


def test_ice_is_restarted_with_new_names_on_both_sides_and_the_keys_stay() -> None:
    with browser() as page:
        page.calls()
        page.checks()
        page.shakes()
        before, page.ufrag = page.user, "them2"
        page.calls()
        assert page.user.split(":")[0] != before.split(":")[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as moved:
            moved.bind(("127.0.0.1", 0))
            moved.setblocking(False)
            page.socket = moved
            assert page.checks()
            page.says(3)
            assert (page.says(), page.hears()) == (10, 10)


def test_our_own_new_offer_keeps_the_names() -> None:
    with browser() as page:
        page.calls()
        ours = re.findall(r"a=ice-ufrag:(.*)\r\n", page.session.offer())
        assert ours == [page.user.split(":")[0]]


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 20, 22, 23, 63, 64, 127, 128, 200, 255]), st.binary(max_size=60)), max_size=40
    )
)
@settings(deadline=None, max_examples=30)
def test_noise_from_whoever_was_let_in_neither_raises_nor_spoils_the_handshake(noise: list[tuple[int, bytes]]) -> None:
    with browser() as page:
        page.calls()
        assert page.checks()
        for first, rest in noise:
            page.send(bytes([first]) + rest)
        page.tick()
        page.tick()
        page.shakes()
        for first, rest in noise:
            page.send(bytes([first]) + rest)
        page.says(3)
        assert (page.says(), page.hears()) == (10, 10)


@pytest.mark.parametrize("junk", [b"", b"\0", bytes(20), b"\x16" + bytes(12), b"\x80\0" + bytes(30)])
def test_what_strangers_send_in_between_takes_no_audio_from_the_party(junk: bytes) -> None:
    with browser() as page, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        page.calls()
        page.checks()
        page.shakes()
        page.says(3)
        heard = 0
        for _ in range(20):
            for _ in range(120):
                stranger.sendto(junk, page.target)
            heard += page.says(1)
        assert heard == 20
        assert page.session.media()["srtp_refused"] == 20 * 120


def test_checks_beyond_their_share_of_a_tick_are_lost_and_audio_is_not() -> None:
    with browser() as page:
        page.calls()
        page.checks()
        page.shakes()
        page.says(3)
        page.drain()
        for _ in range(60):
            page.send(page.check())
        assert page.says(1) == 1
        assert len(page.drain()) == 32
        assert page.session.media()["srtp_refused"] == 28
        assert page.checks()


class Flood:
    """A socket to which a stranger sends faster than anybody reads."""

    def __init__(self, first: bytes = b"\0") -> None:
        self.first = first
        self.read = 0
        self.sent: list[bytes] = []

    def recvmsg(self, _: int, __: int, /) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]:
        self.read += 1
        said, self.first = self.first, b"\0"
        return said, [], 0, ("192.0.2.7", 9)

    def sendto(self, data: bytes, _: tuple[str, int], /) -> int:
        self.sent.append(data)
        return len(data)


def test_a_flood_without_an_end_ends_the_tick_and_the_next_one_has_its_share_again() -> None:
    flood = Flood()
    reached = BrowserSocket(flood, fresh_web(), WebPeer("them", frozenset(), "0", "passive"))
    for tick in (1, 2):
        with pytest.raises(BlockingIOError):
            reached.recvmsg(2048, 0)
        assert flood.read == 512 * tick


def test_a_lost_flight_is_sent_again_in_the_middle_of_a_flood() -> None:
    ours = fresh_web()
    said = [(stun.USERNAME, f"{ours.ufrag}:them".encode()), (stun.USE_CANDIDATE, b"")]
    flood = Flood(build_stun(stun.REQUEST, b"transaction.", said, ours.password))
    reached = BrowserSocket(flood, ours, WebPeer("them", frozenset(), "0", "active"))
    for _ in range(100_000):
        with pytest.raises(BlockingIOError):
            reached.recvmsg(2048, 0)
        if len(flood.sent) > 2:
            break
    _, hello, again = flood.sent
    assert (hello[0], again[0]) == (22, 22)

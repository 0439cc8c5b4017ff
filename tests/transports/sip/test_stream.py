"""Media between two real pairs of sockets on loopback; the ticks are called by hand."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from switchroom.media import opus
from switchroom.media.band import decode, encode
from switchroom.media.codec import Codec
from switchroom.media.frame import Samples
from switchroom.media.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from switchroom.media.rtp import RtpPacket
from switchroom.transports.sip.media.latch import Latch
from switchroom.transports.sip.media.ports import MediaSockets, RtpPorts
from switchroom.transports.sip.media.stream import RtpStream, Terms
from tests.interop.ports import free_block

SOUND = encode_ulaw((8000 * np.sin(np.arange(160) / 160 * 2 * np.pi * 8)).astype(np.int16)).tobytes()


@dataclass
class Side:
    """One end of the wire and what it was told."""

    sockets: MediaSockets
    stream: RtpStream
    pressed: list[str] = field(default_factory=list)


@contextmanager
def wire(
    ours: Codec = Codec.PCMU, theirs: Codec = Codec.PCMU, *, keys: int | None = 101
) -> Iterator[tuple[Side, Side]]:
    """Two streams that were told of each other."""
    first = free_block(8)
    ports = RtpPorts("127.0.0.1", first, first + 7)
    left, right = ports.take(0.0), ports.take(0.0)
    try:
        yield (
            side(left, Terms(("127.0.0.1", right.port), ours, _PAYLOADS[ours], None, keys, keys)),
            side(right, Terms(("127.0.0.1", left.port), theirs, _PAYLOADS[theirs], None, keys, keys)),
        )
    finally:
        left.close()
        right.close()


_PAYLOADS = {Codec.PCMU: 0, Codec.PCMA: 8, Codec.G722: 9, Codec.OPUS: 111}


def side(sockets: MediaSockets, terms: Terms) -> Side:
    pressed: list[str] = []
    return Side(sockets, RtpStream(sockets, terms, Latch("127.0.0.1"), pressed.append), pressed)


def talk(
    speaker: Side, hearer: Side, ticks: int = 10, payload: bytes = SOUND, start: float = 0.0
) -> list[bytes | None]:
    """Let one side say the same 20 ms again and again; return what the other one heard at each tick."""
    heard = []
    for i in range(ticks):
        speaker.stream.speak(payload)
        heard.append(hearer.stream.hear(start + i * 0.02))
    return heard


def test_what_one_side_says_the_other_hears() -> None:
    with wire() as (left, right):
        assert talk(left, right).count(SOUND) >= 8
        assert talk(right, left).count(SOUND) >= 8
        assert right.stream.media()["packets"] == 10
        assert right.stream.media()["lost"] == 0
        assert left.stream.media()["sent"] == 10


def test_the_first_packet_of_a_spurt_is_marked_and_time_goes_on_in_silence() -> None:
    with wire() as (left, right):
        terms = Terms(("127.0.0.1", right.sockets.port), Codec.PCMU, 0, None, 101)
        left.stream.speak(SOUND)
        left.stream.speak(SOUND)
        left.stream.aim(replace(terms, sends=False))
        left.stream.speak(SOUND)
        left.stream.aim(terms)
        left.stream.speak(SOUND)
        packets = arrived(right.sockets.rtp)
        assert [packet.marker for packet in packets] == [True, False, True]
        assert [(packet.sequence - packets[0].sequence) & 0xFFFF for packet in packets] == [0, 1, 2]
        assert [(packet.timestamp - packets[0].timestamp) & 0xFFFFFFFF for packet in packets] == [0, 160, 480]


def arrived(rtp: socket.socket) -> list[RtpPacket]:
    packets: list[RtpPacket] = []
    while True:
        try:
            packet = RtpPacket.parse(rtp.recv(2048))
        except BlockingIOError:
            return packets
        assert isinstance(packet, RtpPacket)
        packets.append(packet)


def test_keys_arrive_once_each_and_take_the_place_of_audio() -> None:
    with wire() as (left, right):
        assert left.stream.press("42#")
        talk(left, right, ticks=60)
        assert right.pressed == ["4", "2", "#"]
        assert right.stream.media()["lost"] == 0


def test_keys_cannot_be_sent_where_none_were_agreed() -> None:
    with wire(keys=None) as (left, _):
        assert not left.stream.press("4")


def test_a_key_whose_end_is_lost_is_told_when_its_packets_cease() -> None:
    with wire() as (left, right):
        left.stream.press("7")
        talk(left, right, ticks=2)
        assert right.pressed == []
        right.stream.hear(1.0)
        assert right.pressed == ["7"]


def test_the_other_law_is_recoded() -> None:
    with wire(Codec.PCMU, Codec.PCMA) as (left, right):
        heard = [payload for payload in talk(left, right) if payload]
        wanted = encode_alaw(decode_ulaw(np.frombuffer(SOUND, np.uint8)))
        assert heard[-1] == wanted.tobytes()


def test_a_change_of_law_on_the_wire_changes_nothing_for_the_plane() -> None:
    with wire() as (left, right):
        talk(left, right)
        terms = Terms(("127.0.0.1", right.sockets.port), Codec.PCMA, 8, None, 101)
        left.stream.aim(terms)
        left.stream.speak(SOUND)
        packet = arrived(right.sockets.rtp)[-1]
        assert packet.payload_type == 8
        decoded = decode_alaw(np.frombuffer(packet.payload, np.uint8)).astype(int)
        assert np.abs(decoded - decode_ulaw(np.frombuffer(SOUND, np.uint8))).max() < 400


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00", b"hello world, this is no packet", b"\x80\x60" + bytes(170), b"\x90\x00" + bytes(10)]
)
def test_garbage_is_counted_and_disturbs_nobody(garbage: bytes) -> None:
    with wire() as (left, right):
        talk(left, right)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(5):
                stranger.sendto(garbage, ("127.0.0.1", right.sockets.port))
        assert talk(left, right, start=0.2).count(SOUND) == 10
        assert right.stream.media()["malformed"] == 5


def test_a_stranger_with_valid_packets_is_not_heard() -> None:
    with wire() as (left, right):
        talk(left, right)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for i in range(5):
                packet = RtpPacket(0, 1000 + i, 160 * i, 99, bytes(160))
                stranger.sendto(packet.build(), ("127.0.0.1", right.sockets.port))
        assert talk(left, right, start=0.2).count(SOUND) == 10
        assert right.stream.media()["strangers"] == 5


def test_a_flood_is_taken_in_portions() -> None:
    with wire() as (_, right):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(150):
                stranger.sendto(b"flood", ("127.0.0.1", right.sockets.port))
        right.stream.hear(0.0)
        assert right.stream.faults == {"short": 100, "flood": 1}
        right.stream.hear(0.02)
        assert right.stream.faults["short"] == 150


def test_nothing_is_heard_of_a_party_that_agreed_to_be_silent() -> None:
    with wire() as (left, right):
        right.stream.aim(Terms(("127.0.0.1", left.sockets.port), Codec.PCMU, 0, None, 101, hears=False))
        assert not any(talk(left, right))


def test_an_address_of_nowhere_is_a_hold_and_no_place_to_send_to() -> None:
    with wire() as (left, right):
        left.stream.aim(Terms(("0.0.0.0", right.sockets.port), Codec.PCMU, 0))
        assert talk(left, right).count(SOUND) >= 8


def test_a_party_that_nobody_listens_for_is_no_error() -> None:
    with wire() as (left, right):
        right.sockets.rtp.close()
        for i in range(5):
            left.stream.speak(SOUND)
            assert left.stream.hear(i * 0.02) is None


def test_a_sender_at_the_last_port_there_is_does_no_harm() -> None:
    with wire() as (left, _), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.bind(("127.0.0.1", 65535))
        for tick in range(251):
            packet = RtpPacket(0, tick, 160 * tick, 7, SOUND, tick == 0)
            last.sendto(packet.build(), ("127.0.0.1", left.sockets.port))
            left.stream.hear(tick * 0.02)
        assert left.stream.media()["packets"] > 0


@pytest.mark.parametrize("after", list(Codec))
@pytest.mark.parametrize("before", list(Codec))
def test_any_codec_follows_any_other_in_mid_call(before: Codec, after: Codec) -> None:
    if Codec.OPUS in (before, after) and opus.library() is None:
        pytest.skip("libopus is not installed")
    with wire(before, before) as (left, right):
        encoding = left.stream.encoding
        speak_tone(left, right)
        for one, other in ((left, right), (right, left)):
            address = ("127.0.0.1", other.sockets.port)
            one.stream.aim(Terms(address, after, _PAYLOADS[after], events=101, events_heard=101))
        heard = speak_tone(left, right, start=1.0)
        assert right.stream.encoding is encoding
        spectrum = np.abs(np.fft.rfft(heard[len(heard) // 2 :] * np.hanning(len(heard) - len(heard) // 2)))
        pitch = np.argmax(spectrum) * encoding.rate / (len(heard) - len(heard) // 2)
        assert pitch == pytest.approx(1000, abs=10)
        assert right.stream.media()["lost"] == 0
        assert right.stream.media()["malformed"] == 0


def speak_tone(speaker: Side, hearer: Side, *, start: float = 0.0) -> Samples:
    """Let one side say a tone for a second; return what the other heard, without gaps."""
    encoding = speaker.stream.encoding
    tone = (8000 * np.sin(np.arange(encoding.rate) / encoding.rate * 2 * np.pi * 1000)).astype(np.int16)
    heard = []
    for i, frame in enumerate(tone.reshape(50, -1)):
        speaker.stream.speak(encode(encoding, frame))
        heard.append(hearer.stream.hear(start + i * 0.02) or b"")
    return decode(encoding, b"".join(heard))

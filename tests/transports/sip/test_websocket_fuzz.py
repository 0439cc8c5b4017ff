"""Fuzz of a browser's connection: any bytes before the handshake, and any frames, whole or broken, after it."""

import struct

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode

from switchroom.sip.messages.stream import MAX_MESSAGE, Framed, Ping, Pong, StreamFault
from switchroom.transports.sip.wire.websocket import WebSocketFraming

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
)
CONTENT = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"\r\n\r\n", b"\r\n", b"OPTIONS sip:a SIP/2.0\r\n\r\n", b"x" * 400])
)


def frame(opcode: int, data: bytes, fin: bool, masked: bool) -> bytes:
    """Return a frame, whether or not it may be sent like this (RFC 6455 §5.2); the mask changes nothing."""
    length = struct.pack("!B", len(data)) if len(data) < 126 else struct.pack("!BH", 126, len(data))
    if masked:
        return bytes([opcode | fin << 7, length[0] | 0x80]) + length[1:] + bytes(4) + data
    return bytes([opcode | fin << 7]) + length + data


frames = st.builds(
    frame, st.one_of(st.sampled_from(Opcode), st.integers(0, 127)), CONTENT, st.booleans(), st.booleans()
)
honest = st.builds(frame, st.sampled_from(Opcode), CONTENT, st.booleans(), st.just(True))


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    pieces = []
    for at in cuts:
        pieces.append(data[:at])
        data = data[at:]
    return [*pieces, data]


def feed(framing: WebSocketFraming, data: bytes, cuts: list[int]) -> list[Framed]:
    found: list[Framed] = []
    for piece in cut(data, cuts):
        if framing.over:
            break
        found += framing.feed(piece)
        assert len(framing.owed()) <= len(HANDSHAKE) + 2 * len(piece) + 1000
    return found


def check(found: list[Framed]) -> None:
    for item in found:
        assert isinstance(item, bytes | Ping | Pong | StreamFault)
        assert not isinstance(item, bytes) or 0 < len(item) <= MAX_MESSAGE


@given(st.binary(max_size=300), st.lists(st.integers(1, 80), max_size=5), st.integers(0, len(HANDSHAKE)))
def test_fuzz_any_bytes_are_a_handshake_or_the_end(data: bytes, cuts: list[int], kept: int) -> None:
    check(feed(WebSocketFraming(), HANDSHAKE[:kept] + data, cuts))


@given(st.one_of(st.lists(honest, max_size=8), st.lists(frames, max_size=8)), st.lists(st.integers(1, 200), max_size=8))
def test_fuzz_frames_in_any_order_are_messages_or_the_end(sent: list[bytes], cuts: list[int]) -> None:
    framing = WebSocketFraming()
    assert feed(framing, HANDSHAKE, []) == []
    check(feed(framing, b"".join(sent), cuts))
    framing.wrap(b"\xff after whatever it was")


@given(st.lists(frames, max_size=4), st.integers(0, 400), st.binary(max_size=20))
def test_fuzz_broken_frames_are_the_end(sent: list[bytes], at: int, garbage: bytes) -> None:
    framing = WebSocketFraming()
    feed(framing, HANDSHAKE, [])
    data = b"".join(sent)
    check(feed(framing, data[:at] + garbage + data[at:], []))

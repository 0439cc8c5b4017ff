"""Messages out of a byte stream, however it is cut."""

from hypothesis import given
from hypothesis import strategies as st

from switchroom.sip.messages.stream import Framed, Ping, Pong, StreamFault, StreamFraming
from tests.sip.texts import request

ONE = request("OPTIONS", body="")
TWO = request("INVITE", body="v=0\r\n\r\nx")


def test_messages_come_out_whole_and_in_order() -> None:
    assert StreamFraming().feed(ONE + TWO + ONE) == [ONE, TWO, ONE]


def test_keep_alives_between_messages_are_pings() -> None:
    assert StreamFraming().feed(b"\r\n\r\n" + ONE + b"\r\n\r\n" + TWO) == [Ping(), ONE, Ping(), TWO]


def test_a_single_line_end_before_a_message_is_a_pong() -> None:
    assert StreamFraming().feed(b"\r\n" + ONE) == [Pong(), ONE]


def test_a_ping_may_come_in_two_pieces() -> None:
    framing = StreamFraming()
    assert framing.feed(b"\r\n\r") == []
    assert framing.feed(b"\n") == [Ping()]


@given(st.lists(st.sampled_from([ONE, TWO, b"\r\n\r\n"]), max_size=6), st.lists(st.integers(1, 400), max_size=12))
def test_fuzz_the_cuts_do_not_matter(pieces: list[bytes], cuts: list[int]) -> None:
    framing, data, found = StreamFraming(), b"".join(pieces), list[Framed]()
    for cut in cuts:
        found += framing.feed(data[:cut])
        data = data[cut:]
    found += framing.feed(data)
    assert found == [Ping() if piece == b"\r\n\r\n" else piece for piece in pieces]


def test_the_compact_content_length_counts() -> None:
    message = b"MESSAGE sip:a SIP/2.0\r\nl : 3\r\n\r\nabc"
    assert StreamFraming().feed(message + ONE) == [message, ONE]


def test_a_header_without_end_is_a_fault_and_the_end() -> None:
    framing = StreamFraming(max_header=100)
    assert framing.feed(b"x" * 101) == [StreamFault("header too long")]
    assert framing.feed(ONE) == []
    assert StreamFraming(max_header=50).feed(ONE) == [StreamFault("header too long")]


def test_a_body_that_is_too_long_is_a_fault() -> None:
    assert StreamFraming().feed(b"A b c\r\nContent-Length: 99999999\r\n\r\n") == [StreamFault("body too long")]


def test_stray_carriage_returns_are_a_fault() -> None:
    assert StreamFraming().feed(b"\rx") == [StreamFault("stray carriage return")]
    assert StreamFraming().feed(b"\r\n\rx") == [StreamFault("stray carriage return")]


@given(st.binary(max_size=300))
def test_fuzz_any_bytes_are_taken(data: bytes) -> None:
    framing = StreamFraming()
    for item in framing.feed(data):
        assert isinstance(item, bytes | Ping | Pong | StreamFault)

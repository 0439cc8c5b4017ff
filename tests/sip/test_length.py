"""Messages that are too long: refused where that can be done, and never taken in part."""

import pytest

from switchroom.sip.messages.stream import MAX_BODY, MAX_HEADER, MAX_MESSAGE, StreamFault, StreamFraming
from switchroom.sip.outputs import CallOffered, Dropped
from tests.sip.texts import THERE, agent, answers, request

SDP = "Content-Type: application/sdp"


def padded(size: int) -> bytes:
    """Return an INVITE whose header, with the empty line, has that size."""
    plain = len(request("INVITE", SDP, "X-Pad: "))
    return request("INVITE", SDP, "X-Pad: " + "x" * (size - plain))


def declaring(size: int) -> bytes:
    """Return an INVITE that says so much of its body, and has none."""
    return request("INVITE", SDP).replace(b"Content-Length: 0", f"Content-Length: {size}".encode())


def test_a_header_is_taken_up_to_its_limit_and_refused_beyond_by_whatever_it_came() -> None:
    assert any(isinstance(output, CallOffered) for output in agent().receive(padded(MAX_HEADER), THERE, 0.0))
    assert answers(agent().receive(padded(MAX_HEADER + 1), THERE, 0.0)) == ["513 Message Too Large"]
    assert StreamFraming().feed(padded(MAX_HEADER)) == [padded(MAX_HEADER)]
    assert StreamFraming().feed(padded(MAX_HEADER + 1)) == [StreamFault("header too long")]


def test_a_body_is_refused_beyond_its_limit() -> None:
    assert answers(agent().receive(declaring(MAX_BODY + 1), THERE, 0.0)) == ["413 Request Entity Too Large"]
    whole = declaring(MAX_BODY) + b"x" * MAX_BODY
    assert len(whole) <= MAX_MESSAGE
    assert "413" not in answers(agent().receive(whole, THERE, 0.0))[0]


@pytest.mark.parametrize(
    ("stream", "status"),
    [
        (padded(MAX_HEADER + 1000), "513 Message Too Large"),
        (padded(MAX_HEADER + 1000)[: MAX_HEADER + 10], "513 Message Too Large"),
        (declaring(MAX_BODY + 1), "413 Request Entity Too Large"),
    ],
)
def test_a_stream_that_says_too_much_leaves_enough_to_refuse_it_by(stream: bytes, status: str) -> None:
    [fault] = StreamFraming().feed(stream)
    assert isinstance(fault, StreamFault)
    assert answers(agent().receive(fault.head, THERE, 0.0)) == [status]


def test_what_is_too_long_and_no_request_is_not_answered() -> None:
    ack = request("ACK", "X-Pad: " + "x" * MAX_HEADER)
    for data in (ack, b"x" * (MAX_HEADER + 1), b"SIP/2.0 200 OK\r\n" + ack.partition(b"\r\n")[2]):
        assert agent().receive(data, THERE, 0.0) == [Dropped("malformed", THERE)]

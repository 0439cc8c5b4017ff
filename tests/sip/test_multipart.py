"""Session descriptions among other parts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchroom.sip.messages.message import Request, parse
from switchroom.sip.messages.multipart import MAX_PARTS, Part, parts
from switchroom.sip.outputs import CallOffered
from tests.sip.texts import THERE, agent, answers, request

MIXED = 'multipart/mixed;boundary="b 1"'
SDP = "Content-Type: application/sdp\r\n\r\nv=0\r\no=x"

MUST = "Content-Type: a/b\r\nContent-Disposition: x; handling = required\r\n\r\nmust"


def body(*pieces: str, boundary: str = "b 1", end: str = "--") -> str:
    return "\r\n".join(
        ["preamble", *(f"--{boundary}\r\n{piece}" for piece in pieces), f"--{boundary}{end}", "epilogue"]
    )


def offered(content_type: str, text: str) -> str | None:
    """Return the description that an INVITE with this body offers."""
    told = agent().receive(request("INVITE", f"c: {content_type}", body=text), THERE, 0.0)
    [offer] = [output for output in told if isinstance(output, CallOffered)]
    return offer.sdp


@pytest.mark.parametrize(
    "other",
    [
        "Content-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\x11",
        "Content-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>",
        "Content-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session\r\n\r\n<recording/>",
        "\r\nplain text without a header",
        "Content-Type: application/sdp\r\nContent-Disposition: early-session\r\n\r\nv=0 of another session",
        "",
    ],
    ids=["isup", "location", "recording", "text", "early session", "empty"],
)
def test_a_description_is_found_beside_other_parts(other: str) -> None:
    for pieces in ((SDP, other), (other, SDP)):
        assert offered(MIXED, body(*pieces)) == "v=0\r\no=x"


def test_of_alternatives_the_last_that_we_understand_is_used() -> None:
    better = "Content-Type: application/sdp\r\n\r\nv=0 better"
    text = body(SDP, better, "Content-Type: application/sdpng\r\n\r\nbest", boundary="x")
    assert offered("Multipart/Alternative; boundary=x", text) == "v=0 better"


def test_a_description_is_found_in_a_multipart_within_a_multipart() -> None:
    inner = body("\r\nnote", SDP, boundary="in")
    text = body(f"Content-Type: multipart/alternative;boundary=in\r\n\r\n{inner}", "\r\nother")
    assert offered(MIXED, text) == "v=0\r\no=x"


def test_base64_and_bare_line_feeds_are_understood() -> None:
    assert (
        offered(MIXED, body("content-TYPE: Application/SDP\nContent-Transfer-Encoding: base64\n\ndj0wIHg=")) == "v=0 x"
    )
    assert offered(MIXED, body(SDP).replace("\r\n", "\n")) == "v=0\no=x"


def test_a_multipart_without_a_description_is_a_call_without_an_offer() -> None:
    assert offered(MIXED, body("Content-Type: application/isup\r\n\r\n\x01")) is None


def test_the_last_delimiter_may_be_missing() -> None:
    assert parts("multipart/mixed;boundary=x", b"--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n") == [
        Part("application/sdp", b"v=0")
    ]


@pytest.mark.parametrize(
    ("content_type", "text", "status"),
    [
        (MIXED, body(SDP, MUST), "415 Unsupported Media Type"),
        ("multipart/mixed", body(SDP), "400 Bad multipart body"),
        ("multipart/mixed;boundary=other", body(SDP), "400 Bad multipart body"),
        ("multipart/mixed;boundary=\"\u00e9\"", body(SDP), "400 Bad multipart body"),
    ],
    ids=["a part that must be understood", "no boundary", "another boundary", "a boundary that is none"],
)  # fmt: skip
def test_a_body_that_cannot_be_served_is_refused(content_type: str, text: str, status: str) -> None:
    assert answers(agent().receive(request("INVITE", f"Content-Type: {content_type}", body=text), THERE, 0.0)) == [
        status
    ]


def test_a_flood_of_parts_is_cut() -> None:
    assert len(parts("multipart/mixed;boundary=x", b"--x\r\n\r\ny\r\n" * 1000)) == MAX_PARTS


PIECES = st.lists(
    st.sampled_from(
        [b"--x", b"--x--", b"\r\n", b"\n", b"\r\n\r\n", b"Content-Type: ", b"multipart/mixed;boundary=x", b"\x00"]
    )
    | st.binary(max_size=6),
    max_size=30,
)


@given(PIECES.map(b"".join), st.sampled_from(["multipart/mixed", "multipart/alternative", "multipart/related"]))
@example(b"--x", "multipart/mixed")
@example(b"--x\n", "multipart/mixed")
def test_fuzz_any_body_has_parts_or_none(data: bytes, kind: str) -> None:
    for part in parts(f"{kind};boundary=x", data):
        assert part.kind
        assert len(part.body) <= len(data)


@given(PIECES.map(b"".join), st.text(max_size=30))
def test_fuzz_a_message_with_any_body_of_parts_has_a_description_or_none(data: bytes, more: str) -> None:
    kind = "multipart/mixed;boundary=x" + "".join(char for char in more if char.isprintable())
    message = parse(request("INVITE", f"Content-Type: {kind}").partition(b"Content-Length")[0] + b"\r\n" + data)
    if isinstance(message, Request):
        assert message.sdp is None or isinstance(message.sdp, str)

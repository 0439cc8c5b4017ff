"""Messages in and out: literal bytes, the torture of RFC 4475, and fuzz."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchroom.sip.description.sdp import SdpFault, SessionDescription, parse_sdp
from switchroom.sip.messages.grammar import Malformed, params, quote, split_list, unquote
from switchroom.sip.messages.headers import Headers, parse_cseq, parse_via
from switchroom.sip.messages.message import Fault, Request, Response, parse
from switchroom.sip.messages.uri import parse_address, parse_uri
from switchroom.sip.outputs import Dropped, Transmit
from tests.sip.texts import THERE, agent, request

TORTURE = Path(__file__).parents[3] / "shared/data/rfc4475"  # beside the checkout: the messages are the IETF Trust's
LIST = TORTURE / "manifest.csv"
MANIFEST = list(csv.reader(LIST.read_text().splitlines())) if LIST.exists() else []


def parsed(data: bytes) -> Request:
    message = parse(data)
    assert isinstance(message, Request), message
    return message


def test_a_request_is_read_into_values() -> None:
    message = parsed(
        request("INVITE", "Supported: replaces, timer", "k: 100rel", "Subject: a,", "\tfolded  subject", body="hi")
    )
    assert (message.method, str(message.uri), message.call_id, message.body) == (
        "INVITE",
        "sip:bob@192.0.2.2",
        "c1",
        b"hi",
    )
    assert (message.via[0].branch, message.via[0].sent_by, message.from_.tag) == ("z9hG4bKx1", "192.0.2.1:5060", "a")
    assert message.headers.listed("supported") == ["replaces", "timer", "100rel"]
    assert message.headers["SUBJECT"] == "a, folded  subject"


def test_what_was_written_reads_as_the_same_value() -> None:
    lines = ("Route: <sip:p1;lr>, <sip:p2;lr>", "Record-Route: <sip:p3>", "X-Odd: \u00e9 \U0001f600")
    message = parsed(
        request("INVITE", *lines, contact='"A \\"B\\"" <sip:a@[::1]:5060;transport=tcp>;q=0.5;+x="y,z"', body="v=0")
    )
    assert parse(message.encode()) == message
    assert len(message.routes) == 2


def test_a_response_is_read_and_written() -> None:
    data = b"SIP/2.0 486 Busy; now\r\n" + request("INVITE").partition(b"\r\n")[2]
    message = parse(data)
    assert isinstance(message, Response)
    assert (message.status, message.reason) == (486, "Busy; now")
    assert parse(message.encode()) == message


def test_compact_names_and_bare_line_feeds_are_understood() -> None:
    hop = "v: SIP/2.0/TCP h;branch=z9hG4bK1\n"
    text = f"OPTIONS sip:a@b SIP/2.0\n{hop}f: <sip:a@b>;tag=1\nt: sip:b@c;tag=2\ni: x\nCSeq: 7 OPTIONS\nl: 0\n\n"
    message = parsed(text.encode())
    assert (message.via[0].transport, message.to.tag, message.cseq.number) == ("TCP", "2", 7)


def test_what_lies_beyond_content_length_is_cut_off() -> None:
    assert parsed(request("INVITE", body="hi") + b"junk").body == b"hi"


def test_text_that_is_not_utf8_is_repaired() -> None:
    message = parsed(request("INVITE", "Subject: x").replace(b"Subject: x", b"Subject: \xff\xfe"))
    assert message.headers["subject"] == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (request("INVITE", "no colon"), "Bad header line"),
        (request("INVITE", "Bad Name: x"), "Bad header line"),
        (request("INVITE", "From: <sip:x@y>"), "More than one From"),
        (request("INVITE", from_="Alice, Bob <sip:a@b>"), "Display name needs quotes"),
        (request("INVITE", to="<sip:a@b"), "Unbalanced angle brackets"),
        (request("INVITE", to="<sip:a@b>;;"), "Bad parameter"),
        (request("INVITE", to="<sip:a@b:99999>"), "Bad port in URI"),
        (request("INVITE", uri="sip:a@b?Subject=x"), "Request-URI with headers"),
        (request("INVITE", call_id="a b"), "Bad Call-ID"),
        (request("INVITE", max_forwards="256"), "Bad Max-Forwards"),
        (request("INVITE", "Date: today"), "Bad Date"),
        (request("INVITE", "Content-Type: text"), "Bad Content-Type"),
        (request("INVITE", contact="sip:a@b?x=y"), "URI needs angle brackets"),
        (request("INVITE", contact='"x, y'), "Bad comma list"),
        (request("INVITE", cseq="4294967296 INVITE"), "Bad CSeq number"),
        (request("INVITE", cseq="one INVITE"), "Bad CSeq"),
        (request("INVITE", "Max-Forwards: 70"), "More than one Max-Forwards"),
        (request("INVITE", *(["X: y"] * 600)), "Too many headers"),
        (request("INVITE") + b"", ""),
    ],
)
def test_a_fault_says_what_is_wrong(data: bytes, reason: str) -> None:
    message = parse(data)
    assert (message.reason if isinstance(message, Fault) else "") == reason


@pytest.mark.skipif(not MANIFEST, reason="the messages of RFC 4475 are not here")
@pytest.mark.parametrize(("name", "verdict"), [(row[0], row[2]) for row in MANIFEST])
def test_torture_is_met_with_the_verdict_of_the_rfc(name: str, verdict: str) -> None:
    data = (TORTURE / f"{name}.dat").read_bytes()
    assert isinstance(parse(data), Fault) is (verdict == "reject")
    outputs = agent(registrar=True).receive(data, THERE, 1.0)
    assert outputs, name


QUICK = settings(max_examples=max(500, settings().max_examples), deadline=None)
SEED = request("INVITE", "Route: <sip:p;lr>", "Require: x", "Content-Type: application/sdp", body="v=0\r\n")
ALPHABET = st.text(alphabet='<>"\\;,=?@:%[]()/ \t\r\nsip:aSIP2.0*\u00e9\x00', max_size=60)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid message with a few places overwritten, cut out or repeated."""
    data = bytearray(SEED)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data) - 1))
        end = min(len(data), start + draw(st.integers(0, 30)))
        data[start:end] = draw(
            st.one_of(st.binary(max_size=8), st.just(bytes(data[start:end]) * 2), ALPHABET.map(str.encode))
        )
        data = data or bytearray(b"x")
    return bytes(data)


@QUICK
@given(st.one_of(st.binary(max_size=400), mutated()))
@example(b"SIP/2.0")
@example(b"INVITE  SIP/2.0\r\n\r\n")
def test_fuzz_any_bytes_are_a_message_or_a_fault(data: bytes) -> None:
    message = parse(data)
    if isinstance(message, Fault):
        return
    again = parse(message.encode())
    assert not isinstance(again, Fault), again
    assert again.encode() == message.encode()


@QUICK
@given(st.one_of(st.binary(max_size=400), mutated()))
def test_fuzz_an_agent_takes_any_bytes(data: bytes) -> None:
    for output in agent(registrar=True).receive(data, THERE, 1.0):
        if isinstance(output, Transmit):
            assert output.data.startswith(b"SIP/2.0 ")
        else:
            assert not isinstance(output, Dropped) or output.reason


@QUICK
@given(ALPHABET)
def test_fuzz_headers_are_values_or_malformed(text: str) -> None:
    for parser in (parse_uri, parse_address, parse_via, parse_cseq, params, split_list):
        try:
            value = parser(text)
        except Malformed:
            continue
        if parser in (parse_uri, parse_address):
            assert parser(str(value)) == value


@QUICK
@given(st.text(max_size=40).filter(str.isprintable))
def test_fuzz_quoting_is_undone_by_unquoting(text: str) -> None:
    assert unquote(quote(text)) == text


SDP_LINES = st.sampled_from(
    [
        "v=0",
        "o=- 1 1 IN IP4 h",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 9 RTP/AVP 0 101",
        "a=rtpmap:101 x/8000",
        "a=sendonly",
    ]
)


@QUICK
@given(st.lists(st.one_of(SDP_LINES, st.text(max_size=20)), max_size=12))
def test_fuzz_any_text_is_a_description_or_a_fault(lines: list[str]) -> None:
    found = parse_sdp("v=0\r\n" + "\r\n".join(lines))
    assert isinstance(found, SdpFault | SessionDescription)
    if isinstance(found, SessionDescription):
        assert str(parse_sdp(str(found))) == str(found)


def test_headers_are_a_mapping_without_case() -> None:
    headers = Headers.of([("X-Id", "1"), ("s", "subject"), ("x-id", "2")])
    assert dict(headers) == {"x-id": "1", "subject": "subject"}
    assert headers.all("X-ID") == ["1", "2"]
    assert "Subject" in headers
    assert headers.get("none") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sip:alice@AtLanTa.CoM;Transport=tcp", "sip:alice@AtLanta.CoM;transport=TCP", True),
        ("sip:%61lice@atlanta.com", "sip:alice@atlanta.com", True),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", True),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", False),
        ("SIP:ALICE@AtLanTa.CoM", "sip:alice@AtLanTa.CoM", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", False),
        ("sip:bob@192.0.2.1", "sips:bob@192.0.2.1", False),
    ],
)
def test_uris_compare_as_rfc_3261_says(one: str, other: str, same: bool) -> None:
    assert parse_uri(one).same_as(parse_uri(other)) is same

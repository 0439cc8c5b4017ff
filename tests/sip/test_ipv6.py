"""The messages of RFC 5118 §4, each dealt with as its section says, and what else can be wrong with a bracket.

Of the three with a body the printed Content-Length does not fit the printed body; here it does.
"""

import pytest

from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer
from switchroom.sip.messages.message import Request, parse
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.outputs import CallOffered
from switchroom.sip.peer import Peer
from tests.sip.texts import agent, answers, header, request, wire

THERE = Peer("udp", "2001:db8::9:1", 5060)

REGISTER = """
    REGISTER {uri} SIP/2.0
    To: sip:user@example.com
    From: sip:user@example.com;tag=81x2
    Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
    Call-ID: SSG9559905523997077@hlau_4100
    Max-Forwards: 70
    Contact: "Caller" <sip:caller@[2001:db8::1]>
    CSeq: 98176 REGISTER
    Content-Length: 0
"""
BRACKETED = """
    BYE sip:[2001:db8::10] SIP/2.0
    To: sip:user@example.com;tag=bd76ya
    From: sip:user@example.com;tag=81x2
    Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
    Call-ID: SSG9559905523997077@hlau_4100
    Max-Forwards: 70
    CSeq: 321 BYE
    Content-Length: 0
"""
BARE = """
    OPTIONS sip:[2001:db8::10] SIP/2.0
    To: sip:user@example.com
    From: sip:user@example.com;tag=81x2
    Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
    Call-ID: SSG95523997077@hlau_4100
    Max-Forwards: 70
    Contact: "Caller" <sip:caller@[2001:db8::9:1]>
    CSeq: 921 OPTIONS
    Content-Length: 0
"""
IN_SDP = """
    INVITE sip:user@[2001:db8::10] SIP/2.0
    To: sip:user@[2001:db8::10]
    From: sip:user@example.com;tag=81x2
    Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
    Call-ID: SSG9559905523997077@hlau_4100
    Contact: "Caller" <sip:caller@[2001:db8::20]>
    CSeq: 8612 INVITE
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: 251

    v=0
    o=assistant 971731711378798081 0 IN IP6 2001:db8::20
    s=Live video feed for today's meeting
    c=IN IP6 2001:db8::20
    t=3338481189 3370017201
    m=audio 6000 RTP/AVP 2
    a=rtpmap:2 G726-32/8000
    m=video 6024 RTP/AVP 107
    a=rtpmap:107 H263-1998/90000
    """
SEVERAL_HOPS = """
    BYE sip:user@host.example.net SIP/2.0
    Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
    Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
    Call-ID: 997077@lau_4100
    Max-Forwards: 70
    CSeq: 89187 BYE
    To: sip:user@example.net;tag=9817--94
    From: sip:user@example.com;tag=81x2
    Content-Length: 0
"""
SEVERAL_IN_SDP = """
    INVITE sip:user@[2001:db8::10] SIP/2.0
    To: sip:user@[2001:db8::10]
    From: sip:user@example.com;tag=81x2
    Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
    Call-ID: SSG9559905523997077@hlau_4100
    Contact: "Caller" <sip:caller@[2001:db8::9:1]>
    Max-Forwards: 70
    CSeq: 8912 INVITE
    Content-Type: application/sdp
    Content-Length: 189

    v=0
    o=bob 280744730 28977631 IN IP4 host.example.com
    s=
    t=0 0
    m=audio 22334 RTP/AVP 0
    c=IN IP4 192.0.2.1
    m=video 6024 RTP/AVP 107
    c=IN IP6 2001:db8::1
    a=rtpmap:107 H263-1998/90000
    """
MAPPED = """
    INVITE sip:user@example.com SIP/2.0
    To: sip:user@example.com
    From: sip:user@east.example.com;tag=81x2
    Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
    Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
    Call-ID: SSG9559905523997077@hlau_4100
    Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
    CSeq: 612 INVITE
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: 245

    v=0
    o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2
    s=Call me soon, please!
    c=IN IP6 ::ffff:192.0.2.2
    t=3338481189 3370017201
    m=audio 6000 RTP/AVP 2
    a=rtpmap:2 G726-32/8000
    m=video 6024 RTP/AVP 107
    a=rtpmap:107 H263-1998/90000
    """
COLONS = """
    OPTIONS sip:user@[2001:db8{colons}192.0.2.1] SIP/2.0
    To: sip:user@[2001:db8{colons}192.0.2.1]
    From: sip:user@example.com;tag=810x2
    Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
    Call-ID: G9559905523997077@hlau_4100
    CSeq: 689 OPTIONS
    Max-Forwards: 70
    Content-Length: 0
"""

MESSAGES = {
    "4.1 a reference": (REGISTER.format(uri="sip:[2001:db8::10]"), "200 OK"),
    "4.2 without brackets": (REGISTER.format(uri="sip:2001:db8::10"), "400 Bad URI"),
    "4.3 port inside": (REGISTER.format(uri="sip:[2001:db8::10:5070]"), "200 OK"),
    "4.4 port outside": (REGISTER.format(uri="sip:[2001:db8::10]:5070"), "200 OK"),
    "4.5 received in brackets": (BRACKETED, "481 Call/Transaction Does Not Exist"),
    "4.5 received without": (BARE, "200 OK"),
    "4.6 in SDP": (IN_SDP, "100 Trying"),
    "4.7 several hops": (SEVERAL_HOPS, "481 Call/Transaction Does Not Exist"),
    "4.8 several in SDP": (SEVERAL_IN_SDP, "100 Trying"),
    "4.9 mapped": (MAPPED, "100 Trying"),
    "4.10 three colons": (COLONS.format(colons=":::"), "200 OK"),  # the robust: we never go where it points
    "4.10 two colons": (COLONS.format(colons="::"), "200 OK"),
}


def whole(text: str) -> bytes:
    """Return a message as it is on the wire: the body's lines end too."""
    data = wire(text)
    return data if b"Content-Type" in data else data + b"\r\n\r\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_rfc_5118_gets_the_answer_of_its_section(name: str) -> None:
    text, status = MESSAGES[name]
    assert answers(agent(registrar=True).receive(whole(text), THERE, 1.0)) == [status]


def parsed(text: str) -> Request:
    found = parse(whole(text))
    assert isinstance(found, Request)
    return found


def test_an_address_ends_where_its_bracket_does() -> None:
    inside = parsed(MESSAGES["4.3 port inside"][0]).uri
    outside = parsed(MESSAGES["4.4 port outside"][0]).uri
    assert (inside.host, inside.port) == ("[2001:db8::10:5070]", None)
    assert (outside.host, outside.port) == ("[2001:db8::10]", 5070)


def test_the_parameter_received_comes_with_brackets_or_without() -> None:
    assert parsed(BRACKETED).via[0].params.get("received") == "[2001:db8::9:255]"
    assert parsed(BARE).via[0].params.get("received") == "2001:db8::9:255"


def test_where_a_request_came_from_is_written_without_brackets() -> None:
    (answer,) = agent().receive(whole(COLONS.format(colons="::")), THERE, 1.0)
    assert "received=2001:db8::9:1" in header(answer, "via")


def test_hops_of_both_kinds_stand_in_their_order() -> None:
    hops = parsed(SEVERAL_HOPS).via
    assert [(hop.host, hop.port) for hop in hops] == [
        ("[2001:db8::9:1]", 6050),
        ("192.0.2.1", None),
        ("[2001:db8::9:255]", None),
    ]


@pytest.mark.parametrize("text", [IN_SDP, MAPPED])
def test_a_body_with_addresses_of_ipv6_is_read_and_refused_only_for_its_codecs(text: str) -> None:
    (offered,) = [out for out in agent().receive(whole(text), THERE, 1.0) if isinstance(out, CallOffered)]
    assert offered.sdp is not None
    outcome = answer_offer(offered.sdp, LocalAudio("2001:db8::10", 4000))
    assert isinstance(outcome, Unacceptable)
    again = answer_offer(offered.sdp.replace("RTP/AVP 2\r", "RTP/AVP 0\r"), LocalAudio("2001:db8::10", 4000))
    assert isinstance(again, Agreement)
    assert again.host in ("2001:db8::20", "::ffff:192.0.2.2")
    assert "c=IN IP6 2001:db8::10" in again.sdp


def test_each_medium_may_have_an_address_of_its_own_kind() -> None:
    (offered,) = [out for out in agent().receive(whole(SEVERAL_IN_SDP), THERE, 1.0) if isinstance(out, CallOffered)]
    assert offered.sdp is not None
    outcome = answer_offer(offered.sdp, LocalAudio("192.0.2.9", 4000))
    assert isinstance(outcome, Agreement)
    assert (outcome.host, outcome.port) == ("192.0.2.1", 22334)
    assert "m=video 0 RTP/AVP 107" in outcome.sdp


@pytest.mark.parametrize(
    "uri",
    [
        "sip:bob@[2001:db8::1",
        "sip:bob@2001:db8::1]",
        "sip:bob@[]",
        "sip:bob@[[::1]]",
        "sip:bob@[::1]]",
        "sip:bob@[::1]:",
        "sip:bob@[::1]:99999",
        "sip:bob@[::1]5060",
        "sip:bob@[::g]",
        "sip:bob@[fe80::1%25eth0]",
    ],
)
def test_a_broken_bracket_is_a_bad_request(uri: str) -> None:
    assert answers(agent().receive(request("OPTIONS", uri=uri), THERE, 1.0)) in (
        ["400 Bad URI"],
        ["400 Bad port in URI"],
    )


def test_an_address_of_ipv6_is_written_as_it_was_read() -> None:
    for text in ("sip:bob@[::1]:5070;transport=tcp", "sip:[2001:db8::10]", "sips:a@[::ffff:192.0.2.1]"):
        assert str(parse_uri(text)) == text

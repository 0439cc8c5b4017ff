"""One user agent, spoken to in literal bytes."""

import pytest

from switchroom.errors import Invalid
from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Accept, Answer, HangUp, Invite, Options, Progress, Refuse, SendInfo
from switchroom.sip.outputs import (
    CallCancelled,
    CallConfirmed,
    CallEnded,
    CallFailed,
    CallOffered,
    DigitReceived,
    Dropped,
    InfoReceived,
    OptionsAnswered,
    SessionAnswered,
    SessionOffered,
    Transmit,
)
from switchroom.sip.peer import Peer
from switchroom.sip.reception import ACCEPTED
from tests.sip.texts import ALLOW, THERE, agent, answers, header, request, wire

SDP = "Content-Type: application/sdp"
IN_DIALOG = {"to": "<sip:bob@192.0.2.2>;tag=t2"}


def test_an_invite_is_offered_after_100_trying() -> None:
    outputs = agent().receive(request("INVITE", SDP, "X-Context: 7", body="v=0"), THERE, 1.0)
    assert outputs[0] == Transmit(
        wire("""
            SIP/2.0 100 Trying
            Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1
            From: "Alice" <sip:alice@192.0.2.1>;tag=a
            To: <sip:bob@192.0.2.2>
            Call-ID: c1
            CSeq: 1 INVITE
            Content-Length: 0


        """)[:-2],
        THERE,
    )
    (offer,) = outputs[1:]
    assert isinstance(offer, CallOffered)
    assert (offer.call, offer.dialled, str(offer.from_)) == ("t1", "bob", '"Alice" <sip:alice@192.0.2.1>;tag=a')
    assert (offer.sdp, offer.headers["x-context"], offer.peer) == ("v=0", "7", THERE)


def test_an_answer_is_a_200_with_contact_allow_and_record_route() -> None:
    bob = agent()
    bob.receive(request("INVITE", "Record-Route: <sip:p2;lr>, <sip:p1;lr>"), THERE, 1.0)
    (okay,) = bob.send(Answer("t1", "sdp"), 1.0)
    assert okay == Transmit(
        wire("""
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1
            Record-Route: <sip:p2;lr>
            Record-Route: <sip:p1;lr>
            From: "Alice" <sip:alice@192.0.2.1>;tag=a
            To: <sip:bob@192.0.2.2>;tag=t2
            Call-ID: c1
            CSeq: 1 INVITE
            Contact: <sip:bob@192.0.2.2:5060>
            Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, PRACK, REFER
            Supported: timer, 100rel, replaces, norefersub
            Server: Switchroom
            Content-Type: application/sdp
            Content-Length: 3

            sdp
        """).removesuffix(b"\r\n"),
        THERE,
    )
    bob.receive(request("ACK", **IN_DIALOG), THERE, 1.1)
    (bye,) = [output for output in bob.send(HangUp("t1"), 2.0) if isinstance(output, Transmit)]
    assert answers([bye]) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]
    assert header(bye, "route") == "<sip:p2;lr>"
    assert header(bye, "cseq") == "1 BYE"


@pytest.mark.parametrize(
    ("data", "status", "name", "value"),
    [
        (request("INVITE", "Require: 100rel, foo"), "420 Bad Extension", "Unsupported", "foo"),
        (request("MESSAGE"), "405 Method Not Allowed", "Allow", ALLOW),
        (request("REGISTER"), "405 Method Not Allowed", "Allow", ALLOW),
        (request("DANCE"), "501 Not Implemented", "Allow", ALLOW),
        (request("INVITE", max_forwards="0"), "483 Too Many Hops", "Max-Forwards", ""),
        (request("INVITE", uri="tel:+123"), "416 Unsupported URI Scheme", "Contact", ""),
        (
            request("INVITE", "Content-Type: text/plain", body="x"),
            "415 Unsupported Media Type",
            "Accept",
            ACCEPTED,
        ),
        (
            request("INVITE", SDP, "Content-Encoding: gzip", body="x"),
            "415 Unsupported Media Type",
            "Accept-Encoding",
            "identity",
        ),
        (request("INVITE", "Accept: text/plain"), "406 Not Acceptable", "Contact", ""),
        (request("BYE", **IN_DIALOG), "481 Call/Transaction Does Not Exist", "Contact", ""),
        (request("BYE"), "481 Call/Transaction Does Not Exist", "Contact", ""),
        (request("CANCEL"), "481 Call/Transaction Does Not Exist", "Contact", ""),
        (request("INVITE", cseq="1 BYE"), "400 CSeq method mismatch", "Contact", ""),
        (request("INVITE", call_id=""), "400 Missing Call-ID", "CSeq", "1 INVITE"),
        (request("INVITE", to=""), "400 Missing To", "Call-ID", "c1"),
        (
            request("INVITE").replace(b"SIP/2.0\r\nvia", b"SIP/3.0\r\nvia"),
            "505 Version Not Supported",
            "CSeq",
            "1 INVITE",
        ),
        (request("OPTIONS"), "200 OK", "Accept", ACCEPTED),
        (request("OPTIONS", max_forwards="0"), "200 OK", "Allow", ALLOW),
    ],
)
def test_what_needs_no_call_is_answered_without_memory(data: bytes, status: str, name: str, value: str) -> None:
    bob = agent()
    first, second = bob.receive(data, THERE, 1.0), bob.receive(data, THERE, 2.0)
    sent = [output for output in first if isinstance(output, Transmit)]
    assert answers(sent) == [status]
    assert header(sent[0], name) == value
    assert answers(second) == [status]
    assert bob.deadline is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\r\n\r\n", "keep-alive"),
        (b"\x00" * 20, "keep-alive"),
        (b"x" * 100_000, "oversized"),
        (b"\xff\xfe garbage", "malformed"),
        (b"SIP/2.0 200 OK\r\n\r\n", "malformed"),
        (request("ACK", to=""), "malformed"),
        (request("INVITE", via=""), "malformed"),
        (request("ACK"), "stray ACK"),
        (b"SIP/2.0 200 OK\r\n" + request("INVITE").partition(b"\r\n")[2], "stray response"),
        (b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP proxy\r\n" + request("INVITE").partition(b"\r\n")[2], "stray response"),
    ],
)
def test_what_cannot_be_answered_is_dropped(data: bytes, reason: str) -> None:
    assert agent().receive(data, THERE, 1.0) == [Dropped(reason, THERE)]


@pytest.mark.parametrize(
    ("via", "back", "stamped"),
    [
        ("SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1", ("192.0.2.9", 5070), ";received=192.0.2.9"),
        ("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", ("192.0.2.9", 5060), ""),
        (
            "SIP/2.0/UDP pc.invalid:5070;rport;branch=z9hG4bK1",
            ("192.0.2.9", 4444),
            ";rport=4444;branch=z9hG4bK1;received=192.0.2.9",
        ),
    ],
)
def test_responses_go_where_rfc_3581_says(via: str, back: tuple[str, int], stamped: str) -> None:
    (output,) = agent().receive(request("OPTIONS", via=via), Peer("udp", "192.0.2.9", 4444), 1.0)
    assert isinstance(output, Transmit)
    assert (output.peer.host, output.peer.port) == back
    assert header(output, "via").endswith(stamped)


def test_responses_on_a_stream_go_back_on_their_connection() -> None:
    peer = Peer("tcp", "192.0.2.9", 4444, 3)
    (output,) = agent().receive(request("OPTIONS", via="SIP/2.0/TCP 192.0.2.9:5070;branch=z9hG4bK1"), peer, 1.0)
    assert isinstance(output, Transmit)
    assert output.peer == peer


def test_a_repeated_invite_is_answered_again_and_offered_once() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 1.0)
    bob.send(Progress("t1"), 1.0)
    assert answers(bob.receive(request("INVITE"), THERE, 1.5)) == ["180 Ringing"]


def test_an_invite_that_came_by_two_ways_is_a_loop() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 1.0)
    other_way = request("INVITE", via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKother")
    assert answers(bob.receive(other_way, THERE, 1.1)) == ["482 Loop Detected"]


def test_ringing_is_repeated_every_minute() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Progress("t1"), 0.0)
    assert bob.deadline == 60.0
    assert answers(bob.expire(60.0)) == ["180 Ringing"]


def test_a_cancel_after_the_answer_changes_nothing() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 1.0)
    answer = bob.send(Answer("t1", "sdp"), 1.0)
    late = bob.receive(request("CANCEL"), THERE, 1.1)
    assert answers(late) == ["200 OK"]
    assert header(late[0], "To") == header(answer[0], "To"), "both name us alike (RFC 3261 §9.2)"
    assert bob.receive(request("ACK", **IN_DIALOG), THERE, 1.2) == [CallConfirmed("t1", None)]


def test_a_bye_before_the_answer_ends_the_offer() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 1.0)
    bob.send(Progress("t1"), 1.0)
    outputs = bob.receive(
        request("BYE", via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2", cseq="2 BYE", **IN_DIALOG), THERE, 2.0
    )
    assert answers(outputs) == ["200 OK", "487 Request Terminated"]
    assert outputs[-1] == CallEnded("t1", "them")


def talking_bob() -> UserAgent:
    bob = agent()
    bob.receive(request("INVITE", SDP, body="offer"), THERE, 1.0)
    bob.send(Answer("t1", "sdp"), 1.0)
    bob.receive(request("ACK", **IN_DIALOG), THERE, 1.1)
    return bob


def inside(number: int, method: str, *lines: str, body: str = "") -> bytes:
    return request(
        method,
        *lines,
        via=f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKi{number}",
        cseq=f"{number} {method}",
        body=body,
        **IN_DIALOG,
    )


def test_a_request_that_comes_late_is_out_of_order() -> None:
    bob = talking_bob()
    bob.receive(inside(5, "INFO"), THERE, 2.0)
    assert answers(bob.receive(inside(4, "INFO"), THERE, 2.1)) == ["500 Out of order"]


def test_a_second_re_invite_before_the_answer_to_the_first_must_wait() -> None:
    bob = talking_bob()
    assert bob.receive(inside(2, "INVITE", SDP, body="hold"), THERE, 2.0)[1:] == [SessionOffered("t1", "hold")]
    refusal = bob.receive(inside(3, "INVITE"), THERE, 2.1)[-1]
    assert answers([refusal]) == ["500 Server Internal Error"]
    assert header(refusal, "retry-after") == "2"


def test_a_re_invite_without_an_offer_gets_ours_and_the_ack_answers() -> None:
    bob = talking_bob()
    assert bob.receive(inside(2, "INVITE"), THERE, 2.0)[1:] == [SessionOffered("t1", None)]
    assert answers(bob.send(Accept("t1", "our offer"), 2.0)) == ["200 OK"]
    assert bob.receive(inside(2, "ACK", SDP, body="their answer"), THERE, 2.1) == [
        SessionAnswered("t1", "their answer")
    ]


def test_a_cancelled_re_invite_leaves_the_call_up() -> None:
    bob = talking_bob()
    bob.receive(inside(2, "INVITE", SDP, body="hold"), THERE, 2.0)
    cancel = request("CANCEL", via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKi2", cseq="2 CANCEL")
    assert answers(bob.receive(cancel, THERE, 2.1)) == ["200 OK", "487 Request Terminated"]
    assert bob.send(Accept("t1", "too late"), 2.2) == []
    assert answers(bob.receive(inside(3, "OPTIONS"), THERE, 3.0)) == ["200 OK"]


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=100", [DigitReceived("t1", "5", 0.1)]),
        ("application/dtmf-relay", "Signal= *\r\nDuration= 250\r\n", [DigitReceived("t1", "*", 0.25)]),
        ("application/dtmf-relay", "Signal=11\r\n", [DigitReceived("t1", "#", 0.25)]),
        ("application/dtmf", "7", [DigitReceived("t1", "7", 0.25)]),
        ("application/dtmf", "d\r\n", [DigitReceived("t1", "D", 0.25)]),
        ("text/plain", "hello", [InfoReceived("t1", "text/plain", b"hello")]),
    ],
)
def test_an_info_is_a_digit_or_news(kind: str, body: str, told: list[object]) -> None:
    outputs = talking_bob().receive(inside(2, "INFO", f"Content-Type: {kind}", body=body), THERE, 2.0)
    assert answers(outputs) == ["200 OK"]
    assert outputs[1:] == told


@pytest.mark.parametrize("body", ["Signal=16", "Signal=", "", "Signal=55", "x" * 300])
def test_an_info_with_a_bad_digit_is_refused(body: str) -> None:
    outputs = talking_bob().receive(inside(2, "INFO", "Content-Type: application/dtmf-relay", body=body), THERE, 2.0)
    assert answers(outputs) == ["400 Bad digit"]


def test_commands_for_a_call_that_is_over_do_nothing() -> None:
    bob = talking_bob()
    bob.receive(inside(2, "BYE"), THERE, 2.0)
    for command in (HangUp("t1"), SendInfo("t1", "a/b", ""), Answer("t1", ""), Accept("t1", "")):
        assert bob.send(command, 3.0) == []


def test_a_lost_hop_cancels_what_it_offered_and_fails_what_we_asked() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 1.0)
    bob.send(Invite("out", "sip:x@192.0.2.1", "sip:bob@192.0.2.2", THERE, "sdp"), 1.0)
    outputs = bob.unreachable(THERE, 1.5)
    assert CallCancelled("t1", "lost") in outputs
    failed = [output for output in outputs if isinstance(output, CallFailed)]
    assert [(output.call, output.status) for output in failed] == [("out", 503)]


def test_an_address_that_is_no_sip_uri_is_invalid() -> None:
    with pytest.raises(Invalid):
        agent().send(Invite("out", "bob", "sip:a@b", THERE), 1.0)
    with pytest.raises(Invalid):
        agent().send(Options("p", "tel:123", THERE), 1.0)


def test_a_name_that_is_taken_is_invalid() -> None:
    bob = talking_bob()
    with pytest.raises(Invalid):
        bob.send(Invite("t1", "sip:x@192.0.2.1", "sip:a@b", THERE), 1.0)


def test_a_line_break_in_a_header_of_ours_is_no_new_header() -> None:
    outputs = agent().send(Invite("out", "sip:x@y", "sip:a@b", THERE, "", headers={"X-A": "1\r\nX-B: 2"}), 1.0)
    assert header(outputs[0], "x-a") == "1 X-B: 2"
    assert not header(outputs[0], "x-b")


def test_a_probe_hears_the_answer_or_the_silence() -> None:
    alice = agent()
    (sent,) = alice.send(Options("p", "sip:bob@192.0.2.1", THERE), 0.0)
    assert isinstance(sent, Transmit)
    response = b"SIP/2.0 200 OK\r\n" + sent.data.partition(b"\r\n")[2]
    assert alice.receive(response, THERE, 0.1) == [OptionsAnswered("p", 200, "OK")]
    alice.send(Options("q", "sip:bob@192.0.2.1", THERE), 1.0)
    told: list[object] = []
    while alice.deadline is not None:
        told += [output for output in alice.expire(alice.deadline) if not isinstance(output, Transmit)]
    assert told == [OptionsAnswered("q", 408, "Request Timeout")]


def test_beyond_its_limit_a_user_agent_refuses_new_work_but_lets_calls_end() -> None:
    bob = agent(max_transactions=1)
    bob.receive(request("INVITE"), THERE, 1.0)
    bob.send(Answer("t1", "sdp"), 1.0)
    bob.receive(request("ACK", **IN_DIALOG), THERE, 1.1)
    outputs = bob.receive(request("INVITE", via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK7", call_id="c2"), THERE, 2.0)
    assert outputs[0] == Dropped("overload", THERE)
    assert answers(outputs) == ["503 Service Unavailable"]
    assert answers(bob.receive(inside(2, "BYE"), THERE, 3.0)) == ["200 OK"]


def test_a_branch_that_is_only_the_cookie_names_no_transaction() -> None:
    bob = agent()
    hop = {"via": "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK"}
    assert answers(bob.receive(request("INVITE", **hop), THERE, 1.0)) == ["100 Trying"]
    assert answers(bob.receive(request("INVITE", **hop), THERE, 1.1)) == ["100 Trying"]
    other = bob.receive(request("INVITE", call_id="c2", **hop), THERE, 1.2)
    assert isinstance(other[-1], CallOffered)
    bob.send(Refuse("t1"), 1.3)
    assert bob.receive(request("ACK", to="<sip:bob@192.0.2.2>;tag=t2", cseq="1 ACK", **hop), THERE, 1.4) == []


def test_overlong_lists_are_malformed_before_they_cost_anything() -> None:
    for via, reason in (
        ("SIP/2.0/UDP h" + ";a" * 200, "Too many parameters"),
        (",".join(["SIP/2.0/UDP h"] * 200), "Too many list elements"),
    ):
        dropped, answer = agent().receive(request("INVITE", via=via), THERE, 1.0)
        assert dropped == Dropped("malformed", THERE)
        assert answers([answer]) == [f"400 {reason}"]
        assert header(answer, "via") == "SIP/2.0/UDP h;received=192.0.2.1"


def test_a_via_that_is_broken_behind_its_sender_gets_its_refusal_by_the_branch() -> None:
    via = "SIP/2.0/UDP 192.0.2.1;;,;branch=z9hG4bKb,,"
    (_, answer) = agent().receive(request("INVITE", via=via), THERE, 1.0)
    assert answers([answer]) == ["400 Bad comma list"]
    assert header(answer, "via") == "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb"
    assert agent().receive(request("INVITE", via="SIP/2.0 nothing"), THERE, 1.0) == [Dropped("malformed", THERE)]
    assert answers(agent().receive(request("INVITE", uri="sip:a@b" + ";a" * 200), THERE, 1.0)) == [
        "400 Too many parameters"
    ]


def test_somebody_else_s_kind_of_address_cannot_be_registered() -> None:
    bob = agent(registrar=True)
    assert answers(bob.receive(request("REGISTER", to="<isbn:2983792873>"), THERE, 1.0)) == ["400 No SIP address in To"]

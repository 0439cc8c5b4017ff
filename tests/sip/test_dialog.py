"""Dialogs as values: where requests go, by which route, in which order."""

from dataclasses import replace

import pytest

from switchroom.sip.commands import Answer, HangUp, Invite, Offer, Progress, Reach
from switchroom.sip.messages.message import Request, parse
from switchroom.sip.messages.replies import Reply, respond
from switchroom.sip.messages.uri import parse_address, parse_uri
from switchroom.sip.outputs import HopNamed, Transmit
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.alarms import Alarms
from switchroom.sip.transactions.dialog import Dialog
from tests.sip.texts import THERE, agent, header, request, response


def invite(*lines: str) -> Request:
    message = parse(request("INVITE", *lines))
    assert isinstance(message, Request)
    return message


def test_the_callee_uses_the_route_as_recorded_and_the_caller_the_other_way_round() -> None:
    first = invite("Record-Route: <sip:p2;lr>, <sip:p1;lr>")
    callee = Dialog.of_callee(first, "b")
    answer = respond(first, Reply(200, contact=parse_address("<sip:bob@192.0.2.2>")), "b")
    caller = Dialog.of_caller(first, answer)
    assert [str(route.uri) for route in callee.routes] == ["sip:p2;lr", "sip:p1;lr"]
    assert [str(route.uri) for route in caller.routes] == ["sip:p1;lr", "sip:p2;lr"]
    assert callee.key == ("c1", "b", "a")
    assert caller.key == ("c1", "a", "b")
    assert (str(callee.target), str(caller.target)) == ("sip:alice@192.0.2.1:5060", "sip:bob@192.0.2.2")


def test_a_strict_router_becomes_the_request_uri_and_the_target_the_last_route() -> None:
    dialog = Dialog.of_callee(invite("Record-Route: <sip:p1>, <sip:p2;lr>"), "b")
    bye = dialog.request("BYE", 1)
    assert str(bye.uri) == "sip:p1"
    assert [str(route) for route in bye.routes] == ["<sip:p2;lr>", "<sip:alice@192.0.2.1:5060>"]


def test_a_contact_with_headers_or_a_method_is_called_without_them() -> None:
    contact = parse_address("<sip:bob@192.0.2.9;method=REGISTER;x=1?Route=%3Csip:elsewhere%3E>")
    answer = respond(invite(), Reply(200, contact=contact), "b")
    dialog = Dialog.of_caller(invite(), answer)
    assert str(dialog.target) == "sip:bob@192.0.2.9;x=1"
    assert dialog.retargeted(answer) is dialog


def test_numbers_must_grow() -> None:
    dialog = Dialog.of_callee(invite(), "b")
    bye = replace(invite(), cseq=replace(invite().cseq, number=2))
    after = dialog.takes(bye)
    assert after is not None
    assert after.heard == 2
    assert after.takes(bye) is None
    assert dialog.takes(invite()) is None


@pytest.mark.parametrize(
    ("target", "routes", "last", "hop"),
    [
        ("sip:a@192.0.2.1:5060", (), THERE, THERE),
        ("sip:a@192.0.2.8", (), THERE, Peer("udp", "192.0.2.8", 5060)),
        ("sip:a@192.0.2.8;transport=tcp", (), THERE, Peer("tcp", "192.0.2.8", 5060)),
        ("sip:a@192.0.2.8;transport=tls", (), THERE, Peer("tls", "192.0.2.8", 5061)),
        ("sips:a@192.0.2.8", (), THERE, Peer("tls", "192.0.2.8", 5061)),
        ("sips:a@192.0.2.8:5071", (), Peer("tls", "192.0.2.1", 9), Peer("tls", "192.0.2.8", 5071)),
        ("sip:a@192.0.2.8", (), Peer("tls", "192.0.2.1", 9), Peer("tls", "192.0.2.8", 5061)),
        ("sip:a@192.0.2.8", ("<sip:192.0.2.7:5070;lr>",), THERE, Peer("udp", "192.0.2.7", 5070)),
        ("sip:a@pc.example.com", (), THERE, THERE),
        ("sip:a@x.invalid", (), Peer("tcp", "192.0.2.1", 9, 4), Peer("tcp", "192.0.2.1", 9, 4)),
        ("sip:a@192.0.2.8", (), Peer("tcp", "192.0.2.1", 9, 4), Peer("tcp", "192.0.2.1", 9, 4)),
        ("sip:a@10.0.0.5", (), Peer("udp", "8.8.8.8", 7), Peer("udp", "8.8.8.8", 7)),
        ("sip:a@9.9.9.9", (), Peer("udp", "8.8.8.8", 7), Peer("udp", "9.9.9.9", 5060)),
        ("sip:a@0.0.0.0", (), THERE, THERE),
        ("sip:a@[2001:db8::1]:5062", (), Peer("udp", "2001:db8::1", 5062), Peer("udp", "2001:db8::1", 5062)),
    ],
)
def test_the_next_hop(target: str, routes: tuple[str, ...], last: Peer, hop: Peer) -> None:
    made = Dialog.of_callee(invite(), "b")
    dialog = replace(made, target=parse_uri(target), routes=tuple(parse_address(route) for route in routes))
    assert dialog.next_hop(last) == hop


def test_alarms_ring_in_order_and_can_be_moved_and_cancelled() -> None:
    alarms, rung = Alarms(), list[str]()
    for name, due in (("a", 3.0), ("b", 1.0), ("c", 2.0), ("a", 0.5)):
        alarms.set(name, due, lambda _, name=name: rung.append(name))  # type: ignore[misc]
    alarms.cancel("c")
    assert alarms.deadline == 0.5
    alarms.ring(5.0)
    assert rung == ["a", "b"]
    assert alarms.deadline is None


def test_alarms_that_are_moved_again_and_again_take_no_room() -> None:
    alarms = Alarms()
    for due in range(10_000):
        alarms.set("a", float(due), lambda _: None)
    assert len(alarms._heap) < 200
    assert alarms.deadline == 9999.0


TLS = Peer("tls", "192.0.2.1", 5061, 4)
VIA = "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKx1"


def test_a_call_that_is_secured_all_the_way_gives_a_secured_contact() -> None:
    alice = agent()
    (sent,) = alice.send(Invite("out", "sips:bob@192.0.2.1", "sip:a@192.0.2.2", TLS, "offer"), 0.0)
    assert header(sent, "Contact") == "<sips:a@192.0.2.2:5060>"
    alice.receive(response(sent, "200 OK", body="answer").replace(b"<sip:b@", b"<sips:b@"), TLS, 0.1)
    (held,) = alice.send(Offer("out", "hold"), 0.2)
    assert header(held, "Contact") == "<sips:a@192.0.2.2:5060>"


@pytest.mark.parametrize(
    ("uri", "lines", "contact"),
    [
        ("sips:bob@192.0.2.2", (), "<sips:bob@192.0.2.2:5060>"),
        ("sip:bob@192.0.2.2", ("Record-Route: <sips:p.example;lr>",), "<sips:bob@192.0.2.2:5060>"),
        ("sip:bob@192.0.2.2", (), "<sip:bob@192.0.2.2:5060;transport=tls>"),
    ],
)
def test_an_answer_is_secured_as_the_call_was(uri: str, lines: tuple[str, ...], contact: str) -> None:
    bob = agent()
    bob.receive(request("INVITE", *lines, uri=uri, via=VIA), TLS, 0.0)
    for command in (Progress("t1"), Answer("t1", "answer")):
        (sent,) = bob.send(command, 0.0)
        assert header(sent, "Contact") == contact


NAMED = Peer("udp", "192.0.2.50", 5060)


@pytest.mark.parametrize(
    ("contact", "asked"),
    [
        ("sip:b@media.carrier.example", "sip:b@media.carrier.example"),
        ("sip:b@192.0.2.7", ""),
        ("sip:b@phone.invalid", ""),
        ("sip:b@printer.local", ""),
        ("sip:b@desk", ""),
    ],
)
def test_a_next_hop_that_is_but_a_name_is_looked_up_once(contact: str, asked: str) -> None:
    alice = agent()
    (sent,) = alice.send(Invite("out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "offer"), 0.0)
    okay = response(sent, "200 OK", body="answer").replace(b"sip:b@192.0.2.1", contact.encode())
    told = alice.receive(okay, THERE, 0.1)
    assert [output.uri for output in told if isinstance(output, HopNamed)] == ([asked] if asked else [])
    if not asked:
        return
    (held,) = alice.send(Offer("out", "hold"), 0.2)
    assert isinstance(held, Transmit)
    assert held.peer == THERE, "until it is known"
    assert alice.send(Reach("out", "sip:elsewhere.example", THERE), 0.3) == []
    alice.send(Reach("out", asked, NAMED), 0.3)
    again = response(held, "200 OK", body="answer").replace(b"sip:b@192.0.2.1", contact.encode())
    (ack, *rest) = alice.receive(again, THERE, 0.4)
    assert isinstance(ack, Transmit)
    assert ack.peer == NAMED
    assert not any(isinstance(output, HopNamed) for output in rest)
    (_, bye) = alice.send(HangUp("out"), 0.5)
    assert isinstance(bye, Transmit)
    assert bye.peer == NAMED


def test_a_host_whose_name_has_brought_us_there_is_not_looked_up_again() -> None:
    alice, peer = agent(), Peer("udp", "192.0.2.1", 5060, name="carrier.example")
    (sent,) = alice.send(Invite("out", "sip:bob@carrier.example", "sip:a@192.0.2.2", peer, "offer"), 0.0)
    okay = response(sent, "200 OK", body="answer").replace(b"sip:b@192.0.2.1", b"sip:b@carrier.example")
    assert not any(isinstance(output, HopNamed) for output in alice.receive(okay, THERE, 0.1))


def test_what_moves_is_looked_up_anew_unless_a_proxy_stays_in_the_path() -> None:
    made = replace(Dialog.of_callee(invite(), "b"), reached=NAMED)
    moved = replace(invite(), contacts=(parse_address("<sip:a@new.example>"),))
    assert made.retargeted(moved).reached is None
    assert replace(made, routes=(parse_address("<sip:p.example;lr>"),)).retargeted(moved).reached == NAMED
    assert made.retargeted(invite()).reached == NAMED

"""Registering with others and keeping the bindings of others."""

from collections.abc import Sequence

import pytest

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Answer, Forget, HangUp, Register, Unregister
from switchroom.sip.outputs import (
    BindingChanged,
    CallOffered,
    Dropped,
    Output,
    Registered,
    RegistrationFailed,
    Transmit,
    Unregistered,
)
from switchroom.sip.peer import Peer
from switchroom.sip.transactions import exchanges
from tests.sip.texts import THERE, agent, answers, header, request
from tests.sip.wire import ALICE, BOB, Wire

CONTACT = f"sip:alice@{ALICE}:5060"
RECORD = f"alice@{BOB}"


def registering(**command: object) -> Wire:
    wire = Wire(registrar=True)
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "alice", wire.peer(BOB), **command))  # type: ignore[arg-type]
    wire.run(1)
    return wire


def register(number: int, *lines: str, contact: str = "<sip:alice@192.0.2.1:5060>", call_id: str = "c1") -> bytes:
    return request(
        "REGISTER",
        *lines,
        to="<sip:alice@192.0.2.2>",
        via=f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKr{call_id}{number}",
        cseq=f"{number} REGISTER",
        contact=contact,
        call_id=call_id,
    )


def test_a_registration_is_refreshed_before_it_expires() -> None:
    wire = registering(expires=600)
    assert wire.alice.told == [Registered("r", 600)]
    assert wire.bob.told == [BindingChanged(RECORD, CONTACT, wire.peer(ALICE), 600)]
    wire.run(700)
    assert wire.alice.heard(Registered) == [Registered("r", 600)] * 2
    assert [binding.contact.uri.user for binding in wire.bob.agent.bindings(RECORD, wire.now)] == ["alice"]


def test_unregistering_removes_the_binding() -> None:
    wire = registering()
    wire.do(wire.alice, Unregister("r"))
    wire.run(40)
    assert wire.alice.told[-1] == Unregistered("r")
    assert wire.bob.told[-1] == BindingChanged(RECORD, CONTACT, wire.peer(ALICE), 0)
    assert wire.bob.agent.bindings(RECORD, wire.now) == []
    assert wire.quiet()


def test_a_binding_that_nobody_refreshes_expires() -> None:
    wire = registering(expires=60)
    wire.fate = lambda _data, _count: ()
    wire.run(61)
    assert wire.bob.told[-1] == BindingChanged(RECORD, CONTACT, wire.peer(ALICE), 0)


def test_an_interval_that_is_too_brief_is_lengthened() -> None:
    wire = registering(expires=10)
    assert wire.flow() == ["alice REGISTER", "bob 423 REGISTER", "alice REGISTER", "bob 200 REGISTER"]
    assert wire.alice.told == [Registered("r", 60)]


def test_a_silent_registrar_is_asked_again_after_ever_longer_pauses() -> None:
    wire = Wire(registrar=True)
    wire.fate = lambda _data, _count: ()
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "alice", wire.peer(BOB)))
    wire.run(32 + 30 + 32 + 60 + 33)
    assert wire.alice.told == [RegistrationFailed("r", 408, "Request Timeout", wait) for wait in (30, 60, 120)]


def test_a_registrar_without_registrations_is_no_registrar() -> None:
    wire = Wire()
    wire.do(wire.alice, Register("r", f"sip:{BOB}", "alice", wire.peer(BOB)))
    wire.run(1)
    assert wire.alice.told == [RegistrationFailed("r", 405, "Method Not Allowed", 1800)]


@pytest.mark.parametrize(
    ("status", "retry_after", "wait"),
    [
        ("403 Forbidden", "", 1800),
        ("404 Not Found", "60", 1800),
        ("401 Unauthorized", "", 1800),
        ("403 Forbidden", "3000", 3000),
        ("503 Service Unavailable", "", 30),
        ("503 Service Unavailable", "7", 7),
        ("503 Service Unavailable", "99999999", 3600),
    ],
)
def test_a_refusal_is_tried_again_some_time_whatever_it_says(status: str, retry_after: str, wait: int) -> None:
    alice = agent()
    (asked,) = (
        told for told in alice.send(Register("r", "sip:192.0.2.2", "alice", THERE), 0.0) if isinstance(told, Transmit)
    )
    more = (f"Retry-After: {retry_after}",) if retry_after else ()
    outputs = alice.receive(answer_to(asked, status, *more), THERE, 1.0)
    code, _, reason = status.partition(" ")
    assert RegistrationFailed("r", int(code), reason, wait) in outputs
    assert not sent(alice.expire(wait))
    assert sent(alice.expire(wait + 2.0)) == ["REGISTER"]


def answer_to(asked: Transmit, status: str, *more: str) -> bytes:
    """Return a response to what was sent."""
    copied = [f"{name}: {header(asked, name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    return "\r\n".join([f"SIP/2.0 {status}", *copied, *more, "Content-Length: 0", "", ""]).encode()


def sent(outputs: Sequence[Output]) -> list[str]:
    """Return the methods of the requests among outputs."""
    return [told.data.decode().partition(" ")[0] for told in outputs if isinstance(told, Transmit)]


def test_a_query_lists_the_bindings() -> None:
    bob = agent(registrar=True)
    bob.receive(register(1, "Expires: 120"), THERE, 0.0)
    bob.receive(register(1, contact="<sip:phone@192.0.2.7>;expires=90;q=0.5", call_id="c2"), THERE, 0.0)
    (listing,) = bob.receive(register(2, contact=""), THERE, 30.0)
    assert isinstance(listing, Transmit)
    contacts = [line for line in listing.data.decode().split("\r\n") if line.startswith("Contact")]
    assert contacts == [
        "Contact: <sip:alice@192.0.2.1:5060>;expires=90",
        "Contact: <sip:phone@192.0.2.7>;expires=60;q=0.5",
    ]


def test_everything_is_removed_by_a_star() -> None:
    bob = agent(registrar=True)
    bob.receive(register(1), THERE, 0.0)
    assert answers(bob.receive(register(2, contact="*"), THERE, 1.0)) == ["400 Contact * needs Expires 0"]
    outputs = bob.receive(register(3, "Expires: 0", contact="*"), THERE, 2.0)
    assert answers(outputs) == ["200 OK"]
    assert not header(outputs[0], "contact")
    assert outputs[1:] == [BindingChanged("alice@192.0.2.2", "sip:alice@192.0.2.1:5060", THERE, 0)]


def test_an_older_register_does_not_undo_a_newer_one() -> None:
    bob = agent(registrar=True)
    bob.receive(register(2, "Expires: 120"), THERE, 0.0)
    assert answers(bob.receive(register(1, "Expires: 0"), THERE, 1.0)) == ["500 Out of order"]
    assert answers(bob.receive(register(0, "Expires: 0", contact="*"), THERE, 1.0)) == ["500 Out of order"]
    assert len(bob.bindings("alice@192.0.2.2", 1.0)) == 1


def places(bob: UserAgent, now: float) -> list[str]:
    return [binding.contact.uri.host for binding in bob.bindings("alice@192.0.2.2", now)]


def test_the_newest_device_comes_in_and_the_one_silent_for_longest_goes() -> None:
    bob = agent(registrar=True, places=lambda _user, _realm: 3)
    for index in range(3):
        bob.receive(register(1, contact=f"<sip:a@192.0.2.{index}>", call_id=f"c{index}"), THERE, float(index))
    bob.receive(register(2, contact="<sip:a@192.0.2.0>", call_id="c0"), THERE, 3.0)
    outputs = bob.receive(register(1, contact="<sip:a@198.51.100.1>", call_id="cx"), THERE, 4.0)
    assert answers(outputs) == ["200 OK"]
    assert outputs[-1] == BindingChanged("alice@192.0.2.2", "sip:a@192.0.2.1", THERE, 0)
    assert places(bob, 4.0) == ["198.51.100.1", "192.0.2.0", "192.0.2.2"]


def test_more_places_in_one_request_than_there_may_be_are_refused_together() -> None:
    bob = agent(registrar=True, places=lambda _user, _realm: 1)
    both = "<sip:a@192.0.2.7>, <sip:a@192.0.2.8>"
    assert answers(bob.receive(register(1, contact=both), THERE, 0.0)) == ["403 Too many contacts"]
    assert places(bob, 0.0) == []


def test_devices_are_ordered_by_their_own_wish() -> None:
    bob = agent(registrar=True)
    for index, q in enumerate((";q=0.5", "", ";q=0.9", ";q=1.7", ";q=x")):
        bob.receive(register(1, contact=f"<sip:a@192.0.2.{index}>{q}", call_id=f"c{index}"), THERE, float(index))
    assert places(bob, 9.0) == ["192.0.2.4", "192.0.2.3", "192.0.2.1", "192.0.2.2", "192.0.2.0"]


def test_a_domain_with_two_names_has_each_user_once() -> None:
    bob = agent(registrar=True, realm_of=lambda host: "acme" if host in ("acme", "192.0.2.2", "acme.example") else "")
    bob.receive(register(1), THERE, 0.0)
    assert [len(bob.bindings(f"Alice@{host}", 1.0)) for host in ("192.0.2.2", "ACME.example", "acme", "else")] == [
        1,
        1,
        1,
        0,
    ]


def test_somebody_is_let_go_by_the_operator() -> None:
    bob = agent(registrar=True)
    for index in range(3):
        bob.receive(register(1, contact=f"<sip:a@192.0.2.{index}>", call_id=f"c{index}"), THERE, 0.0)
    assert bob.send(Forget("alice@192.0.2.2", "sip:a@192.0.2.1"), 1.0) == [
        BindingChanged("alice@192.0.2.2", "sip:a@192.0.2.1", THERE, 0)
    ]
    assert len(bob.everybody(1.0)) == 2
    assert len(bob.send(Forget("alice@192.0.2.2"), 2.0)) == 2
    assert bob.everybody(2.0) == []
    assert bob.send(Forget("alice@192.0.2.2"), 2.0) == []
    bob.expire(100.0)
    assert bob.deadline is None, "nothing is left to expire"


def test_a_device_is_known_by_what_it_calls_itself() -> None:
    bob = agent(registrar=True)
    bob.receive(register(1, "User-Agent: Desk phone 3"), THERE, 0.0)
    assert [binding.device for binding in bob.everybody(0.0)] == ["Desk phone 3"]


def test_an_expiry_that_is_no_number_is_a_bad_request() -> None:
    bob = agent(registrar=True)
    assert answers(bob.receive(register(1, "Expires: soon"), THERE, 0.0)) == ["400 Bad Expires"]


def test_a_repeated_register_is_answered_again_and_told_once() -> None:
    bob = agent(registrar=True)
    first = bob.receive(register(1), THERE, 0.0)
    assert bob.receive(register(1), THERE, 0.5) == first[:1]
    assert not any(isinstance(output, Dropped) for output in first)


def test_registrations_that_are_answered_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand refreshes a second are all remembered for 32 s, in case that they come again."""
    bob = agent(registrar=True, max_transactions=1)
    for index in range(3):
        assert answers(bob.receive(register(1, call_id=f"c{index}"), THERE, 0.0)) == ["200 OK"]
    assert answers(bob.receive(register(1, call_id="c0"), THERE, 1.0)) == ["200 OK"], "the same answer again"
    monkeypatch.setattr(exchanges, "MAX_BRIEF", 4)
    for index, answer in ((3, "200 OK"), (4, "200 OK"), (5, "503 Service Unavailable")):
        assert answers(bob.receive(register(1, call_id=f"c{index}"), THERE, 2.0)) == [answer]
    bob.expire(100.0)
    assert answers(bob.receive(register(1, call_id="c6"), THERE, 100.0)) == ["200 OK"]


def test_removing_what_is_not_there_is_no_news() -> None:
    bob = agent(registrar=True)
    outputs = bob.receive(register(1, "Expires: 0"), THERE, 0.0)
    assert answers(outputs) == ["200 OK"]
    assert len(outputs) == 1


BROWSER = Peer("wss", "192.0.2.1", 40000, 7)
OTHER = Peer("wss", "192.0.2.1", 40001, 8)


def flow(number: int, instance: str = "one", reg_id: int = 1, call_id: str = "c1") -> bytes:
    contact = f'<sip:x{number}@{instance}.invalid;transport=ws>;+sip.instance="<urn:uuid:{instance}>";reg-id={reg_id}'
    return register(number, "Supported: path, outbound", contact=contact, call_id=call_id)


def test_a_device_has_one_binding_for_each_flow_whatever_its_contact() -> None:
    bob = agent(registrar=True)
    (reply, *_) = bob.receive(flow(1), BROWSER, 0.0)
    assert header(reply, "require") == "outbound"
    bob.receive(flow(2), OTHER, 1.0)
    assert [binding.peer for binding in bob.bindings("alice@192.0.2.2", 2.0)] == [OTHER]
    bob.receive(flow(3, reg_id=2), BROWSER, 3.0)
    bob.receive(flow(1, "two", call_id="c2"), OTHER, 4.0)
    assert len(bob.bindings("alice@192.0.2.2", 5.0)) == 3


def test_a_browser_is_forgotten_with_its_connection() -> None:
    bob = agent(registrar=True)
    bob.receive(flow(1), BROWSER, 0.0)
    bob.receive(flow(1, "two", call_id="c2"), OTHER, 0.0)
    outputs = bob.unreachable(BROWSER, 1.0)
    assert outputs == [BindingChanged("alice@192.0.2.2", "sip:x1@one.invalid;transport=ws", BROWSER, 0)]
    assert [binding.peer for binding in bob.bindings("alice@192.0.2.2", 1.0)] == [OTHER]


def called_by_a_browser(contact: str) -> tuple[UserAgent, str]:
    """Return an agent that talks to a browser at ``contact``, and its name of that call."""
    bob = agent(registrar=True)
    invite = request(
        "INVITE",
        contact=contact,
        via="SIP/2.0/WSS x.invalid;branch=z9hG4bKi1",
        body="offer",
        content_type="application/sdp",
    )
    (offer,) = (output for output in bob.receive(invite, BROWSER, 0.0) if isinstance(output, CallOffered))
    (answer,) = (output for output in bob.send(Answer(offer.call, "answer"), 0.0) if isinstance(output, Transmit))
    bob.receive(request("ACK", to=header(answer, "to"), cseq="1 ACK"), BROWSER, 0.0)
    return bob, offer.call


def test_a_call_goes_on_by_the_connection_that_the_browser_opened_anew() -> None:
    for contact, followed in (("sip:x1@one.invalid;transport=ws;ob", True), ("sip:x9@one.invalid;transport=ws", False)):
        bob, call = called_by_a_browser(f"<{contact}>")
        bob.unreachable(BROWSER, 1.0)
        bob.receive(flow(1), OTHER, 2.0)
        (bye, *_) = (output for output in bob.send(HangUp(call), 3.0) if isinstance(output, Transmit))
        assert bye.data.startswith(b"BYE")
        assert (bye.peer == OTHER) is followed


def test_a_telephone_is_not_forgotten_with_its_connection() -> None:
    bob = agent(registrar=True)
    bob.receive(register(1), Peer("tcp", "192.0.2.1", 5060, 3), 0.0)
    assert bob.unreachable(Peer("tcp", "192.0.2.1", 5060, 3), 1.0) == []
    assert len(bob.bindings("alice@192.0.2.2", 1.0)) == 1

"""Session timers and UPDATE between two real user agents, and against a peer that speaks in literal bytes."""

import re
from pathlib import Path

import pytest

from switchroom.sip.calls.timers import GRANTS
from switchroom.sip.commands import Accept, Answer, HangUp, Invite, Offer
from switchroom.sip.outputs import (
    CallAnswered,
    CallEnded,
    CallOffered,
    OfferRefused,
    Output,
    SessionAnswered,
    SessionOffered,
)
from tests.sip.texts import THERE, agent, answers, header, request, response
from tests.sip.wire import ALICE, BOB, Wire, offered, talking

DOCUMENT = (Path(__file__).parent.parent.parent / "docs/sip.md").read_text()
HOUR = 3600.0


def grants() -> dict[tuple[str, bool], str]:
    rows = re.findall(r"(?m)^\| (uac|uas|nobody) \| (yes|no) \| (uac|uas) \|$", DOCUMENT)
    return {("" if who == "nobody" else who, supported == "yes"): refreshes for who, supported, refreshes in rows}


def test_who_refreshes_is_as_written_down() -> None:
    assert grants() == GRANTS


def test_a_call_of_an_hour_is_refreshed_by_who_made_it() -> None:
    wire = Wire()
    talking(wire)
    wire.run(HOUR)
    assert not wire.alice.heard(CallEnded)
    assert not wire.bob.heard(CallEnded)
    assert wire.flow()[4:] == ["alice UPDATE", "bob 200 UPDATE"] * 4
    assert not wire.bob.heard(SessionOffered)


@pytest.mark.parametrize(("asked", "refreshes"), [(None, 4), (900, 8), (0, 0)])
def test_a_call_asks_for_the_span_that_it_was_told_to(asked: int | None, refreshes: int) -> None:
    wire = Wire()
    invite = Invite("out", f"sip:bob@{BOB}", f"sip:alice@{ALICE}", wire.peer(BOB), "offer", session_expires=asked)
    wire.do(wire.alice, invite)
    wire.run(0.1)
    wire.do(wire.bob, Answer(offered(wire.bob), "answer"))
    wire.run(HOUR + 1.0)
    assert wire.flow().count("alice UPDATE") == refreshes
    assert not wire.alice.heard(CallEnded)


def test_a_call_of_an_hour_survives_the_loss_of_everything_once() -> None:
    wire = Wire()
    talking(wire)
    seen: set[bytes] = set()

    def at_the_second_try(data: bytes, _count: int) -> tuple[float, ...]:
        known = data in seen
        seen.add(data)
        return (0.01,) if known else ()

    wire.fate = at_the_second_try
    wire.run(HOUR)
    assert not wire.alice.heard(CallEnded)
    assert not wire.bob.heard(CallEnded)


def attended(wire: Wire, seconds: float) -> None:
    """Let time pass while both ends agree to whatever they are offered."""
    seen = {id(output) for end in (wire.alice, wire.bob) for output in end.told}
    for _ in range(int(seconds)):
        wire.run(1.0)
        for end in (wire.alice, wire.bob):
            for output in end.heard(SessionOffered):
                if isinstance(output, SessionOffered) and id(output) not in seen:
                    seen.add(id(output))
                    wire.do(end, Accept(output.call, "as before"))


@pytest.mark.parametrize("updates", [True, False], ids=["by UPDATE", "by re-INVITE"])
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_call_of_an_hour_with_a_long_hold_survives_whoever_refreshes_it(who: str, updates: bool) -> None:
    wire = Wire()

    def meddle(data: bytes) -> bytes:
        if who == "bob" and data.startswith(b"INVITE") and b"refresher" not in data:
            data = data.replace(b"Session-Expires: 1800", b"Session-Expires: 1800;refresher=uas")
        return data if updates else data.replace(b", UPDATE", b"")

    wire.rewrite = meddle
    name = talking(wire)
    attended(wire, 600)
    wire.do(wire.alice, Offer("out", "hold"))
    attended(wire, 1800)
    wire.do(wire.alice, Offer("out", "resume"))
    attended(wire, 1200)
    flow = wire.flow()
    refresh = f"{who} {'UPDATE' if updates else 'INVITE'}"
    assert flow.count(refresh) >= 2
    other = f"{'bob' if who == 'alice' else 'alice'} UPDATE"
    assert other not in flow
    assert not wire.alice.heard(CallEnded)
    assert not wire.bob.heard(CallEnded)
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert wire.quiet()


@pytest.mark.parametrize("refreshed", [0.0, 900.0])
def test_a_far_side_that_vanishes_is_noticed_by_both(refreshed: float) -> None:
    wire = Wire()
    name = talking(wire)
    wire.run(refreshed)
    wire.fate = lambda _data, _count: ()
    wire.run(1800 - 32 - 1)
    assert not wire.bob.heard(CallEnded)
    wire.run(HOUR)
    assert wire.bob.heard(CallEnded) == [CallEnded(name, "loss", 408, "Session expired")]
    assert wire.alice.heard(CallEnded) == [CallEnded("out", "loss", 408, "Request Timeout")]
    assert wire.quiet()


def test_a_span_that_is_too_short_is_lengthened_before_the_call_is_offered() -> None:
    wire = Wire(min_se=2000)
    wire.call()
    wire.run(0.1)
    assert wire.flow() == ["alice INVITE", "bob 422 INVITE", "alice ACK", "alice INVITE", "bob 100 INVITE"]
    wire.do(wire.bob, Answer(offered(wire.bob), "answer"))
    wire.run(0.1)
    assert wire.alice.heard(CallAnswered)
    assert b"Session-Expires: 2000;refresher=uac" in wire.sent[5][1]
    assert b"Min-SE: 2000" in wire.sent[3][1]


def test_without_a_session_timer_nothing_is_refreshed() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    (okay,) = bob.send(Answer("t1", "sdp"), 0.0)
    bob.receive(request("ACK", **IN_DIALOG), THERE, 0.1)
    assert header(okay, "session-expires") == ""
    bob.expire(100.0)
    assert bob.deadline is None


def test_who_knows_timers_but_asks_for_none_is_given_one_that_we_keep() -> None:
    bob = agent()
    bob.receive(request("INVITE", "Supported: timer", "Allow: UPDATE"), THERE, 0.0)
    (okay,) = bob.send(Answer("t1", "sdp"), 0.0)
    bob.receive(request("ACK", **IN_DIALOG), THERE, 0.1)
    assert header(okay, "session-expires") == "1800;refresher=uas"
    assert header(okay, "require") == ""
    assert answers(bob.expire(900.0)) == ["UPDATE sip:alice@192.0.2.1:5060 SIP/2.0"]


IN_DIALOG = {"to": "<sip:bob@192.0.2.2>;tag=t2", "via": "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx2"}


def update(number: int, *lines: str, body: str = "") -> bytes:
    via = f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKu{number}"
    return request("UPDATE", *lines, to=IN_DIALOG["to"], via=via, cseq=f"{number} UPDATE", body=body)


def test_a_browser_that_refreshes_every_45_seconds_is_kept_and_dropped_when_it_stops() -> None:
    bob = agent()
    timer = ("Session-Expires: 90", "Supported: timer")
    bob.receive(request("INVITE", *timer), THERE, 0.0)
    (okay,) = bob.send(Answer("t1", "sdp"), 0.0)
    assert header(okay, "session-expires") == "90;refresher=uac"
    assert header(okay, "require") == "timer"
    bob.receive(request("ACK", **IN_DIALOG), THERE, 0.1)
    for number in range(2, 42):
        now = 45.0 * (number - 1)
        assert bob.expire(now) == []
        (reply,) = bob.receive(update(number, *timer), THERE, now)
        assert answers([reply]) == ["200 OK"]
        assert header(reply, "session-expires") == "90;refresher=uac"
        assert header(reply, "contact") == "<sip:bob@192.0.2.2:5060>"
    last = 45.0 * 40
    assert bob.expire(last + 59.9) == []
    ended, *sent = bob.expire(last + 60.0)
    assert ended == CallEnded("t1", "loss", 408, "Session expired")
    assert answers(sent) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]


def test_who_knows_neither_timers_nor_update_is_refreshed_by_a_repeated_description() -> None:
    bob = agent()
    bob.receive(request("INVITE", "Session-Expires: 100"), THERE, 0.0)
    (okay,) = bob.send(Answer("t1", "sdp"), 0.0)
    assert header(okay, "session-expires") == "100;refresher=uas"
    assert header(okay, "require") == ""
    bob.receive(request("ACK", **IN_DIALOG), THERE, 0.1)
    (sent,) = bob.expire(50.0)
    assert answers([sent]) == ["INVITE sip:alice@192.0.2.1:5060 SIP/2.0"]
    assert header(sent, "session-expires") == "100;refresher=uac"


def test_a_timer_of_less_than_90_seconds_is_refused_only_to_who_understands_why() -> None:
    outputs = agent().receive(request("INVITE", "Session-Expires: 60", "Supported: timer"), THERE, 0.0)
    assert answers(outputs) == ["422 Session Interval Too Small"]
    assert header(outputs[0], "min-se") == "90"
    bob = agent()
    assert any(isinstance(output, CallOffered) for output in bob.receive(request("INVITE", "x: 60"), THERE, 0.0))
    (okay,) = bob.send(Answer("t1", "sdp"), 0.0)
    assert header(okay, "session-expires") == "90;refresher=uas"


def test_a_far_side_that_wants_a_refresh_every_second_gets_one_every_45() -> None:
    for wished, every in ((1, 45.0), (89, 45.0), (120, 60.0)):
        alice = agent()
        (sent,) = alice.send(Invite("out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "offer"), 0.0)
        alice.receive(response(sent, "200 OK", f"Session-Expires: {wished};refresher=uac", body="answer"), THERE, 0.0)
        told, now = list[Output](), 0.0
        while not any(line.startswith(("INVITE", "UPDATE")) for line in answers(told)):
            assert alice.deadline is not None
            now = alice.deadline
            told = alice.expire(now)
        assert now == every


def test_an_update_with_an_offer_changes_the_session_without_an_ack() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Answer("t1", "sdp"), 0.0)
    bob.receive(request("ACK", **IN_DIALOG), THERE, 0.1)
    sdp = "Content-Type: application/sdp"
    assert bob.receive(update(2, sdp, body="hold"), THERE, 1.0) == [SessionOffered("t1", "hold")]
    outputs = bob.receive(update(3, sdp, body="again"), THERE, 1.1)
    assert answers(outputs) == ["500 Server Internal Error"]
    assert header(outputs[0], "retry-after") == "2"
    outputs = bob.send(Accept("t1", "held"), 2.0)
    assert answers(outputs) == ["200 OK"]
    bob.expire(60.0)
    assert bob.deadline is None


def test_an_update_before_the_answer_is_answered_but_may_not_offer() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    assert answers(bob.receive(update(2), THERE, 0.1)) == ["200 OK"]
    offer = update(3, "Content-Type: application/sdp", body="early")
    assert answers(bob.receive(offer, THERE, 0.2)) == ["500 Server Internal Error"]


def test_a_changed_session_keeps_the_duty_where_it_was() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.bob, Offer(name, "hold"))
    wire.run(0.1)
    wire.do(wire.alice, Accept("out", "held"))
    wire.run(0.1)
    assert wire.bob.heard(SessionAnswered, OfferRefused) == [SessionAnswered(name, "held")]
    wire.run(HOUR)
    assert wire.flow()[8:] == ["alice UPDATE", "bob 200 UPDATE"] * 4


def test_an_update_of_no_call_is_refused() -> None:
    for data in (request("UPDATE"), update(2)):
        assert answers(agent().receive(data, THERE, 0.0)) == ["481 Call/Transaction Does Not Exist"]

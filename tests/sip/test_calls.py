"""Whole calls between two real user agents."""

from switchroom.sip.commands import Accept, Answer, HangUp, Invite, Offer, Progress, Refuse, SendInfo
from switchroom.sip.outputs import (
    CallAnswered,
    CallCancelled,
    CallConfirmed,
    CallEnded,
    CallFailed,
    CallOffered,
    CallRinging,
    DigitReceived,
    InfoAnswered,
)
from tests.sip.wire import ALICE, BOB, Wire, offered, talking


def test_a_call_is_answered_and_ended_by_the_caller() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    offer = wire.bob.told[0]
    assert isinstance(offer, CallOffered)
    assert (offer.dialled, offer.from_.uri.user, offer.from_.name, offer.sdp) == ("bob", "alice", "Alice", "offer")
    wire.do(wire.bob, Progress(name))
    wire.run(2)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(2)
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.flow() == [
        "alice INVITE",
        "bob 100 INVITE",
        "bob 180 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "alice BYE",
        "bob 200 BYE",
    ]
    assert wire.alice.told == [
        CallRinging("out", 180, "Ringing", None),
        CallAnswered("out", "answer"),
        CallEnded("out", "us"),
    ]
    assert wire.bob.told[1:] == [CallConfirmed(name, None), CallEnded(name, "them")]
    assert wire.quiet()


def test_the_callee_hangs_up() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.bob, HangUp(name, {"Reason": "Q.850;cause=16"}))
    wire.run(60)
    assert wire.flow()[-2:] == ["bob BYE", "alice 200 BYE"]
    assert wire.alice.told[-1] == CallEnded("out", "them", 0, "Q.850;cause=16")
    assert wire.bob.told[-1] == CallEnded(name, "us")
    assert wire.quiet()


def test_a_late_offer_is_answered_in_the_ack() -> None:
    wire = Wire()
    name = talking(wire, None)
    assert wire.alice.told == [CallAnswered("out", "answer")]
    assert "alice ACK" not in wire.flow()
    wire.do(wire.alice, Accept("out", "late answer"))
    wire.run(60)
    assert wire.bob.heard(CallConfirmed) == [CallConfirmed(name, "late answer")]
    assert wire.flow().count("bob 200 INVITE") == 1


def test_an_answer_is_repeated_until_its_ack_arrives_and_the_ack_is_sent_again() -> None:
    wire = Wire()
    lost = iter([True, True, False])
    wire.fate = lambda data, _: () if data.startswith(b"ACK") and next(lost) else (0.01,)
    name = talking(wire)
    wire.run(10)
    assert wire.flow().count("bob 200 INVITE") == 3
    assert wire.flow().count("alice ACK") == 3
    assert wire.bob.heard(CallConfirmed) == [CallConfirmed(name, None)]
    assert wire.alice.heard(CallAnswered) == [CallAnswered("out", "answer")]


def test_a_call_whose_ack_never_comes_is_hung_up() -> None:
    wire = Wire()
    wire.fate = lambda data, _: () if data.startswith(b"ACK") else (0.01,)
    name = talking(wire)
    wire.run(70)
    assert wire.bob.told[-1] == CallEnded(name, "loss", 408, "No ACK")
    assert wire.alice.told[-1] == CallEnded("out", "them")
    assert wire.quiet()


def test_everything_sent_twice_happens_once() -> None:
    wire = Wire()
    wire.fate = lambda _data, _count: (0.01, 0.012)
    name = talking(wire)
    wire.do(wire.alice, SendInfo("out", "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"))
    wire.run(1)
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert wire.bob.told[1:] == [CallConfirmed(name, None), DigitReceived(name, "5", 0.16), CallEnded(name, "us")]
    assert wire.alice.told == [CallAnswered("out", "answer"), InfoAnswered("out", 200), CallEnded("out", "them")]
    assert wire.quiet()


def test_an_info_before_the_call_stands_counts_as_refused() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    wire.do(wire.alice, SendInfo("out", "application/dtmf-relay", "Signal=5\r\n"))
    assert wire.alice.told == [InfoAnswered("out", 481)]


def test_a_call_survives_the_loss_of_every_second_message() -> None:
    wire = Wire()
    seen: dict[bytes, int] = {}

    def every_second(data: bytes, _count: int) -> tuple[float, ...]:
        seen[data] = seen.get(data, 0) + 1
        return (0.01,) if seen[data] % 2 == 0 else ()

    wire.fate = every_second
    wire.call()
    wire.run(3)
    name = offered(wire.bob)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(20)
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.bob.told[1:] == [CallConfirmed(name, None), CallEnded(name, "them")]
    assert wire.alice.told == [CallAnswered("out", "answer"), CallEnded("out", "us")]
    assert wire.quiet()


def test_a_refusal_is_acknowledged_and_told_with_its_headers() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Refuse(name, 503, "Full", {"Retry-After": "30"}))
    wire.run(60)
    assert wire.flow() == ["alice INVITE", "bob 100 INVITE", "bob 503 INVITE", "alice ACK"]
    (failed,) = wire.alice.told
    assert isinstance(failed, CallFailed)
    assert failed.headers is not None
    assert (failed.status, failed.reason, failed.headers["retry-after"]) == (503, "Full", "30")
    assert wire.bob.told[-1] == CallEnded(name, "us", 503, "Full")
    assert wire.quiet()


def test_a_call_that_nobody_answers_times_out() -> None:
    wire = Wire()
    wire.fate = lambda _data, _count: ()
    wire.call()
    wire.run(40)
    assert wire.flow() == ["alice INVITE"] * 7
    (failed,) = wire.alice.told
    assert isinstance(failed, CallFailed)
    assert failed.status == 408
    assert wire.quiet()


def test_giving_up_while_it_rings_cancels() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Progress(name))
    wire.run(1)
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.flow()[3:] == ["alice CANCEL", "bob 200 CANCEL", "bob 487 INVITE", "alice ACK"]
    assert wire.bob.told[-1] == CallCancelled(name)
    failed = wire.alice.told[-1]
    assert isinstance(failed, CallFailed)
    assert failed.status == 487
    assert wire.quiet()


def test_giving_up_before_any_response_waits_for_one_to_cancel() -> None:
    wire = Wire()
    wire.call()
    wire.do(wire.alice, HangUp("out"))
    assert wire.flow() == ["alice INVITE"]
    wire.run(60)
    assert wire.flow() == [
        "alice INVITE",
        "bob 100 INVITE",
        "alice CANCEL",
        "bob 200 CANCEL",
        "bob 487 INVITE",
        "alice ACK",
    ]
    assert wire.quiet()


def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.flow()[2:] == [
        "bob 200 INVITE",
        "alice CANCEL",
        "alice ACK",
        "alice BYE",
        "bob 200 CANCEL",
        "bob 200 BYE",
    ]
    assert wire.bob.told[-1] == CallEnded(name, "them")
    assert [type(output) for output in wire.alice.told] == [CallFailed]
    assert wire.quiet()


def test_hanging_up_before_answering_refuses() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert wire.flow()[2:] == ["bob 487 INVITE", "alice ACK"]
    assert wire.quiet()


def test_hanging_up_before_the_ack_waits_with_the_bye() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.do(wire.bob, HangUp(name))
    assert wire.bob.told[-1] == CallEnded(name, "us")
    wire.run(60)
    assert wire.flow()[2:] == ["bob 200 INVITE", "alice ACK", "bob BYE", "alice 200 BYE"]
    assert len(wire.bob.told) == 2
    assert wire.quiet()


def test_a_call_over_tcp_repeats_nothing_and_stays_on_its_connection() -> None:
    wire = Wire("tcp")
    name = talking(wire)
    wire.do(wire.alice, Offer("out", "hold"))
    wire.run(0.1)
    wire.do(wire.bob, Accept(name, "held"))
    wire.run(0.1)
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert wire.flow() == [
        "alice INVITE",
        "bob 100 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "alice INVITE",
        "bob 100 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "bob BYE",
        "alice 200 BYE",
    ]
    assert b";transport=tcp>" in wire.sent[0][1]
    assert wire.quiet()


def test_early_media_is_told_with_the_ringing() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Progress(name, 183, "early"))
    wire.run(1)
    assert wire.alice.told == [CallRinging("out", 183, "Session Progress", "early")]
    assert name


def test_hanging_up_a_call_whose_offer_we_have_not_answered_acknowledges_and_ends_it() -> None:
    wire = Wire()
    name = talking(wire, None)
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.flow()[2:] == ["bob 200 INVITE", "alice ACK", "alice BYE", "bob 200 BYE"]
    assert wire.bob.told[-1] == CallEnded(name, "them")
    assert wire.quiet()


def test_a_cancel_that_nobody_answers_is_given_up() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    wire.fate = lambda _data, _count: ()
    wire.do(wire.alice, HangUp("out"))
    wire.run(40)
    assert wire.alice.agent.deadline is None
    assert len(wire.alice.told) == 1


def test_every_request_before_the_dialog_names_the_proxies_to_pass() -> None:
    wire = Wire()
    routes = ("sip:192.0.2.2:5060;lr", "sip:next.example;lr")
    invite = Invite("out", "sip:carol@far.example", f"sip:alice@{ALICE}", wire.peer(BOB), "offer", routes=routes)
    wire.do(wire.alice, invite)
    wire.run(0.1)
    wire.do(wire.bob, Progress(offered(wire.bob)))
    wire.run(0.1)
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    asked = [data.decode() for host, data in wire.sent if host == ALICE]
    assert [text.split(" ")[0] for text in asked] == ["INVITE", "CANCEL", "ACK"]
    for text in asked:
        assert "sip:carol@far.example SIP/2.0" in text
        assert "Route: <sip:192.0.2.2:5060;lr>\r\nRoute: <sip:next.example;lr>\r\n" in text

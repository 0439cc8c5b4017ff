"""What happens inside calls between two real user agents: offers both ways, and their ends."""

from switchroom.sip.commands import Accept, HangUp, Offer, RefuseOffer, SendInfo
from switchroom.sip.outputs import (
    CallEnded,
    InfoAnswered,
    OfferRefused,
    SessionAnswered,
    SessionOffered,
    Transmit,
)
from switchroom.sip.peer import Peer
from tests.sip.wire import ALICE, Wire, talking


def test_hold_and_resume_by_the_caller() -> None:
    wire = Wire()
    name = talking(wire)
    for sdp in ("hold", "resume"):
        wire.do(wire.alice, Offer("out", sdp))
        wire.run(0.1)
        wire.do(wire.bob, Accept(name, f"{sdp} accepted"))
        wire.run(0.1)
    assert wire.bob.heard(SessionOffered) == [SessionOffered(name, "hold"), SessionOffered(name, "resume")]
    assert wire.alice.heard(SessionAnswered) == [
        SessionAnswered("out", "hold accepted"),
        SessionAnswered("out", "resume accepted"),
    ]
    assert wire.flow()[4:8] == ["alice INVITE", "bob 100 INVITE", "bob 200 INVITE", "alice ACK"]


def test_hold_by_the_callee_refused_leaves_the_session_as_it_was() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.bob, Offer(name, "hold"))
    wire.run(0.1)
    wire.do(wire.alice, RefuseOffer("out", 488))
    wire.run(40)
    assert wire.bob.heard(OfferRefused) == [OfferRefused(name, 488, "Not Acceptable Here")]
    assert not wire.bob.heard(CallEnded)
    wire.do(wire.bob, HangUp(name))
    wire.run(40)
    assert wire.quiet()


def test_offers_that_cross_are_both_refused_and_tried_again_one_after_the_other() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.alice, Offer("out", "from alice"))
    wire.do(wire.bob, Offer(name, "from bob"))
    wire.run(0.1)
    assert wire.flow().count("bob 491 INVITE") == 1
    assert wire.flow().count("alice 491 INVITE") == 1
    for _ in range(50):
        wire.run(0.1)
        wire.do(wire.alice, Accept("out", "yes bob"))
        wire.do(wire.bob, Accept(name, "yes alice"))
    assert wire.alice.heard(SessionAnswered) == [SessionAnswered("out", "yes alice")]
    assert wire.bob.heard(SessionAnswered) == [SessionAnswered(name, "yes bob")]


def test_a_far_side_that_is_gone_ends_the_call_when_it_is_offered_something() -> None:
    wire = Wire()
    name = talking(wire)
    wire.fate = lambda _data, _count: ()
    wire.do(wire.alice, Offer("out", "hold"))
    wire.run(70)
    assert wire.alice.told[-1] == CallEnded("out", "loss", 408, "Request Timeout")
    assert name


def test_an_info_to_a_call_that_they_do_not_know_ends_it() -> None:
    wire = Wire()
    name = talking(wire)
    forgetful = Wire()
    wire.bob.agent = forgetful.bob.agent
    wire.do(wire.alice, SendInfo("out", "text/plain", "hello"))
    wire.run(40)
    assert wire.alice.told[-2:] == [
        InfoAnswered("out", 481),
        CallEnded("out", "loss", 481, "Call/Transaction Does Not Exist"),
    ]
    assert name


def test_the_newest_offer_waits_for_the_one_under_way() -> None:
    wire = Wire()
    name = talking(wire)
    for sdp in ("one", "two", "three"):
        wire.do(wire.alice, Offer("out", sdp))
    for _ in range(3):
        wire.run(0.1)
        wire.do(wire.bob, Accept(name, "yes"))
    assert wire.bob.heard(SessionOffered) == [SessionOffered(name, "one"), SessionOffered(name, "three")]


def test_hanging_up_while_an_offer_is_under_way_settles_both() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.alice, Offer("out", "hold"))
    wire.run(0.1)
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert wire.flow()[6:] == ["bob 487 INVITE", "bob BYE", "alice ACK", "alice 200 BYE"]
    assert not wire.alice.heard(OfferRefused)[1:]
    assert wire.quiet()


def test_both_hanging_up_at_once_is_no_trouble() -> None:
    wire = Wire()
    name = talking(wire)
    wire.do(wire.alice, HangUp("out"))
    wire.do(wire.bob, HangUp(name))
    wire.run(60)
    assert sorted(wire.flow()[4:]) == ["alice 200 BYE", "alice BYE", "bob 200 BYE", "bob BYE"]
    assert wire.quiet()


def test_a_call_outlives_its_connection_and_goes_on_at_the_contact() -> None:
    wire = Wire("tcp")
    name = talking(wire)
    assert wire.bob.agent.unreachable(wire.peer(ALICE), wire.now) == []
    (bye, *_) = [output for output in wire.bob.agent.send(HangUp(name), wire.now) if isinstance(output, Transmit)]
    assert bye.peer == Peer("tcp", ALICE, 5060, 0)

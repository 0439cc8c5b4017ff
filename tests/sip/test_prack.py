"""Reliable provisional responses: between two real user agents, and against a peer that speaks in literal bytes."""

from switchroom.sip.calls.reliable import MACHINE
from switchroom.sip.commands import Accept, Answer, HangUp, Invite, Progress, Refuse, RefuseOffer
from switchroom.sip.outputs import (
    CallAnswered,
    CallCancelled,
    CallConfirmed,
    CallEnded,
    CallFailed,
    CallRinging,
    SessionAnswered,
    SessionOffered,
    Transmit,
)
from tests.sip.document import table
from tests.sip.texts import THERE, agent, answers, header, request
from tests.sip.wire import Wire, offered


def calling(wire: Wire, sdp: str | None = "offer") -> str:
    """Let Alice call Bob, requiring reliable responses; return Bob's name of the call."""
    wire.call(sdp, headers={"Require": "100rel"})
    wire.run(0.1)
    return offered(wire.bob)


def without_pracks(wire: Wire, count: int) -> None:
    """Lose the first PRACKs, each transmission counted."""
    left = [count]

    def fate(data: bytes, _count: int) -> tuple[float, ...]:
        if data.startswith(b"PRACK") and left[0]:
            left[0] -= 1
            return ()
        return (0.01,)

    wire.fate = fate


def times(wire: Wire, line: str) -> int:
    return wire.flow().count(line)


def test_the_document_and_the_code_agree() -> None:
    documented = {
        (state, event, after, tuple(action.strip() for action in actions.split(",")))
        for state, event, after, actions in table("Reliable provisional responses")
    }
    assert documented == {
        (state.value, event.value, step.state.value, step.actions) for (state, event), step in MACHINE.items()
    }


def test_ringing_is_acknowledged_for_a_caller_who_requires_it() -> None:
    wire = Wire()
    name = calling(wire)
    wire.do(wire.bob, Progress(name))
    wire.run(1)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(60)
    assert wire.flow() == [
        "alice INVITE",
        "bob 100 INVITE",
        "bob 180 INVITE",
        "alice PRACK",
        "bob 200 PRACK",
        "bob 200 INVITE",
        "alice ACK",
    ]
    assert wire.alice.told == [CallRinging("out", 180, "Ringing", None), CallAnswered("out", "answer")]
    assert wire.bob.heard(CallConfirmed) == [CallConfirmed(name, None)]


def test_ringing_is_not_acknowledged_for_a_caller_who_only_knows_how() -> None:
    wire = Wire()
    wire.call()
    wire.run(0.1)
    wire.do(wire.bob, Progress(offered(wire.bob)))
    wire.run(5)
    assert b"Supported: timer, 100rel" in wire.sent[0][1]
    assert wire.flow() == ["alice INVITE", "bob 100 INVITE", "bob 180 INVITE"]


def test_ringing_is_repeated_until_it_is_acknowledged() -> None:
    wire = Wire()
    without_pracks(wire, 3)
    name = calling(wire)
    wire.do(wire.bob, Progress(name))
    wire.run(20)
    assert times(wire, "bob 180 INVITE") == 4  # at once, after 0.5 s, 1.5 s and 3.5 s; the fourth PRACK comes at 3.5 s
    assert times(wire, "alice PRACK") == 4
    assert wire.alice.heard(CallRinging) == [CallRinging("out", 180, "Ringing", None)]


def test_a_call_whose_ringing_is_never_acknowledged_is_given_up() -> None:
    wire = Wire()
    without_pracks(wire, 1000)
    name = calling(wire)
    wire.do(wire.bob, Progress(name))
    wire.run(31.9)
    assert not wire.bob.heard(CallEnded)
    wire.run(120)
    assert wire.bob.heard(CallEnded) == [CallEnded(name, "loss", 504, "No PRACK")]
    assert [failed.status for failed in wire.alice.heard(CallFailed) if isinstance(failed, CallFailed)] == [504]
    assert wire.quiet()


def test_an_answer_waits_until_the_description_before_it_is_acknowledged() -> None:
    wire = Wire()
    without_pracks(wire, 1)
    name = calling(wire)
    wire.do(wire.bob, Progress(name, 183, "answer"))
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(0.3)
    assert "bob 200 INVITE" not in wire.flow()
    wire.run(10)
    flow = wire.flow()
    assert flow.index("bob 200 PRACK") < flow.index("bob 200 INVITE")
    assert wire.alice.heard(CallRinging, CallAnswered) == [
        CallRinging("out", 183, "Session Progress", "answer"),
        CallAnswered("out", "answer"),
    ]
    okay = next(data for _, data in wire.sent if data.startswith(b"SIP/2.0 200 OK") and b"INVITE\r\nContact" in data)
    assert okay.endswith(b"\r\n\r\n"), "the session is agreed: nothing is left to describe"
    assert wire.bob.heard(CallConfirmed) == [CallConfirmed(name, None)]


def test_an_answer_does_not_wait_for_mere_ringing_and_its_prack_is_still_taken() -> None:
    wire = Wire()
    without_pracks(wire, 1)
    name = calling(wire)
    wire.do(wire.bob, Progress(name))
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(60)
    assert times(wire, "bob 180 INVITE") == 1
    assert wire.flow().index("bob 200 INVITE") < wire.flow().index("bob 200 PRACK")
    assert wire.alice.heard(CallAnswered)


def test_of_what_is_to_be_said_meanwhile_the_newest_is_said() -> None:
    wire = Wire()
    without_pracks(wire, 1)
    name = calling(wire)
    for status in (180, 181, 182):
        wire.do(wire.bob, Progress(name, status))
    wire.run(10)
    assert [ring.status for ring in wire.alice.heard(CallRinging) if isinstance(ring, CallRinging)] == [180, 182]
    numbers = [header(Transmit(data, THERE), "RSeq") for _, data in wire.sent if b"RSeq" in data]
    assert int(numbers[-1]) == int(numbers[0]) + 1


def test_our_offer_in_ringing_is_answered_in_its_prack() -> None:
    wire = Wire()
    name = calling(wire, None)
    wire.do(wire.bob, Progress(name))
    wire.run(1)
    assert "bob 180 INVITE" not in wire.flow(), "it would have to hold our offer"
    wire.do(wire.bob, Progress(name, 183, "bob's offer"))
    wire.run(1)
    assert wire.alice.heard(SessionOffered) == [SessionOffered("out", "bob's offer")]
    assert "alice PRACK" not in wire.flow()
    wire.do(wire.alice, Accept("out", "alice's answer"))
    wire.run(1)
    assert wire.bob.heard(SessionAnswered) == [SessionAnswered(name, "alice's answer")]
    wire.do(wire.bob, Answer(name, "not said again"))
    wire.run(60)
    assert wire.alice.heard(CallAnswered) == [CallAnswered("out", None)]
    assert wire.bob.heard(CallConfirmed) == [CallConfirmed(name, None)]
    wire.do(wire.alice, HangUp("out"))
    wire.run(60)
    assert wire.quiet()


def test_an_offer_in_ringing_that_cannot_be_used_ends_the_call() -> None:
    wire = Wire()
    name = calling(wire, None)
    wire.do(wire.bob, Progress(name, 183, "bob's offer"))
    wire.run(1)
    wire.do(wire.alice, RefuseOffer("out"))
    wire.run(120)
    assert wire.bob.told[-1] == CallCancelled(name, "SIP;cause=488")
    assert wire.quiet()


def test_a_refusal_and_a_cancel_stop_what_is_repeated() -> None:
    for command in (Refuse, None):
        wire = Wire()
        without_pracks(wire, 1000)
        name = calling(wire)
        wire.do(wire.bob, Progress(name, 183, "answer"))
        wire.run(1)
        if command is None:
            wire.do(wire.alice, HangUp("out"))
        else:
            wire.do(wire.bob, command(name, 486))
        wire.run(0.1)
        before = times(wire, "bob 183 INVITE")
        wire.run(120)
        assert times(wire, "bob 183 INVITE") == before
        assert wire.quiet()


def test_a_prack_for_something_else_is_refused() -> None:
    bob = agent()
    bob.receive(request("INVITE", "Require: 100rel", "Content-Type: application/sdp", body="offer"), THERE, 0.0)
    (ringing,) = bob.send(Progress("t1"), 0.0)
    number, to = header(ringing, "RSeq"), header(ringing, "To")
    assert header(ringing, "Require") == "100rel"

    def prack(rack: str, cseq: int, *lines: str, body: str = "") -> list[str]:
        via = f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKp{cseq}"
        return answers(
            bob.receive(
                request("PRACK", f"RAck: {rack}", *lines, cseq=f"{cseq} PRACK", to=to, via=via, body=body), THERE, 0.1
            )
        )

    assert prack(f"{int(number) + 1} 1 INVITE", 2) == ["481 Call/Transaction Does Not Exist"]
    assert prack(f"{number} 2 INVITE", 3) == ["481 Call/Transaction Does Not Exist"]
    assert prack("what", 4) == ["481 Call/Transaction Does Not Exist"]
    second_offer = ("Content-Type: application/sdp",)
    assert prack(f"{number}  1  INVITE", 5, *second_offer, body="offer") == ["488 Not Acceptable Here"]
    assert prack(f"{number} 1 INVITE", 6) == ["481 Call/Transaction Does Not Exist"]
    assert bob.deadline is not None
    assert not answers(bob.expire(10.0)), "what was acknowledged is not repeated"


def test_a_prack_outside_a_call_is_refused() -> None:
    assert answers(agent().receive(request("PRACK", "RAck: 1 1 INVITE"), THERE, 0.0)) == [
        "481 Call/Transaction Does Not Exist"
    ]


def test_reliable_responses_are_heard_once_and_in_order_in_each_early_dialog() -> None:
    alice = agent()
    (invite,) = alice.send(Invite("out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "offer"), 0.0)

    def hear(number: str, tag: str) -> tuple[list[str], list[int]]:
        lines = [f"{name}: {header(invite, name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
        text = ["SIP/2.0 183 Progress", *lines, f"To: <sip:bob@192.0.2.1>;tag={tag}", "Contact: <sip:bob@192.0.2.1>"]
        text += ["Require: 100rel", f"RSeq: {number}", "Content-Length: 0", "", ""]
        told = alice.receive("\r\n".join(text).encode(), THERE, 0.0)
        return [header(output, "RAck") for output in told if isinstance(output, Transmit)], [
            output.status for output in told if isinstance(output, CallRinging)
        ]

    assert hear("5", "one") == (["5 1 INVITE"], [183])
    assert hear("5", "one") == ([], [])
    assert hear("7", "one") == ([], [])
    assert hear("6", "one") == (["6 1 INVITE"], [183])
    assert hear("900", "two") == (["900 1 INVITE"], [183])
    assert hear("many", "three") == ([], [])

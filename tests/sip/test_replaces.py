"""Attended transfer: an INVITE that takes the place of a call, both ways."""

import pytest

from switchroom.errors import Invalid
from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Answer, HangUp, Invite, Refuse
from switchroom.sip.outputs import CallEnded, CallOffered, Output
from tests.sip.document import table
from tests.sip.inside import CALL, inside, reply, talking_agent, told
from tests.sip.texts import THERE, agent, answers, header, request

NAMED = "Replaces: c1;to-tag=t2;from-tag=a"


def invited(bob: UserAgent, *lines: str) -> list[Output]:
    via = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnew"
    return bob.receive(
        request("INVITE", *lines, call_id="c2", via=via, from_="<sip:carol@192.0.2.3>;tag=c"), THERE, 2.0
    )


def test_a_call_that_replaces_another_says_which_and_its_answer_ends_that_one() -> None:
    bob = talking_agent()
    (offered,) = told(invited(bob, NAMED, "Require: replaces"))
    assert isinstance(offered, CallOffered)
    assert offered.replaces == CALL
    outputs = bob.send(Answer(offered.call, "sdp"), 2.1)
    assert answers(outputs) == ["200 OK", "BYE sip:alice@192.0.2.1:5060 SIP/2.0"]
    assert told(outputs) == [CallEnded(CALL, "us")]


def test_a_replacement_that_is_refused_leaves_the_call_standing() -> None:
    bob = talking_agent()
    (offered,) = told(invited(bob, NAMED))
    assert isinstance(offered, CallOffered)
    outputs = bob.send(Refuse(offered.call, 403), 2.1)
    assert answers(outputs) == ["403 Forbidden"]
    assert told(outputs) == [CallEnded(offered.call, "us", 403, "Forbidden")]
    assert answers(bob.send(HangUp(CALL), 3.0)) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]


def test_a_replacement_that_loses_the_race_against_the_end_is_a_call_like_any_other() -> None:
    bob = talking_agent()
    (offered,) = told(invited(bob, NAMED))
    assert isinstance(offered, CallOffered)
    bob.receive(inside("BYE", 2), THERE, 2.05)
    assert answers(bob.send(Answer(offered.call, "sdp"), 2.1)) == ["200 OK"]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((NAMED, NAMED), 400),
        ((NAMED, "Join: c1;to-tag=t2;from-tag=a"), 400),
        (("Replaces: c1;to-tag=t2",), 400),
        (("Replaces: c1;to-tag=t2;to-tag=t2;from-tag=a",), 400),
        (("Replaces: ;;",), 400),
        (("Replaces: c1;to-tag=t2;from-tag=b",), 481),
        (("Replaces: c1;to-tag=a;from-tag=t2",), 481),
        ((f"{NAMED};early-only",), 486),
    ],
)
def test_what_cannot_be_replaced_is_refused(lines: tuple[str, ...], status: int) -> None:
    _, answer = answers(invited(talking_agent(), *lines))
    assert int(answer[:3]) == status
    assert any(str(status) in cell for _, cell in table("Calls that replace others")), "the document says so"


def test_a_call_that_is_not_answered_or_no_more_cannot_be_replaced() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    assert answers(invited(bob, NAMED))[1] == "481 Call/Transaction Does Not Exist"
    for over in (True, False):
        bob = talking_agent()
        bye = bob.send(HangUp(CALL), 1.0)
        if over:
            bob.receive(reply(bye[-1] if not told(bye[-1:]) else bye[0], "200 OK"), THERE, 1.1)
        assert answers(invited(bob, NAMED))[1] == "603 Decline"


def test_replaces_is_for_invite() -> None:
    assert answers(agent().receive(request("OPTIONS", NAMED), THERE, 0.0)) == ["400 Replaces is for INVITE"]


def test_a_target_may_say_whom_it_replaces_and_nothing_else() -> None:
    target = "sip:carol@192.0.2.3?Replaces=c9%3Bto-tag%3Dx%3Bfrom-tag%3Dy&Subject=buy&From=%3Csip%3Ayou%3E"
    (sent,) = agent().send(Invite("out", target, "sip:bob@192.0.2.2", THERE, "sdp"), 0.0)
    assert answers([sent]) == ["INVITE sip:carol@192.0.2.3 SIP/2.0"]
    assert header(sent, "replaces") == "c9;to-tag=x;from-tag=y"
    assert header(sent, "require") == "replaces"
    assert header(sent, "subject") == ""
    assert header(sent, "to") == "<sip:carol@192.0.2.3>"


def test_a_target_with_a_replaces_that_is_none_cannot_be_called() -> None:
    for bad in ("Replaces=x", "Replaces=a%3Bto-tag%3Dx%3Bfrom-tag%3Dy&Replaces=a%3Bto-tag%3Dx%3Bfrom-tag%3Dy"):
        with pytest.raises(Invalid):
            agent().send(Invite("out", f"sip:carol@192.0.2.3?{bad}", "sip:bob@192.0.2.2", THERE, "sdp"), 0.0)

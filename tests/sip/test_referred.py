"""Transfer by REFER as it is asked of us: what is taken, what is refused, what they hear of it and until when."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.sip.agent import UserAgent
from switchroom.sip.calls.referred import Wish, read_refer
from switchroom.sip.calls.replaces import Replaces, parse_replaces
from switchroom.sip.calls.subscription import SPANS, START, STEPS, State
from switchroom.sip.commands import AcceptRefer, HangUp, ReferNews, RefuseRefer
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import Request, parse
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.outputs import CallEnded, Output, ReferSettled, TransferRequested
from tests.sip.document import table
from tests.sip.inside import CALL, fragments, inside, reply, talking_agent, told
from tests.sip.texts import THERE, agent, answers, header, request

_PARSED = parse(request("REFER"))
assert isinstance(_PARSED, Request)
REFER: Request = _PARSED
CAROL = "Refer-To: <sip:carol@192.0.2.3>"
TRYING = "active;expires=180 SIP/2.0 100 Trying"


def refer(bob: UserAgent, *lines: str, number: int = 2, now: float = 1.0) -> list[Output]:
    return bob.receive(inside("REFER", number, *(lines or (CAROL,))), THERE, now)


def asked(outputs: list[Output]) -> TransferRequested:
    (request,) = told(outputs)
    assert isinstance(request, TransferRequested)
    return request


def accepted(bob: UserAgent, *lines: str) -> tuple[str, list[Output]]:
    """Let Alice ask and Bob accept; return the name of her wish and what he sends."""
    name = asked(refer(bob, *lines)).refer
    return name, bob.send(AcceptRefer(name), 1.1)


def test_the_table_of_the_document_is_the_table_of_the_code() -> None:
    steps = {(state.value, event.value, step.state.value, step.actions) for (state, event), step in STEPS.items()} | {
        ("–", "start", START.state.value, START.actions)
    }
    assert steps == {
        (state, event, after, tuple(item.strip() for item in actions.split(",") if item.strip()))
        for state, event, after, actions in table("REFER")
    }


def test_every_state_of_a_refer_ends_by_itself() -> None:
    left_alone = {state for state in State if state is not State.OVER} - SPANS.keys()
    assert left_alone == {State.CLOSING}, "its NOTIFY is answered or times out"


def test_a_wish_is_passed_up_with_who_asked_and_whom_to_replace() -> None:
    target = (
        "Refer-To: <sip:carol@192.0.2.3;transport=tcp;method=INVITE?Replaces=c9%3Bto-tag%3Dx%3Bfrom-tag%3Dy&Route=evil>"
    )
    wish = asked(refer(talking_agent(), target, "Referred-By: <sip:alice@192.0.2.1>"))
    assert wish.call == CALL
    assert wish.target == "sip:carol@192.0.2.3;transport=tcp"
    assert wish.replaces == "c9;to-tag=x;from-tag=y"
    assert wish.referred_by == "<sip:alice@192.0.2.1>"


def test_who_is_accepted_hears_at_once_then_all_news_then_the_end() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    assert answers(sent)[0] == "202 Accepted"
    assert header(sent[0], "contact") == "<sip:bob@192.0.2.2:5060>"
    assert fragments(sent) == [TRYING]
    assert header(sent[1], "event") == "refer"
    assert header(sent[1], "content-type") == "message/sipfrag;version=2.0"
    bob.receive(reply(sent[1], "200 OK"), THERE, 1.2)
    ringing = bob.send(ReferNews(name, 180), 2.0)
    assert fragments(ringing) == ["active;expires=180 SIP/2.0 180 Ringing"]
    assert bob.send(ReferNews(name, 180), 2.1) == [], "the same news are told once"
    bob.receive(reply(ringing[0], "200 OK"), THERE, 2.2)
    last = bob.send(ReferNews(name, 200), 3.0)
    assert fragments(last) == ["terminated;reason=noresource SIP/2.0 200 OK"]
    assert told(bob.receive(reply(last[0], "200 OK"), THERE, 3.1)) == [ReferSettled(CALL, name)]
    bob.expire(60.0)
    assert bob.deadline is None


def test_a_refusal_says_why_and_changes_nothing() -> None:
    bob = talking_agent()
    wish = asked(refer(bob))
    assert answers(bob.send(RefuseRefer(wish.refer, 403, "Not there"), 1.1)) == ["403 Not there"]
    assert bob.send(ReferNews(wish.refer, 200), 1.2) == []
    assert answers(bob.send(HangUp(CALL), 2.0)) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]


def test_a_wish_that_nobody_decides_on_is_declined() -> None:
    bob = talking_agent()
    refer(bob)
    assert answers(bob.expire(21.0)) == ["603 Decline"]


def test_who_wants_no_news_gets_none() -> None:
    bob = talking_agent()
    name, sent = accepted(bob, CAROL, "Refer-Sub: false", "Require: norefersub")
    assert answers(sent) == ["202 Accepted"]
    assert header(sent[0], "refer-sub") == "false"
    assert bob.send(ReferNews(name, 180), 2.0) == []
    assert bob.send(ReferNews(name, 200), 3.0) == [ReferSettled(CALL, name)]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (("Subject: nothing",), "400 One Refer-To is needed"),
        ((CAROL, CAROL), "400 One Refer-To is needed"),
        (("Refer-To: <sip:a@192.0.2.3>, <sip:b@192.0.2.3>",), "400 Bad Refer-To: Bad parameter"),
        (("Refer-To: <>",), "400 Bad Refer-To: Bad URI"),
        (("Refer-To: <tel:+15550100>",), "416 Unsupported URI Scheme"),
        (("Refer-To: <sip:a@192.0.2.3;method=SUBSCRIBE>",), "400 Refer-To asks for something else than a call"),
        (("Refer-To: <sip:a@192.0.2.3?Replaces=rubbish>",), "400 Bad Refer-To: Bad Replaces"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_anybody_hears_of_it(lines: tuple[str, ...], answer: str) -> None:
    outputs = refer(talking_agent(), *lines)
    assert answers(outputs) == [answer]
    assert told(outputs) == []


def test_nobody_is_transferred_outside_a_call_nor_before_the_answer() -> None:
    assert answers(agent().receive(request("REFER", CAROL), THERE, 0.0)) == ["403 Forbidden"]
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    assert answers(refer(bob)) == ["491 Request Pending"]


def test_two_wishes_in_one_call_are_told_apart() -> None:
    bob = talking_agent()
    first, said = accepted(bob)
    bob.receive(reply(said[1], "200 OK"), THERE, 1.1)
    second = asked(refer(bob, CAROL, number=3)).refer
    sent = bob.send(AcceptRefer(second), 1.2)
    assert header(sent[1], "event") == "refer;id=3"
    assert header(bob.send(ReferNews(first, 486), 2.0)[0], "event") == "refer"


def test_news_wait_for_the_answer_to_those_before_and_the_newest_are_told() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    assert bob.send(ReferNews(name, 180), 1.2) == []
    assert bob.send(ReferNews(name, 183), 1.3) == []
    assert bob.receive(reply(sent[1], "100 Trying"), THERE, 1.4) == [], "that is no answer yet"
    progress = bob.receive(reply(sent[1], "200 OK"), THERE, 1.5)
    assert fragments(progress) == ["active;expires=180 SIP/2.0 183 Session Progress"]
    assert bob.receive(reply(progress[0], "200 OK"), THERE, 1.6) == []
    assert fragments(bob.send(ReferNews(name, 180), 1.7)) == ["active;expires=180 SIP/2.0 180 Ringing"]


def test_the_last_news_replace_those_that_wait_and_end_it_once_they_are_answered() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    assert bob.send(ReferNews(name, 180), 1.2) == []
    assert bob.send(ReferNews(name, 200), 1.3) == []
    assert told(bob.receive(inside("BYE", 3), THERE, 1.4)) == [CallEnded(CALL, "them")]
    last = bob.receive(reply(sent[1], "200 OK"), THERE, 1.5)
    assert fragments(last) == ["terminated;reason=noresource SIP/2.0 200 OK"]
    assert told(bob.receive(reply(last[0], "200 OK"), THERE, 1.6)) == [ReferSettled(CALL, name)]
    bob.expire(70.0)
    assert bob.deadline is None


def test_last_news_that_wait_are_dropped_when_those_before_are_refused() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    bob.send(ReferNews(name, 200), 1.2)
    assert bob.receive(reply(sent[1], "481 No"), THERE, 1.3) == [ReferSettled(CALL, name)]
    assert bob.send(ReferNews(name, 200), 1.4) == []


def test_last_news_that_wait_for_an_answer_that_never_comes_leave_nothing() -> None:
    bob = talking_agent()
    name, _ = accepted(bob)
    bob.send(ReferNews(name, 200), 1.2)
    bob.receive(inside("BYE", 3), THERE, 1.3)
    assert told(bob.expire(1.1 + 32.0)) == [ReferSettled(CALL, name)]
    bob.expire(70.0)
    assert bob.deadline is None


@pytest.mark.parametrize("refusal", ["481 No", "489 No", "603 No"])
def test_who_refuses_the_news_is_told_nothing_more(refusal: str) -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    assert bob.receive(reply(sent[1], refusal), THERE, 1.2) == []
    assert bob.send(ReferNews(name, 180), 2.0) == []
    assert bob.send(ReferNews(name, 200), 3.0) == [ReferSettled(CALL, name)]
    assert answers(bob.send(HangUp(CALL), 4.0)) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"], "the call goes on"


def test_who_is_silent_to_the_last_news_is_waited_for_no_longer_than_a_request() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    bob.receive(reply(sent[1], "200 OK"), THERE, 1.2)
    bob.send(ReferNews(name, 200), 2.0)
    heard = [output for at in range(3, 40) for output in told(bob.expire(float(at)))]
    assert heard == [ReferSettled(CALL, name)]
    assert bob.deadline is None


def test_a_target_that_rings_for_ever_lets_the_subscription_end_and_leaves_nothing() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    bob.receive(reply(sent[1], "200 OK"), THERE, 1.2)
    (late,) = bob.expire(1.1 + SPANS[State.ACTIVE])
    assert fragments([late]) == ["terminated;reason=timeout SIP/2.0 100 Trying"]
    bob.receive(reply(late, "200 OK"), THERE, 182.0)
    assert told(bob.expire(400.0)) == [ReferSettled(CALL, name)]
    assert bob.deadline is None


def test_a_bye_before_the_last_news_lets_them_be_told_all_the_same() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    bob.receive(reply(sent[1], "200 OK"), THERE, 1.2)
    assert told(bob.receive(inside("BYE", 3), THERE, 1.5)) == [CallEnded(CALL, "them")]
    last = bob.send(ReferNews(name, 200), 2.0)
    assert fragments(last) == ["terminated;reason=noresource SIP/2.0 200 OK"]
    assert told(bob.receive(reply(last[0], "481 Gone"), THERE, 2.1)) == [ReferSettled(CALL, name)]
    bob.expire(70.0)
    assert bob.deadline is None


def test_our_bye_before_the_last_news_lets_them_be_told_all_the_same() -> None:
    bob = talking_agent()
    name, sent = accepted(bob)
    bob.receive(reply(sent[1], "200 OK"), THERE, 1.2)
    (bye, _) = sorted(bob.send(HangUp(CALL), 1.5), key=lambda output: not answers([output]))
    last = bob.send(ReferNews(name, 200), 1.6)
    assert fragments(last) == ["terminated;reason=noresource SIP/2.0 200 OK"]
    bob.receive(reply(bye, "200 OK"), THERE, 1.7)
    assert told(bob.receive(reply(last[0], "200 OK"), THERE, 1.7)) == [ReferSettled(CALL, name)]
    bob.expire(70.0)
    assert bob.deadline is None


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds("<sip:a@192.0.2.3{}>".format, st.text(max_size=60)),
        st.builds("<sip:a@192.0.2.3?{}>".format, st.text("Replacs=%3Btofrmg-&;,", max_size=60)),
    )
)
def test_whatever_refer_to_says_is_a_wish_or_a_refusal(text: str) -> None:
    refer_to = " ".join(text.split())
    wish = read_refer(replace(REFER, headers=Headers((("refer-to", refer_to),))))
    assert isinstance(wish, Wish) or wish.status in (400, 416)
    if isinstance(wish, Wish):
        assert parse_uri(str(wish.target)).headers == ""
        assert wish.replaces == "" or isinstance(parse_replaces(wish.replaces), Replaces)

"""Transfer by REFER: what we ask for, and every way in which we learn what became of it."""

import re

import pytest

from switchroom.errors import Invalid
from switchroom.sip.agent import UserAgent
from switchroom.sip.calls.refer import PATIENCE, outcome_of
from switchroom.sip.commands import Answer, Credentials, HangUp, Refer
from switchroom.sip.outputs import CallEnded, CallOffered, Output, ReferEnded, ReferProgress, Transmit
from tests.sip.document import table
from tests.sip.inside import inside, reply, talking_agent
from tests.sip.texts import THERE, agent, answers, header, request

TARGET = "sip:carol@192.0.2.3"


def notify(number: int, fragment: str, state: str = "active") -> bytes:
    lines = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag;version=2.0")
    return inside("NOTIFY", number, *lines, body=fragment)


def referred(bob: UserAgent) -> Output:
    (sent,) = bob.send(Refer("t1", TARGET), 1.0)
    return sent


def test_a_transfer_is_asked_for_in_our_name_and_its_progress_told() -> None:
    bob = talking_agent()
    sent = referred(bob)
    assert answers([sent]) == ["REFER sip:alice@192.0.2.1:5060 SIP/2.0"]
    assert header(sent, "refer-to") == f"<{TARGET}>"
    assert header(sent, "referred-by") == "<sip:bob@192.0.2.2>"
    assert header(sent, "contact") == "<sip:bob@192.0.2.2:5060>"
    assert bob.receive(reply(sent, "202 Accepted"), THERE, 1.1) == []
    told = bob.receive(notify(2, "SIP/2.0 180 Ringing"), THERE, 2.0)
    assert told[-1] == ReferProgress("t1", 180)
    told = bob.receive(notify(3, "SIP/2.0 200 OK", "terminated;reason=noresource"), THERE, 3.0)
    assert answers(told) == ["200 OK"]
    assert told[-1] == ReferEnded("t1", "done", 200)
    bob.expire(60.0)
    assert bob.deadline is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (486, "busy"),
        (480, "no_answer"),
        (603, "declined"),
        (404, "unreachable"),
        (501, "not_supported"),
        (500, "failed"),
    ],
)
def test_a_transfer_that_fails_says_why_and_the_call_goes_on(status: int, outcome: str) -> None:
    bob = talking_agent()
    bob.receive(reply(referred(bob), "202 Accepted"), THERE, 1.1)
    told = bob.receive(notify(2, f"SIP/2.0 {status} No", "terminated"), THERE, 2.0)
    assert [(end.outcome, end.status) for end in told if isinstance(end, ReferEnded)] == [(outcome, status)]
    assert answers(bob.send(HangUp("t1"), 3.0)) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]


@pytest.mark.parametrize(
    ("status", "outcome"), [("405 No", "not_supported"), ("603 No", "declined"), ("500 No", "failed")]
)
def test_a_refused_transfer_says_why_and_may_be_tried_again(status: str, outcome: str) -> None:
    bob = talking_agent()
    (told,) = bob.receive(reply(referred(bob), status), THERE, 1.1)
    assert told == ReferEnded("t1", outcome, int(status[:3]))  # type: ignore[arg-type]
    assert answers(bob.send(Refer("t1", TARGET), 2.0)) == ["REFER sip:alice@192.0.2.1:5060 SIP/2.0"]


def test_a_bye_instead_of_the_last_news_means_done_once_they_had_accepted() -> None:
    for accepted, outcome, status in ((True, "done", 200), (False, "failed", 500)):
        bob = talking_agent()
        sent = referred(bob)
        if accepted:
            bob.receive(reply(sent, "202 Accepted"), THERE, 1.1)
        told = bob.receive(inside("BYE", 2), THERE, 2.0)
        assert [output for output in told if not isinstance(output, Transmit)] == [
            ReferEnded("t1", outcome, status),  # type: ignore[arg-type]
            CallEnded("t1", "them"),
        ]


def test_news_that_overtake_the_acceptance_count() -> None:
    bob = talking_agent()
    sent = referred(bob)
    assert bob.receive(notify(2, "SIP/2.0 100 Trying"), THERE, 1.05)[-1] == ReferProgress("t1", 100)
    assert bob.receive(notify(3, "SIP/2.0 200 OK", "terminated"), THERE, 1.06)[-1] == ReferEnded("t1", "done", 200)
    assert bob.receive(reply(sent, "202 Accepted"), THERE, 1.1) == []


def test_a_subscription_that_ends_without_news_has_failed() -> None:
    bob = talking_agent()
    referred(bob)
    assert bob.receive(notify(2, "", "terminated"), THERE, 1.1)[-1] == ReferEnded("t1", "failed", 500)


def test_news_that_never_come_are_waited_for_with_patience() -> None:
    bob = talking_agent()
    bob.receive(reply(referred(bob), "202 Accepted"), THERE, 1.1)
    bob.expire(PATIENCE)
    assert bob.expire(1.0 + PATIENCE) == [ReferEnded("t1", "no_answer", 408)]


def test_news_that_nobody_asked_for_are_refused() -> None:
    bob = talking_agent()
    assert answers(bob.receive(notify(2, "SIP/2.0 200 OK"), THERE, 1.0)) == ["481 Call/Transaction Does Not Exist"]
    assert answers(bob.receive(inside("NOTIFY", 3, "Event: presence"), THERE, 1.0)) == ["489 Bad Event"]


def test_an_attended_transfer_names_the_call_to_be_replaced() -> None:
    bob = talking_agent()
    bob.receive(request("INVITE", call_id="c2", via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKz"), THERE, 1.0)
    with pytest.raises(Invalid):
        bob.send(Refer("t1", replaces="t3"), 1.0)
    bob.send(Answer("t3", "sdp"), 1.0)
    bob.receive(request("ACK", call_id="c2", to="<sip:bob@192.0.2.2>;tag=t4"), THERE, 1.1)
    (sent,) = bob.send(Refer("t1", replaces="t3"), 1.2)
    assert header(sent, "refer-to") == "<sip:alice@192.0.2.1:5060?Replaces=c2%3Bto-tag%3Da%3Bfrom-tag%3Dt4>"


def test_what_cannot_be_a_target_is_invalid() -> None:
    bob = talking_agent()
    for command in (Refer("t1", "tel:123"), Refer("t1", replaces="nobody")):
        with pytest.raises(Invalid):
            bob.send(command, 1.0)


def test_a_call_that_is_not_answered_cannot_be_handed_over_and_says_so() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    assert bob.send(Refer("t1", TARGET), 1.0) == [ReferEnded("t1", "failed", 481)]


def test_who_asks_for_our_password_is_given_proof_and_then_told_to_go_on() -> None:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Answer("t1", "sdp", credentials=Credentials("bob", "secret")), 0.0)
    bob.receive(inside("ACK", 1), THERE, 0.1)
    (sent,) = bob.send(Refer("t1", TARGET), 1.0)
    asked = b'Proxy-Authenticate: Digest realm="pbx", nonce="n"\r\nContent-Length'
    challenge = reply(sent, "407 No").replace(b"Content-Length", asked)
    (again,) = bob.receive(challenge, THERE, 1.1)
    assert header(again, "proxy-authorization").startswith('Digest username="bob", realm="pbx"')
    assert header(again, "refer-to") == f"<{TARGET}>"
    assert int(header(again, "cseq").split()[0]) == int(header(sent, "cseq").split()[0]) + 1


def test_every_status_has_the_outcome_that_the_document_says() -> None:
    (row,) = [outcome for heard, outcome in table("Transfers that we ask for") if heard.startswith("a final status")]
    said = re.findall(r"([\d, ]+) (busy|no_answer|declined|unreachable|not_supported)", row)
    documented = {int(status): outcome for statuses, outcome in said for status in re.findall(r"\d{3}", statuses)}
    refused = [status for status in range(300, 700) if outcome_of(status) != "failed"]
    assert documented == {status: outcome_of(status) for status in refused}
    assert {outcome_of(status) for status in (200, 202)} == {"done"}


def just_answered() -> UserAgent:
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Answer("t1", "sdp"), 0.0)
    return bob


def test_a_transfer_that_is_wished_before_the_ack_waits_for_it() -> None:
    bob = just_answered()
    assert bob.send(Refer("t1", TARGET), 0.1) == []
    outputs = bob.receive(inside("ACK", 1), THERE, 0.2)
    assert answers(outputs) == ["REFER sip:alice@192.0.2.1:5060 SIP/2.0"]
    assert not any(isinstance(output, ReferEnded) for output in outputs)
    assert answers(bob.receive(inside("ACK", 1), THERE, 0.3)) == [], "it is asked for once"


def test_a_transfer_that_waits_is_over_with_its_call() -> None:
    bob = just_answered()
    bob.send(Refer("t1", TARGET), 0.1)
    bob.send(HangUp("t1"), 0.2)
    assert answers(bob.receive(inside("ACK", 1), THERE, 0.3)) == ["BYE sip:alice@192.0.2.1:5060 SIP/2.0"]


def test_who_was_to_be_replaced_may_be_gone_when_the_ack_comes() -> None:
    bob = talking_agent()
    more = {"call_id": "c2", "via": "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKsecond"}
    offer = next(o for o in bob.receive(request("INVITE", **more), THERE, 1.0) if isinstance(o, CallOffered))
    (okay,) = bob.send(Answer(offer.call, "sdp"), 1.0)
    bob.send(Refer(offer.call, replaces="t1"), 1.1)
    bob.send(HangUp("t1"), 1.2)
    outputs = bob.receive(request("ACK", **{**more, "to": header(okay, "To")}), THERE, 1.3)
    assert outputs[-1] == ReferEnded(offer.call, "failed", 481)

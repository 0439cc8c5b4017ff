"""A call of ours that a proxy sends to several places: one call comes of it, with the sound of who answers."""

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import HangUp, Invite
from switchroom.sip.outputs import CallAnswered, CallEnded, CallFailed, CallRinging, Output
from tests.sip.texts import THERE, agent, answers, response


def calling() -> tuple[UserAgent, Output]:
    alice = agent()
    (sent,) = alice.send(Invite("out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "offer"), 0.0)
    return alice, sent


def told(outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, CallRinging | CallAnswered | CallEnded | CallFailed)]


def test_two_answers_of_a_fork_make_one_call() -> None:
    alice, sent = calling()
    first = alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.1)
    assert first[0] == CallAnswered("out", None)
    assert answers(first) == ["ACK sip:one@192.0.2.1 SIP/2.0"]
    assert answers(alice.receive(response(sent, "200 OK", tag="two"), THERE, 0.2)) == [
        "ACK sip:two@192.0.2.1 SIP/2.0",
        "BYE sip:two@192.0.2.1 SIP/2.0",
    ]
    assert answers(alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.3)) == ["ACK sip:one@192.0.2.1 SIP/2.0"]
    assert answers(alice.send(HangUp("out"), 1.0)) == ["BYE sip:one@192.0.2.1 SIP/2.0"]


def test_the_sound_of_every_branch_is_told_the_latest_last() -> None:
    alice, sent = calling()
    for tag in ("one", "two"):
        heard = alice.receive(response(sent, "183 Progress", tag=tag, body=f"sound of {tag}"), THERE, 0.1)
        assert heard == [CallRinging("out", 183, "Progress", f"sound of {tag}")]


def test_an_answer_that_repeats_nothing_is_described_by_its_own_branch() -> None:
    alice, sent = calling()
    for tag in ("one", "two"):
        alice.receive(response(sent, "183 Progress", tag=tag, body=f"sound of {tag}"), THERE, 0.1)
    assert told(alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.2)) == [CallAnswered("out", "sound of one")]


def test_a_branch_that_was_silent_brings_its_own_description() -> None:
    alice, sent = calling()
    alice.receive(response(sent, "183 Progress", tag="one", body="sound of one"), THERE, 0.1)
    assert told(alice.receive(response(sent, "200 OK", tag="two", body="two"), THERE, 0.2)) == [
        CallAnswered("out", "two")
    ]


def test_all_answers_that_come_after_we_gave_up_are_hung_up() -> None:
    alice, sent = calling()
    alice.receive(response(sent, "180 Ringing", tag="one"), THERE, 0.1)
    given_up = alice.send(HangUp("out"), 0.2)
    assert answers(given_up) == ["CANCEL sip:bob@192.0.2.1 SIP/2.0"]
    assert [failed.status for failed in told(given_up) if isinstance(failed, CallFailed)] == [487]
    for tag in ("one", "two"):
        late = alice.receive(response(sent, "200 OK", tag=tag), THERE, 0.3)
        assert answers(late) == [f"ACK sip:{tag}@192.0.2.1 SIP/2.0", f"BYE sip:{tag}@192.0.2.1 SIP/2.0"]
        assert told(late) == []

"""A call of ours that a proxy sends to several places: one call comes of it, with the sound of who answers."""

from switchroom.sip.agent import UserAgent
from switchroom.sip.calls.reliable import MAX_BRANCHES
from switchroom.sip.commands import Credentials, HangUp, Invite
from switchroom.sip.outputs import CallAnswered, CallEnded, CallFailed, CallRinging, Output
from tests.sip.texts import THERE, agent, answers, header, request, response


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


def test_nothing_is_kept_of_a_call_that_we_gave_up_and_nobody_answered() -> None:
    alice, sent = calling()
    for tag in ("one", "two"):
        alice.receive(response(sent, "180 Ringing", tag=tag), THERE, 0.1)
    assert answers(alice.send(HangUp("out"), 0.2)) == ["CANCEL sip:bob@192.0.2.1 SIP/2.0"]
    assert answers(alice.receive(inside(sent, "UPDATE", "one"), THERE, 0.3)) == ["200 OK"]
    alice.expire(33.0)
    for tag in ("one", "two"):
        late = alice.receive(inside(sent, "UPDATE", tag, number=2), THERE, 34.0)
        assert answers(late) == ["481 Call/Transaction Does Not Exist"]


def test_nothing_is_kept_of_the_branches_that_ring_on_when_another_answers_too_late() -> None:
    alice, sent = calling()
    for tag in ("one", "two"):
        alice.receive(response(sent, "180 Ringing", tag=tag), THERE, 0.1)
    alice.send(HangUp("out"), 0.2)
    alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.3)
    assert answers(alice.receive(inside(sent, "UPDATE", "two"), THERE, 0.4)) == ["481 Call/Transaction Does Not Exist"]
    also = alice.receive(response(sent, "200 OK", tag="two"), THERE, 0.5)
    assert answers(also) == ["ACK sip:two@192.0.2.1 SIP/2.0", "BYE sip:two@192.0.2.1 SIP/2.0"]


def inside(sent: Output, method: str, tag: str, *lines: str, number: int = 1, body: str = "") -> bytes:
    """A request of a branch within its dialog with us."""
    to, from_ = header(sent, "From"), f"{header(sent, 'To')};tag={tag}"
    more = {"to": to, "from_": from_, "call_id": header(sent, "Call-ID"), "cseq": f"{number} {method}", "body": body}
    more["uri"] = "sip:a@192.0.2.2"
    return request(method, *lines, via=f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{tag}{method}{number}", **more)


def test_a_branch_that_rings_may_update_us_but_not_offer_anything_yet() -> None:
    alice, sent = calling()
    alice.receive(response(sent, "180 Ringing", tag="one"), THERE, 0.1)
    (okay,) = alice.receive(inside(sent, "UPDATE", "one"), THERE, 0.2)
    assert answers([okay]) == ["200 OK"]
    assert header(okay, "Contact") == "<sip:a@192.0.2.2:5060>"
    offer = inside(sent, "UPDATE", "one", "Content-Type: application/sdp", number=2, body="offer")
    assert answers(alice.receive(offer, THERE, 0.3)) == ["491 Request Pending"]
    assert answers(alice.receive(inside(sent, "UPDATE", "two"), THERE, 0.4)) == ["481 Call/Transaction Does Not Exist"]


def test_what_a_branch_says_that_did_not_get_the_call_does_not_concern_the_call() -> None:
    alice, sent = calling()
    for tag in ("one", "two"):
        alice.receive(response(sent, "180 Ringing", tag=tag), THERE, 0.1)
    alice.receive(response(sent, "200 OK", tag="one", body="answer"), THERE, 0.2)
    assert answers(alice.receive(inside(sent, "BYE", "two"), THERE, 0.3)) == ["481 Call/Transaction Does Not Exist"]
    ended = alice.receive(inside(sent, "BYE", "one"), THERE, 0.4)
    assert [output.by for output in told(ended) if isinstance(output, CallEnded)] == ["them"]


def test_a_branch_whose_ringing_was_acknowledged_is_hung_up_in_order() -> None:
    alice, sent = calling()
    prack = alice.receive(response(sent, "183 Progress", "Require: 100rel", "RSeq: 7", tag="two"), THERE, 0.1)
    assert header(prack[0], "CSeq") == "2 PRACK"
    alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.2)
    ack, bye = alice.receive(response(sent, "200 OK", tag="two"), THERE, 0.3)
    assert [header(ack, "CSeq"), header(bye, "CSeq")] == ["1 ACK", "3 BYE"]


def test_a_far_side_that_makes_up_branches_is_not_heard_for_ever() -> None:
    alice, sent = calling()
    for number in range(100):
        reliable = ("Require: 100rel", "RSeq: 1") if number % 2 else ()
        alice.receive(response(sent, "183 Progress", *reliable, tag=f"b{number}", body="sound"), THERE, 0.1)
    assert answers(alice.receive(inside(sent, "UPDATE", f"b{MAX_BRANCHES - 1}"), THERE, 0.2)) == ["200 OK"]
    gone = ["481 Call/Transaction Does Not Exist"]
    assert answers(alice.receive(inside(sent, "UPDATE", f"b{MAX_BRANCHES}"), THERE, 0.2)) == gone


def test_a_challenge_to_a_call_that_we_gave_up_is_not_answered() -> None:
    alice = agent()
    command = Invite("out", "sip:bob@192.0.2.1", "sip:a@192.0.2.2", THERE, "o", credentials=Credentials("al", "pw"))
    (sent,) = alice.send(command, 0.0)
    alice.send(HangUp("out"), 0.1)
    refusal = response(sent, "401 Who", 'WWW-Authenticate: Digest realm="r", nonce="n"')
    assert answers(alice.receive(refusal, THERE, 0.2)) == ["ACK sip:bob@192.0.2.1 SIP/2.0"]


def test_a_sound_without_a_branch_is_that_of_whoever_answers() -> None:
    alice, sent = calling()
    alice.receive(response(sent, "183 Progress", tag="", body="sound"), THERE, 0.1)
    assert told(alice.receive(response(sent, "200 OK", tag="one"), THERE, 0.2)) == [CallAnswered("out", "sound")]

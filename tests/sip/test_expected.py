"""What is heard of a source that is flooded: what belongs to calls that are up, and answers to what we asked."""

from switchroom.sip.commands import Answer, Options
from switchroom.sip.outputs import CallOffered, Transmit
from switchroom.sip.peer import Peer
from tests.sip.texts import THERE, agent, answers, header, request, response


def test_messages_of_a_call_are_expected_from_its_invite_to_its_end() -> None:
    bob = agent()
    bye = request("BYE", cseq="2 BYE")
    assert bob.expects(bye) == ""
    offered = next(
        output
        for output in bob.receive(request("INVITE", "Content-Type: application/sdp", body="v=0"), THERE, 0.0)
        if isinstance(output, CallOffered)
    )
    to = header(bob.send(Answer(offered.call, "sdp"), 0.0)[0], "To")
    bob.receive(request("ACK", to=to), THERE, 0.0)
    assert bob.expects(bye) == bob.expects(request("INVITE", to=to)) == "c1"
    assert bob.expects(bye.replace(b"Call-ID:", b"i :")) == "c1"
    assert bob.expects(request("BYE", call_id="guessed")) == ""
    assert bob.connections(0.0) == {THERE.connection}
    bob.receive(request("BYE", to=to, cseq="2 BYE", via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx2"), THERE, 1.0)
    bob.expire(100.0)
    assert bob.expects(bye) == ""
    assert bob.connections(100.0) == set()


def test_an_answer_to_our_request_is_expected_until_it_came() -> None:
    bob = agent()
    [sent] = [
        output for output in bob.send(Options("o", "sip:alice@192.0.2.1", THERE), 0.0) if isinstance(output, Transmit)
    ]
    answer = response(sent, "200 OK")
    assert bob.expects(answer)
    assert not bob.expects(answer.replace(b"branch=z9hG4bK", b"branch=z9hG4bKother"))
    bob.receive(answer, THERE, 0.0)
    bob.expire(100.0)
    assert not bob.expects(answer)


def test_nothing_is_expected_of_nonsense() -> None:
    bob = agent()
    for data in (
        b"",
        b"SIP/2.0",
        b"SIP/2.0 200 OK\r\nVia: ;branch=\r\n\r\n",
        b"\xff" * 9000,
        b"BYE\r\nCall-ID:\r\n\r\n",
    ):
        assert bob.expects(data) == ""


def test_a_connection_is_needed_while_a_telephone_is_registered_by_it() -> None:
    bob, phone = agent(registrar=True), Peer("tcp", "192.0.2.1", 4711, 7)
    via = "SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bKr1"
    assert answers(bob.receive(request("REGISTER", "Expires: 60", via=via), phone, 0.0)) == ["200 OK"]
    assert bob.connections(30.0) == {7}
    assert bob.connections(61.0) == set()

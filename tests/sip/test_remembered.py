"""What is kept of a call that is over, for the 32 s in which its messages may come again: little, for there may be thousands."""

import gc
import tracemalloc

from switchroom.sip.commands import Answer
from switchroom.sip.outputs import CallEnded, CallOffered
from tests.sip.texts import THERE, agent, answers, header, request

CALLS = 100
MOST = 10_000
"""Bytes per call: two transactions, the answers that they would repeat, and their alarms."""

LONG = ("Content-Type: application/sdp", *(f"X-Carrier-{i}: {'x' * 200}" for i in range(10)))


def test_an_answered_request_is_remembered_by_little_more_than_its_answer() -> None:
    bob, again = agent(), b""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(CALLS):
            call = {"call_id": f"call{number}", "via": f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{number}"}
            offer = next(
                output
                for output in bob.receive(request("INVITE", *LONG, body="v=0", **call), THERE, 1.0)
                if isinstance(output, CallOffered)
            )
            to = header(bob.send(Answer(offer.call, "sdp"), 1.0)[0], "To")
            bob.receive(request("ACK", to=to, **call), THERE, 1.0)
            bye = {**call, "via": f"{call['via']}b", "to": to, "cseq": "2 BYE"}
            again = request("BYE", *LONG, body="v=0", **bye)
            told = bob.receive(again, THERE, 1.0)
            assert answers(told) == ["200 OK"]
            assert any(isinstance(output, CallEnded) for output in told)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept / CALLS < MOST
    assert answers(bob.receive(again, THERE, 2.0)) == ["200 OK"], "and yet it is known again"

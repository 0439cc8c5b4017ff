"""An answered call of Alice's with one user agent, and what she says inside it, in literal bytes."""

from collections.abc import Sequence

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Answer
from switchroom.sip.outputs import Output, Transmit
from tests.sip.texts import THERE, agent, request

CALL = "t1"


def talking_agent() -> UserAgent:
    """Return Bob, who talks with Alice; his name of the call is ``CALL``."""
    bob = agent()
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Answer(CALL, "sdp"), 0.0)
    bob.receive(inside("ACK", 1), THERE, 0.1)
    return bob


def inside(method: str, number: int, *lines: str, body: str = "") -> bytes:
    """Return a request of Alice's within the call."""
    via = f"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKr{method}{number}"
    to = "<sip:bob@192.0.2.2>;tag=t2"
    return request(method, *lines, to=to, via=via, cseq=f"{number} {method}", body=body)


def reply(sent: Output, status: str) -> bytes:
    """Return the response to a request of Bob's."""
    assert isinstance(sent, Transmit)
    lines = sent.data.decode().split("\r\n")
    kept = [line for line in lines if line.startswith(("Via", "From", "To", "Call-ID", "CSeq"))]
    return "\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]).encode()


def told(outputs: Sequence[Output]) -> list[Output]:
    """Return what is said to the driver."""
    return [output for output in outputs if not isinstance(output, Transmit)]


def fragments(outputs: Sequence[Output]) -> list[str]:
    """Return the state of the subscription and the news of every NOTIFY that is sent."""
    texts = [output.data.decode() for output in outputs if isinstance(output, Transmit)]
    return [f"{_state(text)} {_body(text)}" for text in texts if text.startswith("NOTIFY")]


def _body(text: str) -> str:
    return text.partition("\r\n\r\n")[2].strip()


def _state(text: str) -> str:
    (line,) = [line for line in text.split("\r\n") if line.startswith("Subscription-State: ")]
    return line.partition(": ")[2]

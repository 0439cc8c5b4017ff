"""Messages as text, for tests that speak to one user agent in literal bytes."""

from collections.abc import Sequence

from switchroom.sip.agent import UserAgent
from switchroom.sip.config import AgentConfig
from switchroom.sip.outputs import Output, Transmit
from switchroom.sip.peer import Peer
from tests.sip.wire import counted

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, PRACK, REFER"
HERE, THERE = "192.0.2.2", Peer("udp", "192.0.2.1", 5060)


def agent(**settings: object) -> UserAgent:
    """Return a user agent at 192.0.2.2:5060 whose tokens are t1, t2 ..."""
    config = AgentConfig(local=lambda _peer: (HERE, 5060), secret=b"secret", **settings)  # type: ignore[arg-type]
    return UserAgent(config, counted("t"))


def wire(text: str) -> bytes:
    """Return a message with the line ends of the wire; indentation is for the reader."""
    return "\r\n".join(line.strip() for line in text.strip("\n").split("\n")).encode()


def request(method: str, *lines: str, **changed: str) -> bytes:
    """Return a request of alice to bob; a keyword replaces a header (``from_``, ``call_id``) or ``uri``; "" removes it."""
    headers = {
        "via": "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1",
        "max_forwards": "70",
        "from_": '"Alice" <sip:alice@192.0.2.1>;tag=a',
        "to": "<sip:bob@192.0.2.2>",
        "call_id": "c1",
        "cseq": f"1 {method}",
        "contact": "<sip:alice@192.0.2.1:5060>",
    }
    body = changed.pop("body", "")
    uri = changed.pop("uri", "sip:bob@192.0.2.2")
    headers |= changed
    head = [f"{name.strip('_').replace('_', '-')}: {value}" for name, value in headers.items() if value]
    return "\r\n".join([f"{method} {uri} SIP/2.0", *head, *lines, f"Content-Length: {len(body)}", "", body]).encode()


def answers(outputs: Sequence[Output]) -> list[str]:
    """Return the start lines of what is sent."""
    return [
        output.data.decode().split("\r\n")[0].removeprefix("SIP/2.0 ")
        for output in outputs
        if isinstance(output, Transmit)
    ]


def header(output: Output, name: str) -> str:
    """Return a header of a message that is sent, "" if it has none."""
    assert isinstance(output, Transmit)
    found = [line for line in output.data.decode().split("\r\n") if line.lower().startswith(name.lower() + ":")]
    return found[0].partition(":")[2].strip() if found else ""


def response(sent: Output, status: str, *lines: str, tag: str = "b", body: str = "") -> bytes:
    """Return a response to a request of ours; its Contact is the sender of To with ``tag`` as user."""
    kept = [f"{name}: {header(sent, name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
    to = header(sent, "To")
    kept.append(f"To: {to}" if "tag=" in to or not tag else f"To: {to};tag={tag}")
    if int(status[:3]) < 300 and tag:
        kept.append(f"Contact: <sip:{tag}@192.0.2.1>")
    if body:
        kept.append("Content-Type: application/sdp")
    return "\r\n".join([f"SIP/2.0 {status}", *kept, *lines, f"Content-Length: {len(body)}", "", body]).encode()

"""What is refused before anybody hears of it: the table of docs/sip.md, row by row and in its order."""

import re
from collections.abc import Callable

import pytest

from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import answer, ha1, read_challenge
from switchroom.sip.commands import Answer
from switchroom.sip.outputs import CallOffered, Output
from tests.sip.document import table
from tests.sip.texts import HERE, THERE, agent, answers, header, request

SDP, MIXED = "Content-Type: application/sdp", "Content-Type: multipart/mixed;boundary=x"
MUST = "--x\r\nContent-Type: a/b\r\nContent-Disposition: x;handling=required\r\n\r\ny\r\n--x--"

Example = Callable[[], list[Output]]


def asked(*data: bytes, bob: UserAgent | None = None, **settings: object) -> list[Output]:
    """Return what a user agent does at the last of these messages."""
    bob = bob or agent(**settings)
    outputs: list[Output] = []
    for piece in data:
        outputs = bob.receive(piece, THERE, 1.0)
    return outputs


def after_a_call(method: str, cseq: int) -> list[Output]:
    bob = agent()
    bob.receive(request("INVITE", SDP, cseq="5 INVITE", body="offer"), THERE, 1.0)
    (okay,) = bob.send(Answer("t1", "answer"), 1.0)
    late = request(
        method, cseq=f"{cseq} {method}", to=header(okay, "To"), via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKlate"
    )
    return asked(late, bob=bob)


def proved(person: str | None) -> list[Output]:
    bob = agent(
        registrar=True,
        ha1=lambda user, realm, algorithm: ha1(user, realm, "pw", algorithm),
        challenged=lambda _request, _peer: True,
        person=lambda _user, _realm: person,
    )
    (refusal,) = asked(request("REGISTER"), bob=bob)
    challenge = read_challenge(header(refusal, "WWW-Authenticate"))
    assert challenge is not None
    proof = answer(challenge, "alice", "pw", ("REGISTER", f"sip:bob@{HERE}"), "c")
    return asked(request("REGISTER", f"Authorization: {proof}", cseq="2 REGISTER", via=SECOND), bob=bob)


SECOND = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx2"
UNKNOWN = {"to": f"<sip:bob@{HERE}>;tag=none"}

EXAMPLES: dict[str, list[Example]] = {
    "breaks the grammar, lacks a mandatory header, names another method in CSeq": [
        lambda: asked(request("INVITE", "no colon here")),
        lambda: asked(request("INVITE", call_id="")),
        lambda: asked(request("INVITE", cseq="1 BYE")),
        lambda: asked(request("DANCE", cseq="1 BYE")),
    ],
    "another SIP version": [lambda: asked(request("INVITE").replace(b"SIP/2.0\r\nvia", b"SIP/3.0\r\nvia"))],
    "beyond `max_transactions` (not BYE, CANCEL)": [lambda: asked(request("OPTIONS"), max_transactions=0)],
    "came already by another way": [lambda: asked(request("INVITE"), request("INVITE", via=SECOND))],
    "a method that we do not serve": [lambda: asked(request("PUBLISH")), lambda: asked(request("DANCE"))],
    "a Request-URI that is not SIP": [lambda: asked(request("INVITE", uri="tel:+123"))],
    "Max-Forwards 0, outside a dialog, not OPTIONS": [lambda: asked(request("INVITE", max_forwards="0"))],
    "requires an extension that we lack": [lambda: asked(request("INVITE", "Require: foo"))],
    "a session timer below `min_se`, from who supports timers": [
        lambda: asked(request("INVITE", "Session-Expires: 10", "Supported: timer"))
    ],
    "an INVITE or UPDATE that accepts no SDP": [lambda: asked(request("INVITE", "Accept: text/plain"))],
    "an INVITE or UPDATE whose body is no SDP, or holds a part that must be understood and is no SDP": [
        lambda: asked(request("INVITE", "Content-Type: text/plain", body="hello")),
        lambda: asked(request("INVITE", MIXED, body=MUST)),
        lambda: asked(request("UPDATE", "Content-Type: text/plain", body="hello", **UNKNOWN)),
    ],
    "a multipart body without parts": [lambda: asked(request("INVITE", MIXED, body="nothing"))],
    "in a dialog that we do not know": [
        lambda method=method: asked(request(method, **UNKNOWN))  # type: ignore[misc]
        for method in ("INVITE", "BYE", "INFO", "UPDATE", "NOTIFY", "PRACK", "REFER")
    ],
    "out of order in its dialog": [lambda: after_a_call("INFO", 4), lambda: after_a_call("BYE", 5)],
    "a REGISTER for a domain that is no tenant's": [
        lambda: asked(request("REGISTER"), registrar=True, realm_of=lambda _: "", challenged=lambda *_: True)
    ],
    "without credentials where they are wanted": [
        lambda: asked(request("REGISTER"), registrar=True, challenged=lambda *_: True),
        lambda: asked(request("INVITE"), challenged=lambda *_: True),
    ],
    "proved, by an account that is disabled or a pass that has run out": [lambda: proved(None)],
}


@pytest.mark.parametrize(
    ("row", "said"), table("What is refused before anybody hears of it"), ids=lambda cell: cell[:50]
)
def test_a_request_is_refused_as_the_document_says(row: str, said: str) -> None:
    statuses = re.findall(r"\b[4-6]\d\d\b", said)
    seen: set[str] = set()
    for example in EXAMPLES[row]:
        outputs = example()
        assert not any(isinstance(output, CallOffered) for output in outputs)
        (status,) = answers(outputs)
        assert status[:3] in statuses
        seen.add(status[:3])
        for name in re.findall(r"with ([A-Z][A-Za-z-]+)", said):
            assert header(outputs[-1], name), name
    assert seen == set(statuses)


def test_nobody_refuses_what_an_account_may_do() -> None:
    assert answers(proved("bob")) == ["200 OK"]


def test_of_several_faults_the_first_in_the_document_is_told() -> None:
    """Everything that can be wrong with one request at once, mended one after the other."""
    uri, hops, method = "tel:+123", "0", "PUBLISH"
    lines = [
        "Require: foo",
        "Session-Expires: 10",
        "Supported: timer",
        "Accept: text/plain",
        "Content-Type: text/plain",
    ]
    told: list[str] = []
    for mended in range(7):
        if mended == 1:
            method = "INVITE"
        elif mended == 2:
            uri = f"sip:bob@{HERE}"
        elif mended == 3:
            hops = "70"
        elif mended == 4 or mended == 5:
            lines.pop(0)
        elif mended == 6:
            lines.remove("Accept: text/plain")
        told += [
            status[:3] for status in answers(asked(request(method, *lines, uri=uri, max_forwards=hops, body="hello")))
        ]
    assert told == ["405", "416", "483", "420", "422", "406", "415"]

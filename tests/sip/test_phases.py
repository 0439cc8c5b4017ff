"""The table of calls in docs/sip.md, walked: each row from where its phase begins, and every two rows that can follow each other.

The far side is written in literal messages; a ``Story`` is one call with it.
"""

import dataclasses
from collections.abc import Callable

import pytest

from switchroom.sip.commands import Accept, Answer, HangUp, Invite, Offer, Progress, Refuse
from switchroom.sip.outputs import CallCancelled, CallEnded, CallFailed, CallOffered, Output, Transmit
from switchroom.sip.peer import Peer
from tests.sip.document import table
from tests.sip.texts import HERE, agent, header, request, response
from tests.sip.wire import summary

PEER = Peer("tcp", "192.0.2.1", 5060, 3)  # nothing is repeated over TCP but a 2xx, so that a row is one message each
ENDS = (CallCancelled, CallEnded, CallFailed)
DESCRIBED = "Content-Type: application/sdp"


@dataclasses.dataclass(frozen=True)
class Row:
    phase: str
    event: str
    after: str
    told: str
    sent: str


ROWS = [Row(*cells) for cells in table("Calls")]


class Story:
    """One call with a user agent, of theirs or of ours."""

    def __init__(self, *, offers: bool) -> None:
        self.agent = agent()
        self.now = 0.0
        self.offers = offers
        self.call = "out"
        self.sent: list[Transmit] = []
        self.told: list[Output] = []
        self.number = 1
        self.ringing = False

    def take(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, CallOffered):
                self.call = output.call
            if isinstance(output, Transmit):
                self.sent.append(output)
            else:
                self.told.append(output)

    def tell(self, data: bytes) -> None:
        self.take(self.agent.receive(data, PEER, self.now))

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.agent.deadline) is not None and due <= end:
            self.now = due
            self.take(self.agent.expire(due))
        self.now = end

    def theirs(self, method: str, number: int = 1, branch: str = "x1") -> None:
        """A request of the far side, within the dialog if there is one."""
        via = f"SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK{branch}"
        lines = [DESCRIBED] if method == "INVITE" else []
        more = {"via": via, "cseq": f"{number} {method}", "body": "offer" if method == "INVITE" else ""}
        ours = [sent for sent in self.sent if sent.data.startswith(b"SIP/2.0")]
        if self.call == "out" and self.sent:
            invite = self.first("INVITE")
            more |= {"from_": header(invite, "To") + ";tag=b", "to": header(invite, "From")}
            more |= {"call_id": header(invite, "Call-ID"), "uri": f"sip:{HERE}"}
        elif method not in ("CANCEL",) and len(ours) > 1:
            more["to"] = header(ours[1], "To")
        elif method == "BYE":
            more["to"] = f"<sip:bob@{HERE}>;tag=t2"
        self.tell(request(method, *lines, **more))

    def first(self, start: str) -> Transmit:
        return next(sent for sent in self.sent if summary(sent.data) == start)

    def latest(self, start: str) -> Transmit:
        return next(sent for sent in reversed(self.sent) if summary(sent.data) == start)

    def answer(self, status: str, body: str = "") -> None:
        """A response of the far side to our latest INVITE."""
        self.tell(response(self.latest("INVITE"), status, body=body))

    def do(self, event: str) -> None:
        EVENTS[event](self)

    def step(self, event: str) -> tuple[list[str], list[str]]:
        """Let something happen; return what the driver is told and what is sent."""
        told, sent = len(self.told), len(self.sent)
        self.do(event)
        return (
            [type(output).__name__ for output in self.told[told:]],
            [words(output.data) for output in self.sent[sent:]],
        )


def words(data: bytes) -> str:
    """Return the method or the status of a message."""
    return summary(data).split(" ")[0]


def command(make: Callable[[str], object]) -> Callable[[Story], None]:
    return lambda story: story.take(story.agent.send(make(story.call), story.now))  # type: ignore[arg-type]


def invite(story: Story) -> None:
    sdp = "offer" if story.offers else None
    story.take(story.agent.send(Invite("out", "sip:bob@192.0.2.1", f"sip:a@{HERE}", PEER, sdp), story.now))


def ring_and_hang_up(story: Story) -> None:
    if not story.ringing:
        story.answer("180 Ringing")
    command(HangUp)(story)


def ring(story: Story) -> None:
    story.ringing = True
    story.answer("180 Ringing")


def refuse_an_offer(story: Story) -> None:
    command(lambda call: Offer(call, "hold"))(story)
    story.answer("481 Gone")


EVENTS: dict[str, Callable[[Story], None]] = {
    "their INVITE": lambda story: story.theirs("INVITE"),
    "Invite": invite,
    "Progress": command(Progress),
    "Answer": command(lambda call: Answer(call, "answer")),
    "Refuse": command(Refuse),
    "HangUp": command(HangUp),
    "HangUp after a 180": ring_and_hang_up,
    "Accept": command(lambda call: Accept(call, "accepted")),
    "Offer": command(lambda call: Offer(call, "hold")),
    "CANCEL": lambda story: story.theirs("CANCEL"),
    "BYE": lambda story: story.theirs("BYE", 9, "x9"),
    "ACK": lambda story: story.theirs("ACK", 1, "x3"),
    "their INVITE again": lambda story: story.theirs("INVITE"),
    "their re-INVITE": lambda story: story.theirs("INVITE", 5, "x5"),
    "hop lost": lambda story: story.take(story.agent.unreachable(PEER, story.now)),
    "no ACK for 32 s": lambda story: story.wait(32.0),
    "silence for 32 s": lambda story: story.wait(32.0),
    "180": ring,
    "200": lambda story: story.answer("200 OK", "answer"),
    "200 again": lambda story: story.answer("200 OK", "their offer"),
    "200 with an offer": lambda story: story.answer("200 OK", "their offer"),
    "486": lambda story: story.answer("486 Busy"),
    "487": lambda story: story.answer("487 Terminated"),
    "481 to an Offer": refuse_an_offer,
}

WAYS: dict[str, list[tuple[str, ...]]] = {
    "–": [()],
    "offered": [("their INVITE",)],
    "answered": [("their INVITE", "Answer")],
    "leaving": [("their INVITE", "Answer", "HangUp")],
    "inviting": [("Invite",)],
    "cancelling": [("Invite", "HangUp"), ("Invite", "180", "HangUp")],
    "accepting": [("Invite", "200 with an offer")],
    "talking": [("their INVITE", "Answer", "ACK"), ("Invite", "200"), ("Invite", "200 with an offer", "Accept")],
}
"""How to get into each phase."""


def paths() -> list[tuple[tuple[str, ...], Row]]:
    """Every row after every way into its phase, and after every row that leads there."""
    found: list[tuple[tuple[str, ...], Row]] = []
    for row in ROWS:
        ways = set(WAYS[row.phase])
        ways |= {
            (*way, before.event)
            for before in ROWS
            if before.after == row.phase and before.phase != "–"
            for way in WAYS[before.phase]
        }
        found += [(way, row) for way in sorted(ways) if is_possible((*way, row.event))]
    return found


def is_possible(path: tuple[str, ...]) -> bool:
    """Whether these things can happen in this order, one row at a time."""
    before, last = set(path[:-1]), path[-1]
    if before & CHANGES and last in CHANGES | {"BYE", "HangUp", "hop lost"}:
        return False  # what is under way is answered as well, or comes in the way
    if "hop lost" in before:
        return False  # what is sent then goes another way
    if "200" in path and "200 with an offer" in path:
        return False
    if "180" in before and last in ("HangUp", "silence for 32 s"):
        return False  # there is a row of its own for the first, and somebody may ring for ever
    return not (
        before & {"HangUp after a 180", "180"} and "HangUp" in " ".join(before) and last in ("180", "silence for 32 s")
    )


CHANGES = {"Offer", "their re-INVITE", "481 to an Offer"}


@pytest.mark.parametrize(
    ("way", "row"), paths(), ids=lambda item: item.event if isinstance(item, Row) else " ".join(item)
)
def test_a_call_goes_as_the_document_says(way: tuple[str, ...], row: Row) -> None:
    story = Story(offers="200 with an offer" not in (*way, row.event))
    for event in way:
        story.do(event)
    told, sent = story.step(row.event)
    told = [name for name in told if name != "CallRinging" or row.event != "HangUp after a 180"]
    assert told == [name for name in row.told.split(", ") if name != "–"]
    assert list(dict.fromkeys(sent)) == [name for name in row.sent.split(", ") if name != "–"]
    ended = sum(isinstance(output, ENDS) for output in story.told)
    assert ended == (1 if row.after in ("over", "leaving", "cancelling") else 0)


def test_every_phase_of_the_document_is_entered_and_left() -> None:
    assert {row.after for row in ROWS} - {"over"} == {row.phase for row in ROWS} - {"–"} == set(WAYS) - {"–"}
    assert {row.event for row in ROWS} == set(EVENTS)

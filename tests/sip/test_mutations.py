"""Fuzz of the whole user agent, by messages that are nearly right, in the middle of a call, a registration and a dial."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import Accept, Answer, Credentials, HangUp, Invite, Progress, Refuse, RefuseOffer, Register
from switchroom.sip.digest import ha1
from switchroom.sip.message import Fault, parse
from switchroom.sip.outputs import CallOffered, Output, SessionOffered, Transmit
from switchroom.sip.stream import StreamFault, StreamFraming
from tests.sip.inside import inside
from tests.sip.mutations import Step, corpus, mutated, steps
from tests.sip.texts import THERE, agent, request

MOST_OUTPUTS = 30
"""More than any one message may cause: an answer, what comes of a call that it ends, and what the driver is told."""
MOST_BYTES = 2500
"""What an answer may be longer than its question: our own headers, the To and From said again."""
FOREVER = 5_000

CORPUS = corpus()
EXAMPLES = settings(max_examples=max(300, settings().max_examples), deadline=None)


def busy_agent() -> tuple[UserAgent, set[str]]:
    """Return a user agent that talks, dials and registers, and the names of its calls."""
    bob = agent(
        registrar=True,
        ha1=lambda user, realm, algorithm: ha1(user, realm, "wonder", algorithm),
        challenged=lambda asked, _peer: asked.method == "REGISTER" and bool(asked.headers.get("authorization")),
    )
    bob.receive(request("INVITE"), THERE, 0.0)
    bob.send(Answer("t1", "sdp"), 0.0)
    bob.receive(inside("ACK", 1), THERE, 0.1)
    bob.send(Invite("out", "sip:carol@192.0.2.3", "sip:bob@192.0.2.2", THERE, "sdp"), 0.2)
    bob.send(Register("line", "sip:192.0.2.1", "bob", THERE, Credentials("bob", "wonder")), 0.2)
    return bob, {"t1", "out"}


def react(bob: UserAgent, outputs: list[Output], calls: set[str], now: float, choice: int) -> None:
    """Do with what is told what a driver may do."""
    for output in outputs:
        match output:
            case CallOffered(call=call):
                calls.add(call)
                bob.send((Answer(call, "sdp"), Progress(call, 183, "sdp"), Refuse(call, 486))[choice % 3], now)
            case SessionOffered(call=call):
                bob.send((Accept(call, "sdp"), RefuseOffer(call))[choice % 2], now)
            case _:
                pass


def check(outputs: list[Output], asked: bytes) -> None:
    """Hold what one message causes to its bounds."""
    assert len(outputs) <= MOST_OUTPUTS
    for output in outputs:
        if isinstance(output, Transmit):
            assert len(output.data) <= len(asked) + MOST_BYTES
            assert not isinstance(parse(output.data), Fault) or output.data.startswith((b"SIP/2.0 4", b"SIP/2.0 505"))


MESSAGES = st.lists(st.tuples(st.sampled_from(CORPUS), steps(), st.integers(0, 5)), min_size=1, max_size=5)


@EXAMPLES
@given(MESSAGES)
def test_fuzz_nearly_right_messages_break_nothing_and_leave_nothing(
    messages: list[tuple[bytes, list[Step], int]],
) -> None:
    bob, calls = busy_agent()
    now = 1.0
    for message, changes, choice in messages:
        data = mutated(message, changes, CORPUS)
        outputs = bob.receive(data, THERE, now)
        check(outputs, data)
        react(bob, outputs, calls, now, choice)
        now += (0.0, 0.1, 0.6, 5.0, 33.0, 200.0)[choice]
        bob.expire(now)
    for call in sorted(calls):
        bob.send(HangUp(call), now)
    bob.unreachable(THERE, now)
    run_out(bob, now)


def run_out(bob: UserAgent, now: float) -> None:
    """Let every timer of calls and transactions run out; what refreshes our registration goes on for ever."""
    last = now + FOREVER
    for _ in range(FOREVER):
        if bob.deadline is None or bob.deadline > last:
            break
        now = max(now, bob.deadline)
        check(bob.expire(now), b"x" * 4000)
    else:
        raise AssertionError("the timers do not come to an end")
    assert not bob.send(HangUp("t1"), now), "a call is left"


@EXAMPLES
@given(MESSAGES, st.lists(st.integers(1, 900), max_size=8))
def test_fuzz_a_stream_of_nearly_right_messages_is_cut_or_given_up(
    messages: list[tuple[bytes, list[Step], int]], cuts: list[int]
) -> None:
    data = b"".join(mutated(message, changes, CORPUS) for message, changes, _ in messages)
    framing, bob = StreamFraming(), agent(registrar=True)
    pieces, rest = [], data
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    for piece in [*pieces, rest]:
        for item in framing.feed(piece):
            if isinstance(item, bytes):
                check(bob.receive(item, THERE, 1.0), item)
            elif isinstance(item, StreamFault):
                assert framing.feed(b"OPTIONS sip:a SIP/2.0\r\n\r\n") == []

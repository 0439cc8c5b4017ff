"""Fuzz of the whole user agent, by messages that are nearly right, in the middle of a call, a registration and a dial."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Accept, Answer, Credentials, HangUp, Invite, Progress, Refuse, RefuseOffer, Register
from switchroom.sip.description.crypto import Key
from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer, make_offer, read_answer
from switchroom.sip.description.sdp import SessionDescription, parse_sdp
from switchroom.sip.description.webrtc import WebSide
from switchroom.sip.messages.message import Fault, parse
from switchroom.sip.messages.stream import StreamFault, StreamFraming
from switchroom.sip.outputs import CallOffered, Output, SessionOffered, Transmit
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
            assert not isinstance(parse(output.data), Fault) or output.data.startswith((b"SIP/2.0 4", b"SIP/2.0 50"))


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


PRINT = ":".join(["AB"] * 32)
KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
DESCRIPTIONS = [
    line.replace("\n", "\r\n").encode()
    for line in (
        make_offer(LocalAudio("192.0.2.1", 4000)).replace("\r\n", "\n"),
        "v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nc=IN IP6 2001:db8::1\nt=0 0\nm=audio 4000 RTP/AVP 8 101\n"
        "a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=ptime:20\na=sendonly\n",
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=video 6000 RTP/AVP 107\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 9 0\n"
        f"c=IN IP4 0.0.0.0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4\na=rtcp:4001 IN IP4 192.0.2.2\n"
        f"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{KEY}\na=rtcp-mux\na=inactive\n",
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 UDP/TLS/RTP/SAVPF 111 110\n"
        "a=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;useinbandfec=1\na=rtpmap:110 telephone-event/48000\na=mid:0\n",
        "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0\nm=audio 9 UDP/TLS/RTP/SAVPF 9 0 126\nc=IN IP4 0.0.0.0\n"
        f"a=ice-ufrag:qZ7F\na=ice-pwd:uPGGNQ6jQB5iKwQ2m0hNzHqo\na=fingerprint:sha-256 {PRINT}\na=setup:actpass\na=mid:0\n"
        "a=sendrecv\na=rtcp-mux\na=rtpmap:126 telephone-event/8000\n",
    )
]
POLICIES = [
    LocalAudio("192.0.2.9", 4000),
    LocalAudio("2001:db8::9", 4000, ("opus", "G722", "PCMA", "PCMU"), digits=False),
    LocalAudio("192.0.2.9", 4000, security="require", keys=(Key("AES_CM_128_HMAC_SHA1_80", bytes(30)),)),
    LocalAudio("192.0.2.9", 4000, security="offer", keys=(Key("AES_CM_128_HMAC_SHA1_80", bytes(30)),), mux=True),
    LocalAudio("192.0.2.9", 4000, security="require", web=WebSide("ours", "o" * 22, PRINT)),
]


@EXAMPLES
@given(st.sampled_from(DESCRIPTIONS), steps(), st.sampled_from(POLICIES))
def test_fuzz_a_nearly_right_description_is_answered_or_refused(
    description: bytes, changes: list[Step], local: LocalAudio
) -> None:
    text = mutated(description, changes, DESCRIPTIONS).decode("utf-8", "replace")
    outcome = answer_offer(text, local)
    if isinstance(outcome, Agreement):
        assert isinstance(parse_sdp(outcome.sdp), SessionDescription)
        assert len(outcome.sdp) <= 2 * len(text) + MOST_BYTES
        assert 0 < outcome.port <= 65535
        assert outcome.codec in local.codecs
        assert outcome.keys or outcome.web or local.security != "require"
        assert outcome.web is None or local.web is not None
    else:
        assert 400 <= outcome.status < 700
    answered = read_answer(text, local)
    assert isinstance(answered, Agreement | Unacceptable)
    assert not isinstance(answered, Agreement) or answered.codec in local.codecs

"""A leg between a scripted user agent and real media sockets."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from switchroom.errors import Denied, Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.media.frame import Encoding
from switchroom.ports import (
    Answer,
    Digit,
    HangUp,
    Held,
    Left,
    Party,
    RefusalReason,
    Refuse,
    Resumed,
    Ring,
    SendDigits,
    Signal,
)
from switchroom.sip import commands as sip
from switchroom.sip import outputs as told
from switchroom.sip.description.offer import LocalAudio, make_offer
from switchroom.sip.description.policy import DigitRoad, MediaPolicy
from switchroom.sip.messages.headers import Headers
from switchroom.sip.peer import Peer
from switchroom.transports.sip.legs.refusing import STATUS, refusal
from switchroom.transports.sip.legs.rtp_leg import Line, RtpLeg
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace
from tests.interop.ports import free_block
from tests.sip.document import table
from tests.virtual_time import run


@dataclass
class ScriptedAgent:
    """What a leg tells the user agent, and when."""

    place: MediaPlace
    commands: list[sip.Command] = field(default_factory=list)
    now: float = 0.0

    def line(self) -> Line:
        return Line(self.commands.append, lambda: self.now, self.place)


@pytest.fixture
def ports() -> RtpPorts:
    first = free_block(8)
    return RtpPorts("127.0.0.1", first, first + 7)


@pytest.fixture
def agent(ports: RtpPorts) -> Iterator[ScriptedAgent]:
    made = ScriptedAgent(MediaPlace(ports, "127.0.0.1", "127.0.0.1"))
    before = ports.free
    yield made
    assert ports.free == before, "a leg kept its port"


def offer(codecs: tuple[str, ...] = ("PCMU", "PCMA"), direction: str = "sendrecv", *, digits: bool = True) -> str:
    return make_offer(LocalAudio("127.0.0.1", 4000, codecs, digits=digits, direction=direction))  # type: ignore[arg-type]


def offered(agent: ScriptedAgent, sdp: str | None) -> tuple[RtpLeg, list[Signal]]:
    signals: list[Signal] = []
    leg = RtpLeg("in_1", Party("sip:alice@example.org", "Alice"), agent.line(), sdp)
    leg.attach(signals.append)
    return leg, signals


def answered(agent: ScriptedAgent, sdp: str | None = None) -> tuple[RtpLeg, list[Signal]]:
    leg, signals = offered(agent, sdp or offer())
    run(leg.do(Answer()))
    return leg, signals


def over(leg: RtpLeg, signals: list[Signal]) -> None:
    leg.take(told.CallEnded("in_1", "them"))
    assert [signal for signal in signals if isinstance(signal, Left)] == [Left("hangup")]


def test_a_call_rings_and_is_answered_in_the_callers_order_of_codecs(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, offer(("PCMA", "PCMU")))
    run(leg.do(Ring()))
    run(leg.do(Answer()))
    ring, answer = agent.commands
    assert ring == sip.Progress("in_1")
    assert isinstance(answer, sip.Answer)
    assert " RTP/AVP 8" in answer.sdp
    assert leg.encoding is Encoding.PCMA
    over(leg, signals)


def documented_refusals() -> dict[str, int]:
    rows = table("Why we do not take a call")
    return {reason.strip("`"): int(status) for cell, status, _ in rows for reason in cell.split(", ")}


def test_every_reason_to_refuse_is_written_down() -> None:
    assert documented_refusals() == STATUS


@pytest.mark.parametrize("reason", STATUS)
def test_a_refusal_has_the_status_of_its_reason(agent: ScriptedAgent, reason: RefusalReason) -> None:
    leg, signals = offered(agent, offer())
    run(leg.do(Refuse(reason)))
    status = documented_refusals()[reason]
    headers = {"Retry-After": "5"} if status == 503 else {}  # RFC 3261 §21.5.4: without it, no more than a 500
    assert agent.commands == [sip.Refuse("in_1", status, headers=headers)]
    over(leg, signals)


def test_a_refusal_says_when_to_try_again(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, offer())
    run(leg.do(Refuse("over_limit", retry_after=30)))
    assert agent.commands == [sip.Refuse("in_1", 486, headers={"Retry-After": "30"})]
    over(leg, signals)


def test_a_late_offer_is_ours_and_the_answer_comes_with_the_ack(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)

    async def scenario() -> None:
        async with asyncio.TaskGroup() as tasks:
            answering = tasks.create_task(leg.do(Answer()))
            await asyncio.sleep(0.1)
            assert not answering.done()
            assert isinstance(agent.commands[0], sip.Answer)
            leg.take(told.CallConfirmed("in_1", offer(("PCMA",))))
        assert leg.encoding is Encoding.PCMA

    run(scenario())
    over(leg, signals)


def test_a_late_offer_that_nobody_answers_ends_the_call(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)

    async def scenario() -> None:
        async with asyncio.TaskGroup() as tasks:
            answering = tasks.create_task(leg.do(Answer()))
            await asyncio.sleep(0.1)
            leg.take(told.CallConfirmed("in_1", None))
            with pytest.raises(Unavailable, match="no audio"):
                await answering

    with pytest.raises(ExceptionGroup):
        run(scenario())
    assert agent.commands[-1] == sip.HangUp("in_1")
    over(leg, signals)


def test_a_caller_who_hangs_up_instead_of_answering_our_offer_has_left(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)

    async def scenario() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leg.do(Answer()))
            await asyncio.sleep(0.1)
            leg.take(told.CallEnded("in_1", "them"))

    run(scenario())
    assert signals == [Left("hangup")]


def test_hold_and_resume_are_answered_and_told(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent)
    leg.take(told.SessionOffered("in_1", offer(direction="sendonly")))
    leg.take(told.SessionOffered("in_1", offer(direction="inactive")))
    leg.take(told.SessionOffered("in_1", offer()))
    directions = [
        command.sdp.rsplit("a=", 1)[1].strip() for command in agent.commands if isinstance(command, sip.Accept)
    ]
    assert directions == ["recvonly", "inactive", "sendrecv"]
    assert signals == [Held(), Resumed()]
    over(leg, signals)


def test_a_change_of_session_keeps_the_law_if_it_can(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent, offer(("PCMU",)))
    leg.take(told.SessionOffered("in_1", offer(("PCMA", "PCMU"))))
    leg.take(told.SessionOffered("in_1", offer(("PCMA",))))
    accepted = [command.sdp for command in agent.commands if isinstance(command, sip.Accept)]
    assert " RTP/AVP 0" in accepted[0]
    assert " RTP/AVP 8" in accepted[1]
    assert leg.encoding is Encoding.PCMU
    over(leg, signals)


def test_a_change_of_session_without_usable_audio_is_refused(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent)
    leg.take(told.SessionOffered("in_1", offer().replace("m=audio", "m=video")))
    assert isinstance(agent.commands[-1], sip.RefuseOffer)
    over(leg, signals)


def test_a_change_of_session_without_a_proposal_gets_ours(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent)
    leg.take(told.SessionOffered("in_1", None))
    assert isinstance(agent.commands[-1], sip.Accept)
    leg.take(told.SessionAnswered("in_1", offer(direction="sendonly")))
    assert signals == [Held()]
    over(leg, signals)


def test_a_caller_who_gives_up_leaves_before_the_answer(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, offer())
    leg.take(told.CallCancelled("in_1"))
    assert signals == [Left("cancelled")]
    run(leg.do(Answer()))
    assert agent.commands == []


def test_signals_wait_for_somebody_to_be_attached(agent: ScriptedAgent) -> None:
    leg = RtpLeg("in_1", Party("sip:alice@example.org"), agent.line(), offer())
    leg.take(told.DigitReceived("in_1", "5", 0.16))
    leg.take(told.CallEnded("in_1", "loss"))
    leg.take(told.CallEnded("in_1", "them"))
    signals: list[Signal] = []
    leg.attach(signals.append)
    assert signals == [Digit("5", "info"), Left("lost")]


def test_a_key_that_comes_by_two_roads_counts_once(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, offer())
    for at, road in ((0.0, "info"), (0.08, "rfc4733"), (0.3, "rfc4733"), (0.9, "info"), (5.0, "info")):
        agent.now = at
        leg._pressed("5", road)  # type: ignore[arg-type]
    assert signals == [Digit("5", "info"), Digit("5", "rfc4733")]
    leg.take(told.SessionOffered("in_1", offer()))  # perhaps somebody else from now on
    leg.take(told.DigitReceived("in_1", "6", 0.1))
    assert signals[-1] == Digit("6", "info")
    over(leg, signals)


@pytest.mark.parametrize(
    ("road", "agreed", "listens"),
    [
        ("auto", True, False),
        ("auto", False, True),
        ("rfc4733", False, False),
        ("info", True, False),
        ("inband", True, True),
    ],
)
def test_the_sound_is_listened_to_for_keys_where_they_come_no_other_way(
    agent: ScriptedAgent, road: DigitRoad, agreed: bool, listens: bool
) -> None:
    agent.place = replace(agent.place, policy=MediaPolicy(digits=road))
    leg, signals = offered(agent, offer(digits=agreed))
    run(leg.do(Answer()))
    assert leg.keys_in_sound is listens
    over(leg, signals)


def test_keys_go_by_info_one_at_a_time_where_the_media_take_none(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent, offer(digits=False))
    run(leg.do(SendDigits("42")))
    leg.take(told.InfoAnswered("in_1", 200))
    leg.take(told.InfoAnswered("in_1", 200))
    infos = [command.body.split("\r\n")[0] for command in agent.commands if isinstance(command, sip.SendInfo)]
    assert infos == ["Signal=4", "Signal=2"]
    over(leg, signals)


def test_keys_that_no_road_takes_are_refused(agent: ScriptedAgent) -> None:
    agent.place = replace(agent.place, policy=MediaPolicy(digits="rfc4733"))
    leg, signals = answered(agent, offer(digits=False))
    with pytest.raises(Unavailable, match="keys"):
        run(leg.do(SendDigits("42")))
    over(leg, signals)


def test_hanging_up_asks_the_agent_and_leaves_when_it_says_so(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent)
    run(leg.do(HangUp()))
    assert agent.commands[-1] == sip.HangUp("in_1")
    assert signals == []
    over(leg, signals)
    assert leg.hear(1.0) is None
    leg.speak(bytes(160), 1.0)
    assert leg.media()["packets"] == 0


def test_a_party_of_whom_nothing_comes_is_lost(agent: ScriptedAgent) -> None:
    leg, signals = answered(agent)
    for second in range(61):
        leg.hear(float(second))
    assert signals == []
    leg.hear(60.5)
    assert signals == [Left("lost")]
    assert isinstance(agent.commands[-1], sip.HangUp)
    leg.take(told.CallEnded("in_1", "us"))
    assert signals == [Left("lost")]


@pytest.mark.parametrize(
    ("direction", "told_"), [("inactive", [Held(), Resumed()]), ("sendonly", [Held(), Resumed()]), ("recvonly", [])]
)
def test_a_party_that_holds_or_only_listens_may_be_silent(
    agent: ScriptedAgent, direction: str, told_: list[Signal]
) -> None:
    leg, signals = answered(agent)
    leg.take(told.SessionOffered("in_1", offer(direction=direction)))
    for second in range(300):
        leg.hear(float(second))
    leg.take(told.SessionOffered("in_1", offer()))
    for second in range(300, 355):
        leg.hear(float(second))
    assert signals == told_
    over(leg, signals)


def test_a_call_without_a_free_port_is_not_answered(agent: ScriptedAgent) -> None:
    taken = [agent.place.ports.take(0.0) for _ in range(4)]
    leg, _ = offered(agent, offer())
    with pytest.raises(Unavailable, match="RTP port"):
        run(leg.do(Answer()))
    for sockets in taken:
        agent.place.ports.give_back(sockets, 0.0)


def dial(leg: RtpLeg, *outputs: told.CallRinging | told.CallAnswered | told.CallFailed) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(10.0):
            for output in outputs:
                asyncio.get_running_loop().call_soon(leg.take, output)
            await leg.dial(lambda sdp: sip.Invite("in_1", "sip:bob@example.org", "sip:us@example.org", _PEER, sdp))

    run(scenario())


_PEER = Peer("udp", "127.0.0.1", 5060)


def test_an_outbound_call_stands_when_it_is_answered(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)
    rung: list[int] = []
    leg.ringing = rung.append
    dial(leg, told.CallRinging("in_1", 180, "Ringing", None), told.CallAnswered("in_1", offer(("PCMA",))))
    assert rung == [180]
    assert leg.encoding is Encoding.PCMA
    over(leg, signals)


def test_an_outbound_call_that_is_refused_says_why(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)
    with pytest.raises(NotFound, match="404 Not Found"):
        dial(leg, told.CallFailed("in_1", 404, "Not Found", Headers.of([("Call-ID", "x")])))
    assert signals == [Left("error")]


def test_an_outbound_call_to_nobody_says_so(agent: ScriptedAgent) -> None:
    leg, _ = offered(agent, None)
    with pytest.raises(Unavailable, match="nothing listens"):
        dial(leg, told.CallFailed("in_1", 503, "Service Unavailable", None))


def test_an_outbound_call_that_is_given_up_is_hung_up(agent: ScriptedAgent) -> None:
    leg, signals = offered(agent, None)
    with pytest.raises(TimeoutError):
        dial(leg)
    assert agent.commands[-1] == sip.HangUp("in_1")
    over(leg, signals)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotFound),
        (486, Unavailable),
        (403, Denied),
        (408, Unavailable),
        (487, Unavailable),
        (488, Invalid),
        (500, Unavailable),
    ],
)
def test_a_status_becomes_an_error_of_ours(status: int, error: type[SwitchroomError]) -> None:
    assert type(refusal(status, "Reason")) is error
    assert f"{status} Reason" in str(refusal(status, "Reason"))


def test_a_policy_of_codecs_that_are_not_here_makes_no_offer(agent: ScriptedAgent) -> None:
    agent.place = replace(agent.place, policy=MediaPolicy(()))
    leg, _ = offered(agent, None)
    with pytest.raises(Unavailable, match="codecs"):
        run(leg.do(Answer()))
    leg.take(told.CallEnded("in_1", "us"))

"""Media ports through the life of calls: taken, given back however a call ends, and never haunted by the call before."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.rtp import RtpPacket
from switchroom.ports import Answer, HangUp, LegCommand, Party, Refuse, Ring
from switchroom.sip import commands as sip
from switchroom.sip import outputs as told
from switchroom.sip.description.offer import LocalAudio, make_offer
from switchroom.sip.messages.headers import Headers
from switchroom.sip.peer import Peer
from switchroom.transports.sip.endpoint import Dialling
from switchroom.transports.sip.legs.rtp_leg import Line, RtpLeg
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace
from tests.interop.ports import free_block
from tests.transports.sip.test_endpoint import Desk, connect, desk, hang_up
from tests.virtual_time import run, run_real

OLD, NEW = b"\x20" * 160, b"\x50" * 160


def offer(port: int = 4000, host: str = "127.0.0.1") -> str:
    return make_offer(LocalAudio(host, port))


@dataclass
class ScriptedAgent:
    """Takes what a leg says; ends a call when it is told to, as the user agent does."""

    ports: RtpPorts
    port: int = 0
    now: float = 0.0
    said: list[sip.Command] = field(default_factory=list)

    def leg(self, sdp: str | None, call: str = "in_1") -> RtpLeg:
        place = MediaPlace(self.ports, "127.0.0.1", "127.0.0.1")
        return RtpLeg(call, Party("sip:a@b"), Line(self.said.append, lambda: self.now, place), sdp)


def with_one_port() -> ScriptedAgent:
    first = free_block(4)
    return ScriptedAgent(RtpPorts("127.0.0.1", first, first + 1, rest=0.0), first)


def answered(agent: ScriptedAgent, port: int = 4000) -> RtpLeg:
    leg = agent.leg(offer(port))
    leg.reserve()
    run(leg.do(Answer()))
    return leg


class Talker:
    """Somebody who sends audio of one stream."""

    def __init__(self, payload: bytes, ssrc: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self._payload, self._ssrc, self._sequence = payload, ssrc, 0

    def send(self, port: int) -> None:
        packet = RtpPacket(0, self._sequence, 160 * self._sequence, self._ssrc, self._payload)
        self.socket.sendto(packet.build(), ("127.0.0.1", port))
        self._sequence += 1


def test_who_still_sends_to_a_call_that_is_over_is_not_heard_in_the_next_one_on_its_port() -> None:
    agent = with_one_port()
    ghost, caller = Talker(OLD, 1), Talker(NEW, 2)
    first = answered(agent, ghost.port)
    for tick in range(10):
        ghost.send(agent.port)
        assert first.hear(tick * 0.02) in (OLD, None)
    first.take(told.CallEnded("in_1", "us"))

    second = agent.leg(offer(caller.port), "in_2")
    second.reserve()
    for _ in range(5):  # while it rings
        ghost.send(agent.port)
    run(second.do(Answer()))
    heard = []
    for tick in range(100):
        ghost.send(agent.port)
        if tick > 10:
            caller.send(agent.port)
        heard.append(second.hear(tick * 0.02))
    assert set(heard) == {NEW, None}
    assert heard.count(NEW) > 80
    second.take(told.CallEnded("in_2", "us"))
    for talker in (ghost, caller):
        talker.socket.close()


def test_what_a_called_party_says_before_the_answer_is_heard_after_it() -> None:
    agent = with_one_port()
    callee = Talker(NEW, 2)
    leg = agent.leg(None, "out_1")

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            peer = Peer("udp", "127.0.0.1", 5060)
            tasks.create_task(leg.dial(lambda sdp: sip.Invite("out_1", "sip:c@d", "sip:a@b", peer, sdp)))
            await asyncio.sleep(0)
            callee.send(agent.port)
            leg.take(told.CallAnswered("out_1", offer(callee.port)))

    run(main())
    heard = []
    for tick in range(20):
        callee.send(agent.port)
        heard.append(leg.hear(tick * 0.02))
    assert NEW in heard
    leg.take(told.CallEnded("out_1", "us"))
    callee.socket.close()


ENDS: list[told.CallCancelled | told.CallEnded | told.CallFailed] = [
    told.CallCancelled("in_1"),
    told.CallEnded("in_1", "them"),
    told.CallEnded("in_1", "us"),
    told.CallEnded("in_1", "loss"),
    told.CallFailed("in_1", 486, "Busy Here", Headers.of([("Via", "x")])),
    told.CallFailed("in_1", 408, "", None),
]
ENDED = st.sampled_from(ENDS)
LIFE = st.lists(
    st.sampled_from(["ring", "answer", "reserve", "offer", "no offer", "refuse", "hang up", "unusable", "hear"]),
    max_size=8,
)


@given(sdp=st.sampled_from([offer(), None, "v=0\r\n"]), life=LIFE, end=ENDED)
def test_however_a_call_ends_its_port_comes_back(
    sdp: str | None, life: list[str], end: told.CallCancelled | told.CallEnded | told.CallFailed
) -> None:
    agent = ScriptedAgent(RtpPorts("127.0.0.1", 41000, 41400, rest=0.0))
    before = agent.ports.free
    leg = agent.leg(sdp)

    async def live() -> None:
        async with asyncio.TaskGroup() as tasks:
            for step in life:
                tasks.create_task(act(leg, step))
                await asyncio.sleep(0)
            leg.take(end)

    run(live())
    assert agent.ports.free == before


COMMANDS: dict[str, LegCommand] = {
    "ring": Ring(),
    "answer": Answer(),
    "refuse": Refuse("over_limit"),
    "hang up": HangUp(),
}


async def act(leg: RtpLeg, step: str) -> None:
    with suppress(SwitchroomError):
        match step:
            case "ring" | "answer" | "refuse" | "hang up":
                await leg.do(COMMANDS[step])
            case "reserve":
                leg.reserve()
            case "hear":
                leg.hear(1.0)
            case _:
                leg.take(told.SessionOffered("in_1", {"offer": offer(), "unusable": "v=0\r\n"}.get(step)))


def open_files() -> int:
    gc.collect()  # what earlier tests left to it must not be counted before and be gone after
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_call_that_no_port_is_left_for_is_refused_at_once_and_the_others_go_on() -> None:
    async def main() -> None:
        first = free_block(4)
        narrow = {"rtp_first": first, "rtp_last": first + 1}
        async with asyncio.timeout(20.0), desk() as calling, desk(more=narrow) as called:
            pair = await connect(calling, called)
            with pytest.raises(Unavailable, match="503"):
                await calling.endpoint.dial(Dialling(called.uri))
            assert called.endpoint.counters()["refused_rtp_ports"] == 1
            assert called.offers.empty()
            with pytest.raises(Unavailable, match="no RTP port is free"):
                await called.endpoint.dial(Dialling(calling.uri))
            assert len(pair.talk()[0]) > 0
            await hang_up(pair, pair.caller)
            assert (calling.endpoint.calls, called.endpoint.calls) == (0, 0)

    run_real(main())


async def cancelled(calling: Desk, called: Desk) -> None:
    async with asyncio.TaskGroup() as tasks:
        rung = asyncio.Event()
        dialling = tasks.create_task(calling.endpoint.dial(Dialling(called.uri, ringing=lambda _: rung.set())))
        await (await called.offers.get()).leg.do(Ring())
        await rung.wait()
        dialling.cancel()


async def refused(calling: Desk, called: Desk) -> None:
    async with asyncio.TaskGroup() as tasks:
        dialling = tasks.create_task(given_up(calling, called.uri))
        await (await called.offers.get()).leg.do(Refuse("over_limit"))
        await dialling


async def given_up(calling: Desk, uri: str) -> None:
    with pytest.raises(SwitchroomError):
        await calling.endpoint.dial(Dialling(uri))


async def completed(calling: Desk, called: Desk) -> None:
    pair = await connect(calling, called)
    pair.talk(0.1)
    await pair.callee.do(HangUp())


async def nobody_there(calling: Desk, called: Desk) -> None:
    await given_up(calling, f"sip:x@127.0.0.1:{free_block(2)}")


async def no_address(calling: Desk, called: Desk) -> None:
    await given_up(calling, "sip:")


async def hung_up_while_it_rings(calling: Desk, called: Desk) -> None:
    async with asyncio.TaskGroup() as tasks:
        dialling = tasks.create_task(given_up(calling, called.uri))
        leg = (await called.offers.get()).leg
        await leg.do(Ring())
        await leg.do(HangUp())
        await dialling


@pytest.mark.parametrize("way", [cancelled, refused, completed, nobody_there, no_address, hung_up_while_it_rings])
def test_no_socket_is_left_of_a_call(way: Callable[[Desk, Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(30.0), desk() as calling, desk() as called:
            await way(calling, called)
            await quiet(calling, called)
            before = open_files()
            for _ in range(3):
                await way(calling, called)
            await quiet(calling, called)
            assert open_files() == before

    run_real(main())


async def quiet(*desks: Desk) -> None:
    while any(one.endpoint.calls for one in desks):
        await asyncio.sleep(0.01)


def test_a_thousand_calls_leave_no_socket_open() -> None:
    async def main() -> None:
        wide = {"rtp_first": 41000, "rtp_last": 45998}
        async with asyncio.timeout(120.0), desk(more=wide) as calling, desk(more=wide) as called:
            await completed(calling, called)
            await quiet(calling, called)
            before = open_files()
            for _ in range(50):
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(20):
                        tasks.create_task(calling.endpoint.dial(Dialling(called.uri)))
                    for _ in range(20):
                        leg = (await called.offers.get()).leg
                        await leg.do(Answer())
                        tasks.create_task(ended(leg))
            await quiet(calling, called)
            assert open_files() == before
            assert calling.endpoint.counters()["CallAnswered"] == 1001

    run_real(main())


async def ended(leg: object) -> None:
    assert isinstance(leg, RtpLeg)
    await asyncio.sleep(0.02)
    await leg.do(HangUp())

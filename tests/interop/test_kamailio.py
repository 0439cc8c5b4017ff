"""A proxy and registrar that we did not write stands between us and the telephones: calls through it both ways, and its death."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from switchroom.media.g711 import encode_ulaw
from switchroom.ports import HangUp, Held, Left, Resumed
from switchroom.sip import commands as sip
from switchroom.sip.peer import Peer
from tests.interop.kamailio import Kamailio
from tests.interop.peers import Baresip, BaresipSetup, sipp
from tests.interop.ports import free_block
from tests.interop.responder import TONE, Answered, Responder, responder
from tests.interop.sound import RATE, pitch, tone
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


async def heard(call: Answered, *, frequency: float = 440) -> None:
    """Wait for a second of the phone's tone."""
    began = len(call.samples)
    async with asyncio.timeout(15.0):
        while len(call.samples) < began + RATE:
            await asyncio.sleep(0.05)
    assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(frequency, abs=3)


async def happens(call: Answered, signals: Sequence[object]) -> None:
    """Wait until the call has reported these signals and no others."""
    async with asyncio.timeout(15.0):
        while len(call.signals) < len(signals):
            await asyncio.sleep(0.02)
    assert call.signals == list(signals)


async def counted(switch: Responder, what: str, number: int) -> None:
    """Wait until the endpoint has counted so many."""
    async with asyncio.timeout(30.0):
        while switch.endpoint.counters().get(what, 0) < number:
            await asyncio.sleep(0.05)


async def called(switch: Responder, number: int) -> Answered:
    """Wait for a call."""
    async with asyncio.timeout(15.0):
        while len(switch.calls) < number:
            await asyncio.sleep(0.02)
    return switch.calls[number - 1]


def registered(proxy: Kamailio, expires: int) -> sip.Register:
    peer = Peer("udp", "127.0.0.1", proxy.port)
    return sip.Register(
        "line", f"sip:{proxy.target}", "desk", peer, sip.Credentials("desk", "wonder"), "", "desk", expires
    )


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_through_a_proxy_is_held_resumed_and_ended_by_the_caller(
    alone: bool, folder: Path, transport: str
) -> None:
    setup = BaresipSetup(transport=transport, source=tone(440, folder / "tone.wav"))

    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "phone", setup) as phone,
        ):
            await phone.dial(f"{proxy.uri};transport={transport}")
            call = await called(switch, 1)
            await heard(call)
            assert pitch(phone.heard()[-RATE // 2 :]) == pytest.approx(TONE, abs=3)
            await phone.hold()
            await happens(call, [Held()])
            await phone.resume()
            await happens(call, [Held(), Resumed()])
            await heard(call)
            await phone.hang_up()
            await happens(call, [Held(), Resumed(), Left("hangup")])
            assert len(proxy.saw("INVITE")) == 3

    run_real(main())


def test_a_call_through_a_proxy_is_ended_by_us(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "phone") as phone,
        ):
            await phone.dial(proxy.uri)
            call = await called(switch, 1)
            await call.leg.do(HangUp())
            await phone.until("CALL_CLOSED")
            await call.over.wait()
            assert len(proxy.saw("BYE")) == 1, "our BYE goes the way that the INVITE came"

    run_real(main())


def test_sipp_calls_through_a_proxy(alone: bool, folder: Path) -> None:
    samples = (8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)
    (folder / "tone.ul").write_bytes(encode_ulaw(samples).tobytes())

    async def main() -> None:
        async with responder() as switch, Kamailio(folder / "proxy", switch.target) as proxy:
            report = await sipp(folder, "call", proxy.target, "-m", "5", "-r", "5", "-l", "5")
            assert report.code == 0, report.errors
            assert len(switch.calls) == 5
            assert len(proxy.saw("BYE")) == 5

    run_real(main())


@pytest.mark.parametrize("loose", [True, False])
def test_we_call_out_through_a_proxy(alone: bool, folder: Path, loose: bool) -> None:
    setup = BaresipSetup(answers=True, source=tone(440, folder / "tone.wav"))

    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "phone", setup) as phone,
        ):
            way = proxy.route if loose else f"sip:{proxy.target}"
            call = await switch.dial(phone.uri, proxies=(way,))
            assert pitch(call.samples[RATE // 2 : RATE]) == pytest.approx(440, abs=3)
            await phone.until("CALL_CLOSED")
            (invite,) = proxy.saw("INVITE")
            assert (f"<{proxy.route}>" in invite) == loose
            assert len(proxy.saw("ACK")) == len(proxy.saw("BYE")) == 1, "it stays in the path of the call"

    run_real(main())


def test_calls_come_to_where_we_are_registered(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", "127.0.0.1:9") as proxy,
            Baresip(folder / "phone") as phone,
        ):
            switch.endpoint.send(registered(proxy, expires=5))
            await counted(switch, "Registered", 1)
            assert len(proxy.saw("REGISTER")) == 2, "it asked for a proof"
            await counted(switch, "Registered", 2)
            await phone.dial(f"sip:desk@{proxy.target}")
            call = await called(switch, 1)
            await phone.hang_up()
            await call.over.wait()
            switch.endpoint.send(sip.Unregister("line"))
            await counted(switch, "Unregistered", 1)

    run_real(main())


def test_a_proxy_that_dies_and_comes_back_costs_no_call(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(source=tone(440, folder / "tone.wav"))

    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            responder() as switch,
            Kamailio(folder / "proxy", "127.0.0.1:9") as proxy,
            Baresip(folder / "phone", setup) as phone,
        ):
            switch.endpoint.send(registered(proxy, expires=10))
            await counted(switch, "Registered", 1)
            await phone.dial(f"sip:desk@{proxy.target}")
            call = await called(switch, 1)
            await heard(call)
            await proxy.stop()
            await heard(call)
            await proxy.start()
            await phone.hang_up()
            await happens(call, [Left("hangup")])
            await counted(switch, "Registered", 2)
            await phone.dial(f"sip:desk@{proxy.target}")
            again = await called(switch, 2)
            await heard(again)
            await phone.hang_up()
            await again.over.wait()

    run_real(main())


def test_the_next_proxy_is_taken_when_the_first_is_dead(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "phone", BaresipSetup(answers=True)) as phone,
        ):
            dead = f"sip:127.0.0.1:{free_block(2)};lr"
            await switch.dial(phone.uri, proxies=(dead, proxy.route))
            await phone.until("CALL_CLOSED")
            assert len(proxy.saw("INVITE")) == 1

    run_real(main())


def test_we_hang_up_although_the_proxy_is_dead(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "phone") as phone,
        ):
            await phone.dial(proxy.uri)
            call = await called(switch, 1)
            await proxy.stop()
            await call.leg.do(HangUp())
            await call.over.wait()
            assert switch.endpoint.calls == 0

    run_real(main())

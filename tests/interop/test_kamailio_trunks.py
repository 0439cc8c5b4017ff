"""What trunks and transfers do when a proxy that we did not write stands between: lines, hand-overs, encrypted calls."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from switchroom.ports import HangUp, Held, Left, Resumed, Transfer, Transferred
from switchroom.sip.commands import Credentials
from switchroom.sip.trunks.trunk import Inbound, Outbound, Registering, Trunk
from switchroom.sip.trunks.trunk_route import route
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.legs.dialling import Dialling
from tests.interop.kamailio import Kamailio
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.responder import TONE, Responder, responder
from tests.interop.sound import RATE, pitch, tone
from tests.transports.sip.trunk_rig import ADA, OWNERS, house
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(30.0):
        while not done():
            await asyncio.sleep(0.05)


def line(proxy: Kamailio) -> Trunk:
    """A trunk that registers ``desk`` at the proxy, calls out through it, and is who all its calls are for."""
    return Trunk(
        "trk_line",
        ADA,
        "line",
        inbound=Inbound(number="+15550100"),
        outbound=Outbound(
            proxies=(proxy.route,), domain=proxy.target, credentials=Credentials("desk", "wonder"), identity="from"
        ),
        registering=Registering(f"sip:{proxy.target}", "desk", "trk_line", 10),
    )


def test_a_line_at_a_proxy_is_called_there_also_after_the_proxy_died(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            house("127.0.0.1") as made,
            Kamailio(folder / "proxy", "127.0.0.1:9") as proxy,
            Baresip(folder / "phone") as phone,
            asyncio.TaskGroup() as tasks,
        ):
            switch = Responder(made.endpoint, None, patient=False)
            serving = tasks.create_task(switch.serve(made.offers))
            desk = made.endpoint.trunks
            desk.use(TrunkTable((line(proxy),), OWNERS))
            for calls in (1, 2):
                await until(lambda: proxy.saw("REGISTER") and desk.lines.state("trk_line").state == "registered")
                await phone.dial(f"sip:desk@{proxy.target}")
                call = switch.calls[calls - 1]
                assert desk.load("trk_line")["in"] == 1
                await phone.hang_up()
                await call.over.wait()
                if calls == 1:
                    asked = made.counted("Registered")
                    await proxy.stop()
                    await proxy.start()
                    while made.counted("Registered") == asked:
                        await asyncio.sleep(0.05)
            serving.cancel()

    run_real(main())


def test_a_line_proves_itself_in_calls_out(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            house("127.0.0.1") as made,
            Kamailio(folder / "proxy", "127.0.0.1:9") as proxy,
        ):
            account = f';auth_pass=wonder;outbound="sip:{proxy.target}"'
            setup = BaresipSetup(user="+15550123", account=account, refresh=60, answers=True)
            ours = line(proxy)
            made.endpoint.trunks.use(TrunkTable((ours,), OWNERS))
            async with Baresip(folder / "phone", setup) as phone:
                await until(lambda: "200 OK () [1 binding]" in phone.log())
                way = route(ours, "+15550123", "")
                call = Dialling(way.target, way.sender, credentials=way.credentials, proxies=way.proxies, trunk=ours.id)
                leg = await made.endpoint.dial(call)
                assert len(proxy.saw("INVITE")) == 2, "it asked for a proof"
                await leg.do(HangUp())
                await phone.until("CALL_CLOSED")

    run_real(main())


def test_we_hand_a_caller_over_through_the_proxy(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(source=tone(440, folder / "tone.wav"))

    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            responder() as switch,
            Kamailio(folder / "proxy", switch.target) as proxy,
            Baresip(folder / "anna", setup) as anna,
            Baresip(folder / "bert", BaresipSetup(user="bert", answers=True)) as bert,
        ):
            await anna.dial(proxy.uri)
            (call,) = switch.calls
            await until(lambda: len(call.samples) > RATE)
            await call.leg.do(Transfer(bert.uri))
            await until(lambda: Transferred("done", 200) in call.signals)
            await until(lambda: len(bert.heard()) > 2 * RATE and abs(pitch(bert.heard()[-RATE // 2 :]) - 440) < 3)
            assert len(proxy.saw("REFER")) == 1
            assert proxy.saw("NOTIFY")
            await call.leg.do(HangUp())
            await call.over.wait()
            await anna.until("CALL_CLOSED")
            heard = len(bert.heard())
            await until(lambda: len(bert.heard()) > heard + RATE)
            await bert.hang_up()

    run_real(main())


@pytest.mark.parametrize("all_the_way", [True, False])
def test_an_encrypted_call_through_the_proxy_is_held_and_ended_by_us(
    alone: bool, folder: Path, all_the_way: bool
) -> None:
    setup = BaresipSetup(
        transport="tls",
        source=tone(440, folder / "tone.wav"),
        account=";mediaenc=srtp-mand",
        lines=("module srtp.so", "sip_verify_server no"),
    )

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch:
            host, port = switch.endpoint.addresses["tls"]
            way = f"{host}:{port};transport=tls" if all_the_way else switch.target
            async with (
                Kamailio(folder / "proxy", way, secure=True) as proxy,
                Baresip(folder / "phone", setup) as phone,
            ):
                await phone.dial(proxy.secure_uri)
                (call,) = switch.calls
                await until(lambda: len(call.samples) > 2 * RATE)
                assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(440, abs=3)
                assert pitch(phone.heard()[-RATE // 2 :]) == pytest.approx(TONE, abs=3)
                assert call.leg.media()["encrypted"] == 1.0
                await phone.hold()
                await until(lambda: call.signals == [Held()])
                await phone.resume()
                await until(lambda: call.signals == [Held(), Resumed()])
                await call.leg.do(HangUp())
                await phone.until("CALL_CLOSED")
                await call.over.wait()
                assert call.signals[-1] == Left("hangup")
                assert len(proxy.saw("BYE")) == 1

    run_real(main())

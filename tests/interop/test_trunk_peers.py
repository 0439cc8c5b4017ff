"""Trunks with programs that we did not write: sipp as carrier, registrar and proxy, baresip as a PBX that proves itself."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.errors import Denied
from switchroom.ports import HangUp, Left
from switchroom.sip.commands import Credentials
from switchroom.sip.trunks.trunk import Header, Outbound, Registering, Trunk
from switchroom.sip.trunks.trunk_route import route
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.legs.dialling import Dialling
from tests.interop.kamailio import Kamailio
from tests.interop.peers import Baresip, BaresipSetup, CallNotMade, SippReport, sipp
from tests.interop.ports import free_block
from tests.interop.responder import Responder
from tests.interop.script import Script, in_call, reply, request, sdp, via_of
from tests.interop.sound import audible, tone
from tests.transports.sip.trunk_rig import OWNERS, answered_by, house, trunk, until
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

TELNYX = trunk("telnyx", "127.0.0.1/32", token=Header("X-Telnyx-Token", "sesame"), prefix="8123")
PBX = trunk("pbx", credentials=Credentials("pbx", "wonder"))


@asynccontextmanager
async def trunk_house(*trunks: Trunk) -> AsyncIterator[Responder]:
    """A house that answers the calls of these trunks and of nobody else."""
    async with asyncio.timeout(60.0), house("127.0.0.1", *trunks) as made:
        switch = Responder(made.endpoint, None, patient=False)
        serving = asyncio.get_running_loop().create_task(switch.serve(made.offers))
        try:
            yield switch
        finally:
            serving.cancel()
            await asyncio.wait([serving])


def play(folder: Path, script: Script, *trunks: Trunk) -> tuple[SippReport, Responder]:
    """Let sipp play the script against a house with these trunks."""

    async def main() -> tuple[SippReport, Responder]:
        async with trunk_house(*trunks) as switch:
            return await sipp(folder, script.save(folder), switch.target), switch

    return run_real(main())


def dialling(number: str, *lines: str, cseq: int = 1) -> str:
    return request("INVITE", cseq, *lines, body=sdp(), via=via_of(cseq)).replace("sip:demo@", f"sip:{number}@")


def test_a_carrier_with_token_and_prefix_is_let_in(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(dialling("8123+15550100", "X-Telnyx-Token: sesame"))
    script.answered(1)
    script.pause(0.3)
    script.hang_up(2)
    report, switch = play(folder, script, TELNYX)
    assert report.code == 0, report.errors
    assert [call.signals for call in switch.calls] == [[Left("hangup")]]


@pytest.mark.parametrize("line", ["X-Telnyx-Token: guess", "X-Other: sesame"])
def test_a_carrier_without_its_token_is_turned_away(alone: bool, folder: Path, line: str) -> None:
    script = Script()
    script.send(dialling("8123+15550100", line))
    script.refused(403, 1)
    report, switch = play(folder, script, TELNYX)
    assert report.code == 0, report.errors
    assert switch.calls == []


@pytest.mark.parametrize(("password", "status"), [("wonder", 200), ("wrong", 401)])
def test_a_pbx_that_is_challenged_proves_itself(alone: bool, folder: Path, password: str, status: int) -> None:
    script = Script()
    script.send(dialling("+15550100"))
    script.challenged(401, 1)
    script.send(dialling("+15550100", f"[authentication username=pbx password={password}]", cseq=2))
    if status == 200:
        script.answered(2)
        script.pause(0.3)
        script.hang_up(3)
    else:
        script.refused(401, 2)
    report, switch = play(folder, script, PBX)
    assert report.code == 0, report.errors
    assert len(switch.calls) == (status == 200)


def test_baresip_proves_itself_as_a_trunk_and_is_turned_away_without(alone: bool, folder: Path) -> None:
    sound = tone(440, folder / "tone.wav")

    async def main() -> None:
        async with trunk_house(PBX) as switch:
            uri = switch.uri.replace("demo", "+15550100")
            known = BaresipSetup(account=";auth_user=pbx;auth_pass=wonder")
            async with Baresip(folder / "known", known) as phone:
                await phone.dial(uri)
                await phone.say(sound)
                await asyncio.sleep(1.5)
                await phone.hang_up()
                await switch.calls[0].over.wait()
                assert audible(switch.calls[0].samples) > 0.5
            stranger = BaresipSetup(account=";auth_user=pbx;auth_pass=guess")
            async with Baresip(folder / "stranger", stranger) as phone:
                with pytest.raises(CallNotMade, match="401"):
                    await phone.dial(uri)
            assert len(switch.calls) == 1

    run_real(main())


@pytest.mark.parametrize("status", [401, 407])
def test_a_carrier_that_challenges_our_call_gets_the_proof_of_the_trunk(alone: bool, folder: Path, status: int) -> None:
    out = Outbound(domain="sip.example.com", credentials=Credentials("us", "wonder"), prefix="9", identity="from+pai")
    ours = replace(trunk("out"), outbound=out)
    shown = "P-Asserted-Identity: <sip:.15550100@sip.example.com>"
    script = Script()
    script.hear("INVITE", "INVITE sip:9.15550123@sip.example.com SIP/2.0", shown)
    if status == 401:
        script.send(reply("401 Unauthorized", _challenge("WWW-Authenticate")))
        script.hear("ACK")
        script.proved("INVITE", "us", "wonder", shown)
    else:  # sipp checks no proof in Proxy-Authorization
        script.send(reply("407 Proxy Authentication Required", _challenge("Proxy-Authenticate")))
        script.hear("ACK")
        script.hear("INVITE", 'Proxy-Authorization: Digest username="us", realm="carrier"', shown)
    script.send(reply("200 OK", body=sdp()))
    script.hear("ACK")
    script.hear("BYE")
    script.send(in_call("200 OK"), repeat=False)

    async def main() -> None:
        port = free_block(20)
        async with trunk_house(ours) as switch, asyncio.TaskGroup() as tasks:
            carrier = tasks.create_task(sipp(folder, script.save(folder), port=port))
            await _listens(port)
            way = route(ours, "+15550123", "+15550100")
            leg = await switch.endpoint.dial(
                Dialling(
                    way.target,
                    way.sender,
                    credentials=way.credentials,
                    headers=way.headers,
                    proxies=(f"sip:127.0.0.1:{port}",),
                    trunk=ours.id,
                )
            )
            await leg.do(HangUp())
            report = await carrier
            assert report.code == 0, report.errors
            assert switch.endpoint.trunks.load(ours.id)["out"] == 0

    run_real(main())


def test_a_line_registers_with_a_registrar_that_challenges_and_leaves(alone: bool, folder: Path) -> None:
    port = free_block(20)
    line = replace(
        trunk("line"),
        outbound=Outbound(domain="127.0.0.1", credentials=Credentials("us", "wonder")),
        registering=Registering(f"sip:127.0.0.1:{port}", "us", "trk_line", 600),
    )
    script = Script()
    script.hear("REGISTER", "To: <sip:us@127.0.0.1>", "Contact: <sip:trk_line@")
    script.send(reply("401 Unauthorized", _challenge("WWW-Authenticate")), repeat=False)
    script.proved("REGISTER", "us", "wonder", "Expires: 600")
    script.send(_registered("Expires: 600"), repeat=False)
    script.hear("REGISTER", "Expires: 0")
    script.send(_registered("Expires: 0"), repeat=False)

    async def main() -> None:
        async with trunk_house() as switch, asyncio.TaskGroup() as tasks:
            registrar = tasks.create_task(sipp(folder, script.save(folder), port=port))
            await _listens(port)
            desk = switch.endpoint.trunks
            desk.use(TrunkTable((line,), OWNERS))
            await until(lambda: desk.lines.state("trk_line").state == "registered")
            desk.use(TrunkTable((), OWNERS))
            report = await registrar
            assert report.code == 0, report.errors

    run_real(main())


def line_at(registrar: Kamailio, expires: int) -> Trunk:
    return replace(
        trunk("line", number="demo"),
        outbound=Outbound(domain=registrar.target, credentials=Credentials("620", "wonder"), identity="pai"),
        registering=Registering(f"sip:{registrar.target}", "620", "trk_line", expires),
    )


def test_a_line_at_kamailio_is_called_and_comes_back_after_a_restart_of_it(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with trunk_house() as switch, Kamailio(folder / "kamailio", switch.target) as registrar:
            desk = switch.endpoint.trunks
            desk.use(TrunkTable((line_at(registrar, 2),), OWNERS))
            await until(lambda: desk.lines.state("trk_line").state == "registered")
            async with Baresip(folder / "phone", BaresipSetup()) as phone:
                await phone.dial(f"sip:620@{registrar.target}")
                await until(lambda: desk.load("trk_line")["in"] == 1)
                await phone.hang_up()
                await until(lambda: desk.load("trk_line")["in"] == 0)
                await registrar.stop()
                await until(lambda: desk.lines.state("trk_line").state == "failed")
                assert desk.lines.state("trk_line").next is not None
                await registrar.start()
                desk.use(TrunkTable((line_at(registrar, 3),), OWNERS))  # or half a minute of patience
                await until(lambda: desk.lines.state("trk_line").state == "registered")
                await phone.dial(f"sip:620@{registrar.target}")
                await phone.hang_up()
                await switch.calls[-1].over.wait()
            assert [call.leg.party.address.partition("@")[0] for call in switch.calls] == ["sip:phone"] * 2

    run_real(main())


def test_kamailio_lets_a_call_of_ours_pass_by_the_password_of_the_trunk(alone: bool, folder: Path) -> None:
    carrier = trunk("carrier", "127.0.0.1/32")

    async def main() -> None:
        async with house("127.0.0.2", carrier) as far, trunk_house() as switch:
            async with Kamailio(folder / "kamailio", far.endpoint.address[0] + f":{far.endpoint.address[1]}") as proxy:
                for password, code in (("guess", "sip_declined"), ("wonder", "")):
                    out = Outbound(domain=proxy.target, credentials=Credentials("desk", password), identity="pai")
                    way = route(replace(trunk("out"), outbound=out), "+15550100", "+15550200")
                    wish = Dialling(
                        way.target, way.sender, credentials=way.credentials, headers=way.headers, proxies=way.proxies
                    )
                    if code:
                        with pytest.raises(Denied) as caught:
                            await switch.endpoint.dial(wish)
                        assert caught.value.code == code
                        continue
                    call = await answered_by(far, switch.endpoint.dial(wish))
                    assert call.offer.dialled == "+15550100"
                    await call.hang_up()

    run_real(main())


async def _listens(port: int) -> None:
    """Wait until somebody has that port."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        await asyncio.sleep(0.05)


def _challenge(name: str) -> str:
    return f'{name}: Digest realm="carrier", nonce="5d0a7b", algorithm=MD5, qop="auth"'


def _registered(*lines: str) -> str:
    return in_call("200 OK", *lines)

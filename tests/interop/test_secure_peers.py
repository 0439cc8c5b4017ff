"""Telephones that we did not write call us over TLS, and register with us."""

import asyncio
from pathlib import Path

import pytest

from switchroom.ports import HangUp
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import ha1
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.ports import free_block
from tests.interop.responder import TONE, responder
from tests.interop.sound import pitch, speech
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


def test_baresip_calls_over_tls(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(transport="tls", lines=("sip_verify_server no",))
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            await phone.dial(switch.secure_uri)
            await phone.say(sentence)
            await asyncio.sleep(2.0)
            await phone.hang_up()
            await switch.calls[0].over.wait()
            heard = phone.heard()
            assert pitch(heard[len(heard) // 4 : len(heard) * 3 // 4]) == pytest.approx(TONE, abs=2)

    run_real(main())


def lookup(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if user == "phone" else None


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_baresip_registers_and_is_called_there(alone: bool, folder: Path, transport: str) -> None:
    async def main() -> None:
        first = free_block(20)
        settings = SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 19)
        endpoint = SipEndpoint(settings, lambda _: None, Accounts(lookup))
        await endpoint.open()
        serving = asyncio.get_running_loop().create_task(endpoint.run())
        way = f'"sip:127.0.0.1:{endpoint.address[1]};transport={transport}"'
        account = f";auth_pass=wonder;outbound={way}"
        setup = BaresipSetup(transport=transport, answers=True, account=account, refresh=60)
        try:
            async with asyncio.timeout(15.0), Baresip(folder, setup) as phone:
                while not endpoint.bindings("phone@127.0.0.1"):
                    await asyncio.sleep(0.05)
                leg = await endpoint.dial(Dialling("sip:phone@127.0.0.1"))
                await leg.do(HangUp())
                await phone.until("CALL_CLOSED")
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    run_real(main())

"""Telephones that we did not write register with us by the algorithms that their account may use."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.ports import HangUp
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import ha1
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.peers import Baresip, BaresipSetup, Linphone
from tests.interop.ports import free_block
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

REALM = "acme.sip.local"
RECORD = f"phone@{REALM}"
BOTH = ("SHA-256", "MD5")


def lookup(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if (user, realm) == ("phone", REALM) else None


@asynccontextmanager
async def registrar(*algorithms: str) -> AsyncIterator[SipEndpoint]:
    """An endpoint where ``phone`` may register, asked by these algorithms."""
    first = free_block(20)
    settings = SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 19)
    realm = {REALM: REALM, "127.0.0.1": REALM}
    accounts = Accounts(lookup, lambda host: realm.get(host, ""), algorithms=lambda _user, _realm: algorithms)
    endpoint = SipEndpoint(settings, lambda _: None, accounts)
    await endpoint.open()
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    try:
        yield endpoint
    finally:
        serving.cancel()
        await asyncio.wait([serving])


def baresip(endpoint: SipEndpoint, transport: str = "udp") -> BaresipSetup:
    way = f'"sip:127.0.0.1:{endpoint.address[1]};transport={transport}"'
    return BaresipSetup(transport=transport, answers=True, account=f";auth_pass=wonder;outbound={way}", refresh=60)


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.05)


def test_baresip_registers_when_it_is_asked_by_md5_alone(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(15.0), registrar("MD5") as endpoint, Baresip(folder, baresip(endpoint)):
            await until(lambda: endpoint.bindings(RECORD))
            assert "baresip" in endpoint.bindings(RECORD)[0].device

    run_real(main())


@pytest.mark.parametrize("algorithms", [("SHA-256",), BOTH, ("MD5", "SHA-256")])
def test_baresip_gives_up_at_anything_but_md5(alone: bool, folder: Path, algorithms: tuple[str, ...]) -> None:
    """Why an account is asked by MD5 alone unless it says otherwise."""

    async def main() -> None:
        async with (
            asyncio.timeout(15.0),
            registrar(*algorithms) as endpoint,
            Baresip(folder, baresip(endpoint)) as phone,
        ):
            await until(lambda: "Function not implemented" in phone.log())
            assert endpoint.bindings(RECORD) == []

    run_real(main())


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), BOTH, ("MD5", "SHA-256")])
def test_linphone_registers_however_it_is_asked(alone: bool, folder: Path, algorithms: tuple[str, ...]) -> None:
    async def main() -> None:
        async with asyncio.timeout(30.0), registrar(*algorithms) as endpoint, Linphone(folder) as phone:
            await phone.command(f"register sip:phone@127.0.0.1 sip:127.0.0.1:{endpoint.address[1]} wonder")
            await until(lambda: endpoint.bindings(RECORD))
            assert endpoint.counters()["received"] == 2, "it answered the first challenge"

    run_real(main())


def test_two_telephones_of_one_user_ring_and_one_of_them_answers(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(30.0), registrar("MD5") as endpoint:
            quiet = replace(baresip(endpoint), answers=False)
            async with Baresip(folder / "desk", baresip(endpoint)) as desk, Baresip(folder / "bell", quiet) as bell:
                await until(lambda: len(endpoint.bindings(RECORD)) == 2)
                leg = await endpoint.dial(Dialling(f"sip:{RECORD}"))
                await desk.until("CALL_ESTABLISHED")
                await bell.until("CALL_INCOMING")
                await bell.until("CALL_CLOSED")
                await leg.do(HangUp())
                await desk.until("CALL_CLOSED")

    run_real(main())

"""Registering with an endpoint over real sockets, and being called there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from switchroom.errors import Unavailable
from switchroom.ports import Answer, CallOffer, HangUp, Left
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Credentials, Register, Unregister
from switchroom.sip.peer import Peer
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.ports import free_block
from tests.virtual_time import run_real

PASSWORDS = {"alice": "wonder", "guest": "an hour"}


def lookup(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, PASSWORDS[user], algorithm) if user in PASSWORDS else None


@asynccontextmanager
async def serving(accounts: Accounts | None) -> AsyncIterator[tuple[SipEndpoint, "asyncio.Queue[CallOffer]"]]:
    first = free_block(20)
    offers: asyncio.Queue[CallOffer] = asyncio.Queue()
    endpoint = SipEndpoint(
        SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 19), offers.put_nowait, accounts
    )
    await endpoint.open()
    task = asyncio.get_running_loop().create_task(endpoint.run())
    await asyncio.sleep(0)
    try:
        yield endpoint, offers
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def with_registrar(
    scenario: Callable[[SipEndpoint, SipEndpoint, "asyncio.Queue[CallOffer]"], Awaitable[None]],
) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(10.0),
            serving(Accounts(lookup, realm=lambda host: f"realm of {host}")) as (registrar, _),
            serving(None) as (phone, offers),
        ):
            await scenario(registrar, phone, offers)

    run_real(main())


def register(registrar: SipEndpoint, phone: SipEndpoint, password: str = "wonder") -> None:
    host, port = registrar.address
    phone.send(
        Register(
            "r", f"sip:{host}:{port}", "alice", Peer("tcp", host, port), Credentials("alice", password), expires=60
        )
    )


def test_a_user_who_registered_is_called_by_the_connection_that_they_opened() -> None:
    async def scenario(registrar: SipEndpoint, phone: SipEndpoint, offers: "asyncio.Queue[CallOffer]") -> None:
        register(registrar, phone)
        await until(lambda: registrar.bindings("alice@127.0.0.1"))
        (binding,) = registrar.bindings("alice@127.0.0.1")
        assert binding.peer.port != phone.address[1], "it came from a port of the moment"
        async with asyncio.TaskGroup() as tasks:
            calling = tasks.create_task(registrar.dial(Dialling("sip:alice@127.0.0.1")))
            offer = await offers.get()
            over = asyncio.Event()
            offer.leg.attach(lambda signal: over.set() if isinstance(signal, Left) else None)
            await offer.leg.do(Answer())
        assert offer.peer.startswith("tcp:127.0.0.1:")
        assert phone.counters()["CallOffered"] == 1
        await calling.result().do(HangUp())
        await over.wait()
        phone.send(Unregister("r"))
        await until(lambda: not registrar.bindings("alice@127.0.0.1"))

    with_registrar(scenario)


def test_a_wrong_password_registers_nobody() -> None:
    async def scenario(registrar: SipEndpoint, phone: SipEndpoint, _: "asyncio.Queue[CallOffer]") -> None:
        register(registrar, phone, "wrong")
        await until(lambda: phone.counters().get("RegistrationFailed"))
        assert registrar.bindings("alice@127.0.0.1") == []
        assert registrar.counters()["dropped_wrong credentials"] == 1

    with_registrar(scenario)


def test_an_account_that_has_run_out_registers_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(registrar: SipEndpoint, phone: SipEndpoint, _: "asyncio.Queue[CallOffer]") -> None:
        monkeypatch.delitem(PASSWORDS, "alice")
        register(registrar, phone)
        await until(lambda: phone.counters().get("RegistrationFailed"))
        assert registrar.bindings("alice@127.0.0.1") == []

    with_registrar(scenario)


def test_without_accounts_nobody_registers() -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(10.0),
            serving(None) as (registrar, _),
            serving(None) as (phone, _offers),
        ):
            register(registrar, phone)
            await until(lambda: phone.counters().get("RegistrationFailed"))

    run_real(main())


def test_a_call_to_a_device_that_has_gone_fails() -> None:
    async def scenario(registrar: SipEndpoint, phone: SipEndpoint, _: "asyncio.Queue[CallOffer]") -> None:
        register(registrar, phone)
        await until(lambda: registrar.bindings("alice@127.0.0.1"))
        (binding,) = registrar.bindings("alice@127.0.0.1")
        phone.close()
        await until(lambda: registrar.counters().get("closed"))
        with pytest.raises(Unavailable):
            await registrar.dial(Dialling("sip:alice@127.0.0.1", binding=binding))

    with_registrar(scenario)

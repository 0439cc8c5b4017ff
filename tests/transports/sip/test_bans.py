"""A storm of scanners and guessers at a real socket: 127.0.0.66 attacks, 127.0.0.1 is ours, 127.0.0.2 is an honest telephone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from switchroom.errors import NotFound, Unavailable
from switchroom.events.catalogue import NO_CALL, THE_HOUSE, Event, SourceBanned, SourceReleased
from switchroom.identity import TenantId
from switchroom.ports import CallOffer
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import answer, ha1, read_challenge
from switchroom.sip.messages.message import Response, parse
from switchroom.sip.trunks.trunk import Inbound, Trunk
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from switchroom.transports.sip.wire.bans import Bans
from switchroom.transports.sip.wire.guard import BURST, FAILURES, FIRST_BAN, FLOOD_BAN
from tests.interop.ports import free_block
from tests.virtual_time import run_real

US, PHONE, GUESSER = "127.0.0.1", "127.0.0.2", "127.0.0.66"
WALL = 1_800_000_000.0

SCAN = (
    "OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:5060;branch=z9hG4bK-{number};rport\r\n"
    'From: "sipvicious"<sip:100@1.1.1.1>;tag={number}\r\nTo: "sipvicious"<sip:100@1.1.1.1>\r\n'
    "Call-ID: {number}@127.0.0.66\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContact: <sip:100@127.0.0.66:5060>\r\n"
    "User-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n"
)


def ask(method: str, number: int, authorization: str = "", user: str = "alice") -> bytes:
    proof = f"Authorization: {authorization}\r\n" if authorization else ""
    return (
        f"{method} sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number}{method};rport\r\n"
        f"From: <sip:{user}@127.0.0.1>;tag=a\r\nTo: <sip:{user}@127.0.0.1>\r\nCall-ID: c{number}\r\n"
        f"CSeq: {number} {method}\r\nMax-Forwards: 70\r\nContact: <sip:{user}@127.0.0.1:9>\r\n{proof}"
        "Content-Length: 0\r\n\r\n"
    ).encode()


@dataclass
class House:
    """An endpoint with one user, and what it tells of bans."""

    endpoint: SipEndpoint
    bans: Bans
    events: list[Event]


def closed(_: CallOffer) -> None:
    raise Unavailable("no calls today")


@asynccontextmanager
async def house(spared: tuple[str, ...] = ()) -> AsyncIterator[House]:
    first = free_block(20)
    accounts = Accounts(
        lambda user, realm, algorithm: ha1(user, realm, "right", algorithm) if user == "alice" else None
    )
    values = {"host": US, "port": 0, "rtp_first": first, "rtp_last": first + 19, "spared": spared}
    endpoint = SipEndpoint(SipSettings.model_validate(values), closed, accounts)
    await endpoint.open()
    events: list[Event] = []
    bans = Bans(endpoint.guard, events.append, asyncio.get_running_loop().time, lambda: WALL)
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    try:
        async with asyncio.timeout(20.0):
            yield House(endpoint, bans, events)
    finally:
        serving.cancel()
        await asyncio.wait([serving])


class Somebody:
    """A socket of another host, which asks and gets answers, or none."""

    def __init__(self, host: str, at: House) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        self._at = at
        self._number = 0

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._at.endpoint.address)

    async def ask(self, method: str, authorization: str = "") -> Response:
        self._number += 1
        self.send(ask(method, self._number, authorization))
        data = await asyncio.get_running_loop().sock_recv(self._socket, 4096)
        answered = parse(data)
        assert isinstance(answered, Response)
        return answered

    async def register(self, password: str) -> Response:
        challenge = read_challenge((await self.ask("REGISTER")).headers["www-authenticate"])
        assert challenge is not None
        return await self.ask("REGISTER", answer(challenge, "alice", password, ("REGISTER", "sip:127.0.0.1"), "c"))

    def hears_something(self) -> bool:
        try:
            self._socket.recv(4096)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


async def heard_all(here: House, what: str, count: int) -> None:
    while here.endpoint.counters().get(what, 0) < count:
        await asyncio.sleep(0.01)


def test_who_tries_passwords_is_shut_out_and_the_journal_says_so() -> None:
    async def main() -> None:
        async with house() as here:
            guesser, phone = Somebody(GUESSER, here), Somebody(PHONE, here)
            for attempt in range(FAILURES):
                assert (await guesser.register(f"guess {attempt}")).status == 401
            guesser.send(ask("REGISTER", 99))
            await heard_all(here, "banned", 1)
            assert not guesser.hears_something()
            assert (await phone.register("right")).status == 200
            assert here.endpoint.counters()["bans"] == 1
            (event,) = here.events
            assert isinstance(event, SourceBanned)
            assert (event.source, event.reason, event.until) == (GUESSER, "wrong_credentials", WALL + FIRST_BAN)
            assert (event.tenant, event.call) == (THE_HOUSE, NO_CALL)
            guesser.close()
            phone.close()

    run_real(main())


def test_a_ban_that_is_lifted_lets_the_source_in_again() -> None:
    async def main() -> None:
        async with house() as here:
            guesser = Somebody(GUESSER, here)
            for _ in range(FAILURES):
                await guesser.register("wrong")
            assert [ban.source for ban in here.bans.standing()] == [GUESSER]
            here.bans.lift(GUESSER, "operator")
            assert here.bans.standing() == []
            assert (await guesser.register("right")).status == 200
            assert isinstance(here.events[-1], SourceReleased)
            with pytest.raises(NotFound):
                here.bans.lift(GUESSER, "operator")
            guesser.close()

    run_real(main())


def test_a_network_that_is_spared_is_never_banned() -> None:
    async def main() -> None:
        async with house(spared=(f"{GUESSER}/32",)) as here:
            carrier = Somebody(GUESSER, here)
            for _ in range(2 * FAILURES):
                assert (await carrier.register("wrong")).status == 401
            assert (await carrier.register("right")).status == 200
            assert here.events == []
            carrier.close()

    run_real(main())


def test_the_address_of_a_trunk_is_never_banned() -> None:
    async def main() -> None:
        async with house() as here:
            network = Inbound(networks=(ip_network(f"{GUESSER}/32"),))
            here.endpoint.trunks.use(TrunkTable([Trunk("trk_1", TenantId("tnt_1"), "carrier", inbound=network)]))
            carrier = Somebody(GUESSER, here)
            for _ in range(2 * FAILURES):
                assert (await carrier.register("wrong")).status == 401
            assert here.events == []
            carrier.close()

    run_real(main())


def test_a_storm_of_a_scanner_is_not_answered_and_keeps_nobody_waiting() -> None:
    async def main() -> None:
        async with house() as here:
            scanner, phone = Somebody(GUESSER, here), Somebody(PHONE, here)
            for number in range(1000):
                scanner.send(SCAN.format(number=number).encode())
                if number % 100 == 0:
                    assert (await phone.ask("OPTIONS")).status == 200
            await heard_all(here, "scanner", 1000)
            assert not scanner.hears_something()
            assert here.events == []
            scanner.close()
            phone.close()

    run_real(main())


def test_a_flood_of_invites_ends_in_silence_for_its_source_alone() -> None:
    async def main() -> None:
        async with house() as here:
            flooder, phone = Somebody(GUESSER, here), Somebody(PHONE, here)
            flood = int(BURST) + 500
            for number in range(flood):
                flooder.send(ask("INVITE", number))
                if number % 50 == 0:
                    await asyncio.sleep(0)
            await heard_all(here, "banned", 100)
            assert (await phone.register("right")).status == 200
            (event,) = here.events
            assert isinstance(event, SourceBanned)
            assert (event.source, event.reason, event.until) == (GUESSER, "flood", WALL + FLOOD_BAN)
            flooder.close()
            phone.close()

    run_real(main())

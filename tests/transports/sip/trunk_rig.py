"""Endpoints at loopback addresses of their own, as carriers and we have: every 127.x.y.z is another source."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from switchroom.identity import TenantId
from switchroom.ports import Answer, CallOffer, HangUp, Left, Leg
from switchroom.settings import SipSettings
from switchroom.sip.description.policy import MediaPolicy
from switchroom.sip.trunks.trunk import Inbound, Trunk
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.ports import free_block
from tests.virtual_time import run_real

ADA, BOB = TenantId("tnt_ada"), TenantId("tnt_bob")
OWNERS = {"+15550100": ADA, "+15550200": BOB, "demo": ADA}
PCMA = MediaPolicy(("PCMA",))


@dataclass
class House:
    """An endpoint and the calls it was offered."""

    endpoint: SipEndpoint
    offers: asyncio.Queue[CallOffer] = field(default_factory=lambda: asyncio.Queue(100))

    def uri(self, number: str) -> str:
        host, port = self.endpoint.address
        return f"sip:{number}@{host}:{port}"

    def counted(self, what: str) -> int:
        return self.endpoint.counters().get(what, 0)


@asynccontextmanager
async def house(
    host: str, *trunks: Trunk, accounts: Accounts | None = None, strangers: str = "none"
) -> AsyncIterator[House]:
    """An endpoint at ``host`` that knows these trunks and nobody else."""
    first = free_block(20)
    settings = SipSettings.model_validate(
        {"host": host, "port": 0, "rtp_first": first, "rtp_last": first + 19, "strangers": strangers}
    )
    made: House
    endpoint = SipEndpoint(settings, lambda offer: made.offers.put_nowait(offer), accounts)
    made = House(endpoint)
    await endpoint.open()
    endpoint.trunks.use(TrunkTable(trunks, OWNERS))
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        serving.cancel()
        await asyncio.wait([serving])


def trunk(name: str, *networks: str, tenant: TenantId = ADA, **inbound: object) -> Trunk:
    made = replace(Inbound(networks=tuple(ip_network(text) for text in networks)), **inbound)  # type: ignore[arg-type]
    return Trunk(f"trk_{name}", tenant, name, inbound=made)


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


@dataclass
class Standing:
    """A call that was answered: what was offered, and the caller's leg."""

    offer: CallOffer
    leg: Leg

    async def hang_up(self) -> None:
        over = asyncio.Event()
        self.offer.leg.attach(lambda signal: over.set() if isinstance(signal, Left) else None)
        await self.leg.do(HangUp())
        await over.wait()


async def answered(caller: House, called: House, dialling: Dialling) -> Standing:
    """Make the call and answer it. Raises what came instead of an answer."""
    return await answered_by(called, caller.endpoint.dial(dialling))


async def answered_by(called: House, dialling: Awaitable[Leg]) -> Standing:
    """Answer the call that ``dialling`` makes. Raises what came instead of an answer."""
    leg: Leg | None = None

    async def dial() -> None:
        nonlocal leg
        try:
            leg = await dialling
        finally:
            answering.cancel()

    async def answer() -> None:
        offers.append(await called.offers.get())
        await offers[0].leg.do(Answer())
        await asyncio.get_running_loop().create_future()

    offers: list[CallOffer] = []
    answering = asyncio.get_running_loop().create_task(answer())
    await dial()
    await asyncio.wait([answering])
    assert leg is not None
    return Standing(offers[0], leg)


def scene(story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20.0):
            await story()

    run_real(main())

"""What JsSIP does in a call over WSS: hold, keys, transfer, its session timer, and a connection that is lost amid it.

Its audio is made up (``jssip.js``), since the engine does not speak DTLS; everything that is signalled is JsSIP's own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from switchroom.accounts.passes import LIFETIME, Pass, issue
from switchroom.accounts.phone_book import Entry, Home, PhoneBook, realm_of
from switchroom.identity import TenantId
from switchroom.media.band import decode, encode
from switchroom.media.resample import resample
from switchroom.ports import Answer, CallOffer, Digit, HangUp, Held, Left, PartyChanged, Resumed, Signal
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Credentials, Register
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.sip.peer import Peer
from switchroom.telephones import registrar
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.jssip import NEEDED, JsSip, browser, bundle
from tests.interop.ports import free_block
from tests.interop.sound import RATE, Samples, pitch
from tests.transports.sip.test_registered_calls import serving
from tests.virtual_time import run_real

__all__ = ["bundle"]

pytestmark = NEEDED

HOST = "tenant.test"
TONE = 1000.0
"""What every leg is told."""


def at_8k(leg: RtpLeg, payload: bytes) -> Samples:
    """Return what a leg gave at the rate of ``sound``."""
    samples = decode(leg.encoding, payload)
    return resample(samples, leg.encoding.rate, RATE)


def lookup(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if user in ("alice", "bob") else None


@dataclass
class Switch:
    """An endpoint that takes every call, and what the legs report."""

    endpoint: SipEndpoint
    offers: "asyncio.Queue[CallOffer]"
    legs: list[RtpLeg] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    sound: list[Samples] = field(default_factory=list)
    policy: MediaPolicy = DEFAULT

    async def ticks(self) -> None:
        """Hear all legs and say a tone to them, every 20 ms."""
        clock = asyncio.get_running_loop().time
        due, second = clock(), 0
        while True:
            for leg in self.legs:
                rate = leg.encoding.rate
                times = (np.arange(rate // 50) + second * (rate // 50)) / rate
                payload = leg.hear(due)
                if payload is not None:
                    self.sound.append(at_8k(leg, payload))
                leg.speak(encode(leg.encoding, (8_000 * np.sin(2 * np.pi * TONE * times)).astype(np.int16)), due)
            due, second = due + 0.02, second + 1
            await asyncio.sleep(due - clock())

    async def hears(self, pitch_: float) -> None:
        """Wait until the last half second was that tone."""
        self.sound.clear()
        while len(self.sound) < 25 or abs(pitch(np.concatenate(self.sound[-25:])) - pitch_) > 8:
            await asyncio.sleep(0.05)

    async def heard(self, signal: Signal) -> None:
        """Wait until a leg has reported ``signal``."""
        while signal not in self.signals:
            await asyncio.sleep(0.02)

    async def answers(self) -> RtpLeg:
        """Take the next call."""
        leg = (await self.offers.get()).leg
        assert isinstance(leg, RtpLeg)
        leg.attach(self.signals.append)
        self.legs.append(leg)
        await leg.do(Answer())
        return leg

    async def dials(self) -> RtpLeg:
        """Call the page."""
        leg = await self.endpoint.dial(Dialling(f"sip:alice@{HOST}", policy=self.policy))
        leg.attach(self.signals.append)
        self.legs.append(leg)
        return leg


@asynccontextmanager
async def switch(accounts: Accounts | None = None, policy: MediaPolicy = DEFAULT) -> AsyncIterator[Switch]:
    first = free_block(20)
    ports = {"rtp_first": first, "rtp_last": first + 19}
    settings = SipSettings(
        host="127.0.0.1", port=0, wss_port=0, codecs=policy.codecs, security=policy.security, **ports
    )
    offers: asyncio.Queue[CallOffer] = asyncio.Queue()
    endpoint = SipEndpoint(settings, offers.put_nowait, accounts or Accounts(lookup))
    await endpoint.open()
    made = Switch(endpoint, offers, policy=policy)
    tasks = [asyncio.get_running_loop().create_task(work) for work in (endpoint.run(), made.ticks())]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.sleep(0.05)


Story = Callable[[Switch, JsSip], Coroutine[object, object, None]]


def registered(bundle: Path, story: Story, voice: Path | None = None, policy: MediaPolicy = DEFAULT) -> None:
    """Run a story with a page that has registered."""

    async def main() -> None:
        async with asyncio.timeout(60.0), switch(policy=policy) as here, browser(bundle, voice) as page:
            port = here.endpoint.addresses["wss"][1]
            assert await page.asks("register", [port, "wonder", HOST]) == "registered"
            await story(here, page)

    run_real(main())


async def talking(here: Switch, page: JsSip) -> RtpLeg:
    """Let the page call and be answered."""
    async with asyncio.TaskGroup() as tasks:
        calling = tasks.create_task(page.asks("call", f"sip:demo@{HOST}"))
        leg = await here.answers()
    assert calling.result() == "confirmed"
    return leg


@pytest.mark.parametrize("by_update", [False, True])
def test_jssip_holds_and_resumes(bundle: Path, by_update: bool) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await talking(here, page)
        assert await page.asks("hold", by_update) == "held"
        await here.heard(Held())
        assert await page.asks("resume", by_update) == "resumed"
        await here.heard(Resumed())
        assert ("> UPDATE" in " ".join(page.wire)) is by_update
        await page.asks("leave")
        await here.heard(Left("hangup"))

    registered(bundle, story)


def test_keys_of_jssip_come_by_info(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await talking(here, page)
        await page.asks("press", "5#")
        await here.heard(Digit("5", "info"))
        await here.heard(Digit("#", "info"))
        await page.asks("leave")
        await here.heard(Left("hangup"))

    registered(bundle, story)


def test_jssip_is_called_and_hung_up(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await page.asks("answering")
        leg = await here.dials()
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story)


def test_the_session_timer_of_jssip_is_refreshed_by_update(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await page.hurries(20)
        leg = await talking(here, page)
        await page.travelled("> UPDATE", 3)
        await page.travelled("< 200 OK", 6)
        await page.hurries(1)
        assert here.signals == [], "two and a half times 45 s have passed for the page, and the call stands"
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story)


def test_jssip_registers_with_a_pass_and_with_the_next_one_once_that_has_run_out(bundle: Path) -> None:
    now = [1000.0]
    book = PhoneBook("a secret", lambda: now[0])
    tenant = TenantId("tnt_1")
    book.put(Home(tenant, realm_of("acme"), HOST), Entry(tenant, "alice", "-" * 32, "-" * 64))

    def fresh() -> Pass:
        return issue("alice", realm_of("acme"), "a secret", now[0])

    async def main() -> None:
        async with asyncio.timeout(60.0), switch(registrar(book)) as here, browser(bundle) as page:
            port, first = here.endpoint.addresses["wss"][1], fresh()
            assert await page.asks("register", [port, first.password, HOST, first.user]) == "registered"
            leg = await talking(here, page)
            now[0] += LIFETIME
            assert await page.asks("refresh") == "failed 403"
            assert here.signals == [], "the call goes on"
            after = fresh()
            renewed = {"authorization_user": after.user, "password": after.password}
            assert await page.asks("refresh", renewed) == "registered"
            await leg.do(HangUp())
            await page.said("ended by remote")
            assert here.endpoint.counters().get("dropped_wrong credentials", 0) == 0

    run_real(main())


def test_jssip_transfers_to_somebody_who_is_registered(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        async with serving(None) as (bob, at_bob):
            host, port = here.endpoint.address
            proof = Credentials("bob", "wonder")
            bob.send(Register("b", f"sip:{HOST}", "bob", Peer("udp", host, port), proof))
            while not here.endpoint.bindings(f"bob@{HOST}"):
                await asyncio.sleep(0.02)
            leg = await talking(here, page)
            async with asyncio.TaskGroup() as tasks:
                transferring = tasks.create_task(page.asks("transfer", f"sip:bob@{HOST}"))
                await (await at_bob.get()).leg.do(Answer())
            assert transferring.result() == "accepted"
            while not any(isinstance(signal, PartyChanged) for signal in here.signals):
                await asyncio.sleep(0.02)
            assert Left() not in here.signals
            await leg.do(HangUp())

    registered(bundle, story)


def test_a_transfer_out_of_the_house_is_refused_and_the_call_stands(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        assert await page.asks("transfer", "sip:+15550100@192.0.2.1") == "refused 403"
        assert here.signals == []
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story)


def test_jssip_registers_anew_when_its_connection_is_lost_and_is_called_by_the_new_one(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        await page.asks("answering")
        (old,) = here.endpoint.bindings(f"alice@{HOST}")
        here.endpoint._sockets.drop(old.peer)
        await page.said("disconnected")
        while not (found := here.endpoint.bindings(f"alice@{HOST}")):
            await asyncio.sleep(0.02)
        assert found[0].peer.connection != old.peer.connection
        leg = await here.dials()
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story)


def test_a_call_goes_on_by_the_connection_that_jssip_opened_anew(bundle: Path) -> None:
    async def story(here: Switch, page: JsSip) -> None:
        leg = await talking(here, page)
        (old,) = here.endpoint.bindings(f"alice@{HOST}")
        here.endpoint._sockets.drop(old.peer)
        while not (found := here.endpoint.bindings(f"alice@{HOST}")) or found[0].peer == old.peer:
            await asyncio.sleep(0.02)
        assert here.signals == []
        await leg.do(HangUp())
        await page.said("ended by remote")

    registered(bundle, story)

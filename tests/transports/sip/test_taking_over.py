"""Who may take the place of a call that stands (RFC 3891): its dialog's name is no secret, so it is not enough."""

import asyncio

import pytest

from switchroom.errors import Denied
from switchroom.identity import TenantId
from switchroom.ports import HangUp, Left
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Credentials
from switchroom.transports.sip.endpoint import Dialling
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.transports.sip.trunk_rig import ADA, BOB, House, Standing, answered, house, scene, trunk

US, FIRST, SECOND = "127.0.0.1", "127.0.0.2", "127.0.0.9"
TENANTS = {"ada.example": ADA, "bob.example": BOB}


def passwords(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if realm in TENANTS and user != "trunk" else None


def tenant(realm: str) -> TenantId | None:
    return TENANTS.get(realm)


ACCOUNTS = Accounts(passwords, is_domain=TENANTS.__contains__, tenant=tenant)


def by(user: str, us: House, **headers: str) -> Dialling:
    """A call of a telephone to us."""
    proof = Credentials(user.partition("@")[0], "wonder")
    number = "+15550200" if user.startswith("trunk") else "demo"
    return Dialling(us.uri(number), f"sip:{user}", credentials=proof, headers=headers)


def replacing(caller: House, call: Standing) -> dict[str, str]:
    assert isinstance(call.leg, RtpLeg)
    known = caller.endpoint._agent._calls.named(call.leg.call)
    assert known is not None and known.dialog is not None
    call_id, theirs, ours = known.dialog.key
    return {"Replaces": f"{call_id};to-tag={ours};from-tag={theirs}", "Require": "replaces"}


def test_a_telephone_takes_the_place_of_another_of_its_tenant() -> None:
    async def story() -> None:
        async with house(US, accounts=ACCOUNTS) as us, house(FIRST) as first, house(SECOND) as second:
            call = await answered(first, us, by("ann@ada.example", us))
            gone = asyncio.Event()
            call.leg.attach(lambda signal: gone.set() if isinstance(signal, Left) else None)
            leg = await second.endpoint.dial(by("ben@ada.example", us, **replacing(first, call)))
            await gone.wait()
            over = asyncio.Event()
            call.offer.leg.attach(lambda signal: over.set() if isinstance(signal, Left) else None)
            await leg.do(HangUp())
            await over.wait()

    scene(story)


def test_a_telephone_we_called_is_its_tenant_s_too() -> None:
    async def story() -> None:
        async with house(US, accounts=ACCOUNTS) as us:
            us.endpoint.trunks.called("out", "", 0.0, "sip:ann@ada.example")
            assert us.endpoint.trunks.tenant_of("out") == ADA
            us.endpoint.trunks.ended("out")
            assert us.endpoint.trunks.tenant_of("out") is None

    scene(story)


@pytest.mark.parametrize("taker", ["bob@bob.example", "trunk@elsewhere.example"])
@pytest.mark.parametrize("strangers", ["none", "all"])
def test_another_tenant_s_proof_takes_no_place_of_ours(taker: str, strangers: str) -> None:
    theirs = trunk("theirs", tenant=BOB, credentials=Credentials("trunk", "wonder"))

    async def story() -> None:
        async with (
            house(US, theirs, accounts=ACCOUNTS, strangers=strangers) as us,
            house(FIRST) as first,
            house(SECOND) as second,
        ):
            victim = "ann@ada.example" if strangers == "none" else "stranger@example.com"
            call = await answered(first, us, by(victim, us))
            with pytest.raises(Denied, match="403"):
                await second.endpoint.dial(by(taker, us, **replacing(first, call)))
            await call.hang_up()

    scene(story)


def test_tenants_of_one_carrier_take_no_calls_from_each_other() -> None:
    ours, theirs = (trunk(name, f"{FIRST}/32", tenant=who) for name, who in (("ours", ADA), ("theirs", BOB)))

    async def story() -> None:
        async with house(US, ours, theirs) as us, house(FIRST) as carrier:
            call = await answered(carrier, us, Dialling(us.uri("+15550100")))
            with pytest.raises(Denied, match="403"):
                await carrier.endpoint.dial(Dialling(us.uri("+15550200"), headers=replacing(carrier, call)))
            await call.hang_up()

    scene(story)

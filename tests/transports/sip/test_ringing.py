"""Calling somebody with several devices: who rings when, who gets the call, and what the others are told."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from switchroom.errors import Denied, SwitchroomError, Unavailable
from switchroom.ports import Answer, CallOffer, HangUp, Left, Refuse, Signal
from switchroom.sip.commands import Credentials, Register
from switchroom.sip.messages.message import Request, parse
from switchroom.sip.messages.replies import Reply, respond
from switchroom.sip.messages.uri import parse_address
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registrar import Binding
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.legs.ringing import ELSEWHERE, ring
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.transports.sip.test_registered_calls import lookup, serving, until
from tests.virtual_time import run, run_real

BUSY = Unavailable("busy", code="sip_busy")
DECLINED = Denied("no", code="sip_declined")
GONE = Unavailable("gone", code="sip_unreachable")


def device(name: str, q: str = "", instance: str = "", reg_id: str = "1") -> Binding:
    flow = f';+sip.instance="<{instance}>";reg-id={reg_id}' if instance else ""
    contact = parse_address(f"<sip:{name}@192.0.2.1>{flow}" + (f";q={q}" if q else ""))
    return Binding("anna@acme", contact, Peer("udp", "192.0.2.1", 5060), "c", 1, 1000.0)


@dataclass
class Phones:
    """What each device does once it is called: answer or fail after some seconds; one that is not named rings for ever."""

    does: dict[str, tuple[float, SwitchroomError | None]]
    told: list[str] = field(default_factory=list)

    async def dial(self, binding: Binding) -> str:
        name = binding.contact.uri.user_text
        self.told.append(f"{name} rings at {asyncio.get_running_loop().time():g}")
        after, error = self.does.get(name, (1e6, None))
        try:
            await asyncio.sleep(after)
        except asyncio.CancelledError as cancelled:
            self.told.append(f"{name} stops: {cancelled.args[0] if cancelled.args else 'plainly'}")
            raise
        if error is not None:
            raise error
        return name


def ringing(phones: Phones, *bindings: Binding) -> str:
    async def main() -> str:
        return await ring(bindings, phones.dial)

    return run(main())


def test_all_ring_and_the_first_to_answer_has_the_call() -> None:
    phones = Phones({"desk": (3.0, None)})
    assert ringing(phones, device("mobile"), device("desk"), device("browser")) == "desk"
    assert phones.told[:3] == ["mobile rings at 0", "desk rings at 0", "browser rings at 0"]
    assert sorted(phones.told[3:]) == [f"browser stops: {ELSEWHERE}", f"mobile stops: {ELSEWHERE}"]


def test_two_who_answer_in_the_same_moment_are_not_both_given_the_call() -> None:
    phones = Phones({"desk": (3.0, None), "mobile": (3.0, None)})
    assert ringing(phones, device("mobile"), device("desk")) == "mobile"
    assert phones.told[-1] == f"desk stops: {ELSEWHERE}"


def test_one_who_is_busy_does_not_silence_the_others() -> None:
    phones = Phones({"desk": (1.0, BUSY), "mobile": (5.0, None)})
    assert ringing(phones, device("desk"), device("mobile")) == "mobile"


def test_lesser_devices_ring_once_the_preferred_ones_have_not_taken_the_call() -> None:
    phones = Phones({"desk": (2.0, BUSY), "browser": (4.0, GONE), "voicemail": (1.0, None)})
    assert ringing(phones, device("desk"), device("browser"), device("voicemail", "0.1")) == "voicemail"
    assert phones.told[-1] == "voicemail rings at 4"


def test_the_refusal_that_says_most_stands_for_all() -> None:
    for others in ((GONE, DECLINED, BUSY), (DECLINED, BUSY, GONE)):
        phones = Phones({f"p{index}": (1.0 + index, error) for index, error in enumerate(others)})
        with pytest.raises(Denied):
            ringing(phones, *(device(name) for name in phones.does))


def test_flows_of_one_device_are_tried_one_after_the_other() -> None:
    phones = Phones({"new": (2.0, GONE), "old": (1.0, None)})
    flows = device("new", instance="desk", reg_id="2"), device("old", instance="desk")
    assert ringing(phones, *flows) == "old"
    assert phones.told == ["new rings at 0", "old rings at 2"]


def test_a_device_that_refuses_is_not_asked_again_by_its_other_flow() -> None:
    phones = Phones({"new": (2.0, BUSY)})
    with pytest.raises(Unavailable):
        ringing(phones, device("new", instance="desk", reg_id="2"), device("old", instance="desk"))
    assert phones.told == ["new rings at 0"]


def test_a_caller_who_gives_up_stops_every_bell() -> None:
    phones = Phones({})

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5.0):
                await ring([device("desk"), device("mobile")], phones.dial)

    run(main())
    assert sorted(phones.told[2:]) == ["desk stops: plainly", "mobile stops: plainly"]


# --- with real endpoints ----------------------------------------------------------------------------------------------

Offers = asyncio.Queue[CallOffer]
Story = Callable[[SipEndpoint, Offers, Offers], Coroutine[object, object, None]]


def at_two_devices(story: Story) -> None:
    """Run a story with a registrar and the offers that reach alice's two telephones."""

    async def main() -> None:
        async with (
            asyncio.timeout(10.0),
            serving(Accounts(lookup)) as (registrar, _),
            serving(None) as (desk, at_desk),
            serving(None) as (mobile, at_mobile),
        ):
            host, port = registrar.address
            for index, phone in enumerate((desk, mobile)):
                proof = Credentials("alice", "wonder")
                uri = f"sip:{host}:{port}"
                phone.send(Register("r", uri, "alice", Peer("udp", host, port), proof, contact_user=f"p{index}"))
            await until(lambda: len(registrar.bindings("alice@127.0.0.1")) == 2)
            await story(registrar, at_desk, at_mobile)

    run_real(main())


class Bell(asyncio.DatagramProtocol):
    """A telephone that does nothing but ring; ``heard`` is what it is asked."""

    def __init__(self) -> None:
        self.heard: list[Request] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = parse(data)
        assert isinstance(request, Request)
        self.heard.append(request)
        if request.method == "INVITE":
            self._transport.sendto(respond(request, Reply(180), "bell").encode(), addr)


def test_who_answers_late_is_told_where_the_call_went() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), serving(None) as (us, _), serving(None) as (desk, offers):
            wire, bell = await asyncio.get_running_loop().create_datagram_endpoint(Bell, local_addr=("127.0.0.1", 0))
            places = [
                replace(device("desk"), peer=Peer("udp", host, port))
                for host, port in (desk.address, wire.get_extra_info("sockname"))
            ]
            async with asyncio.TaskGroup() as tasks:
                calling = tasks.create_task(
                    ring(places, lambda place: us.dial(Dialling("sip:anna@acme", binding=place)))
                )
                offer = await offers.get()
                await until(lambda: us.counters()["CallRinging"])
                await offer.leg.do(Answer())
            await until(lambda: len(bell.heard) >= 2)
            assert [request.method for request in bell.heard[:2]] == ["INVITE", "CANCEL"]
            assert bell.heard[1].headers.get("reason") == ELSEWHERE
            await calling.result().do(HangUp())
            wire.close()

    run_real(main())


def test_the_other_telephone_stops_ringing_once_one_has_answered() -> None:
    async def story(registrar: SipEndpoint, at_desk: Offers, at_mobile: Offers) -> None:
        async with asyncio.TaskGroup() as tasks:
            calling = tasks.create_task(registrar.dial(Dialling("sip:alice@127.0.0.1")))
            first, other = await at_desk.get(), await at_mobile.get()
            left: asyncio.Future[Signal] = asyncio.get_running_loop().create_future()
            other.leg.attach(left.set_result)
            await first.leg.do(Answer())
        assert await left == Left("cancelled")
        await calling.result().do(HangUp())

    at_two_devices(story)


def test_a_call_that_every_device_refuses_fails_for_the_best_reason() -> None:
    async def story(registrar: SipEndpoint, at_desk: Offers, at_mobile: Offers) -> None:
        async with asyncio.TaskGroup() as tasks:
            calling = tasks.create_task(failing(registrar))
            await (await at_desk.get()).leg.do(Refuse("over_limit"))
            await (await at_mobile.get()).leg.do(Refuse("not_allowed"))
        assert calling.result() == "sip_declined"

    async def failing(registrar: SipEndpoint) -> str:
        with pytest.raises(SwitchroomError) as caught:
            await registrar.dial(Dialling("sip:alice@127.0.0.1"))
        return caught.value.code

    at_two_devices(story)

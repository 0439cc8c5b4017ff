"""A leg that outlives its call: endpoints on loopback refer and replace each other, and the audio says who talks to whom."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping

import numpy as np
import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.identity import LegId
from switchroom.media.band import decode, encode
from switchroom.media.frame import Encoding
from switchroom.ports import (
    Answer,
    CallOffer,
    HangUp,
    Left,
    Leg,
    Party,
    PartyChanged,
    Refuse,
    Ring,
    Signal,
    Transfer,
    TransferProgress,
    Transferred,
)
from switchroom.sip.commands import AcceptRefer, Command, ReferNews, RefuseRefer
from switchroom.sip.description.policy import MediaPolicy
from switchroom.sip.outputs import TransferRequested
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registrar import Binding
from switchroom.sip.trunks.trunk import Trunk
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.legs.hunting import Way
from switchroom.transports.sip.legs.moving import Parties, Roads
from switchroom.transports.sip.legs.rtp_leg import Line, RtpLeg
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace
from switchroom.transports.sip.trunks.trunks import Fare
from tests.transports.sip.test_endpoint import Desk, Pair, connect, desk, frequency
from tests.virtual_time import run, run_real


def in_house(
    scenario: Callable[[Desk, Desk, Desk], Awaitable[None]],
    more: Mapping[str, object] | None = None,
    carols: Mapping[str, object] | None = None,
) -> None:
    """Run a scenario with Alice, us and Carol, and these settings; nobody may have a call left at its end."""

    async def main() -> None:
        async with asyncio.timeout(20.0), desk() as alice, desk(more=more) as us, desk(more=carols) as carol:
            await scenario(alice, us, carol)
            assert [one.endpoint.calls for one in (alice, us, carol)] == [0, 0, 0]

    run_real(main())


async def answered(calling: Desk, called: Desk, policy: MediaPolicy) -> tuple[Leg, Leg]:
    """Let one desk call another by a policy; return both legs."""
    async with asyncio.TaskGroup() as tasks:
        dialling = tasks.create_task(calling.endpoint.dial(Dialling(called.uri, policy=policy)))
        leg = (await called.offers.get()).leg
        called.watch(leg)
        await leg.do(Answer())
    calling.watch(dialling.result())
    return dialling.result(), leg


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.005)


def heard(desk: Desk, kind: type[Signal]) -> list[Signal]:
    return [signal for signal in desk.signals if isinstance(signal, kind)]


async def refer(pair: Pair, target: Desk) -> CallOffer:
    """Let the caller hand us over to ``target``, which is rung."""
    await pair.caller.do(Transfer(target.uri))
    offer = await target.offers.get()
    target.watch(offer.leg)
    return offer


async def outcome(desk: Desk) -> Transferred:
    await until(lambda: bool(heard(desk, Transferred)))
    (ended,) = heard(desk, Transferred)
    assert isinstance(ended, Transferred)
    return ended


def replacing(desk: Desk, pair: Pair) -> dict[str, str]:
    """What names the caller's call to us (RFC 3891): its Call-ID, our tag and the caller's."""
    assert isinstance(pair.caller, RtpLeg)
    call = desk.endpoint._agent._calls.named(pair.caller.call)
    assert call is not None and call.dialog is not None
    call_id, theirs, ours = call.dialog.key
    return {"Replaces": f"{call_id};to-tag={ours};from-tag={theirs}", "Require": "replaces"}


async def hang_up(leg: Leg, *desks: Desk) -> None:
    await leg.do(HangUp())
    for one in desks:
        await one.over.wait()


def test_a_leg_that_is_handed_over_goes_on_with_somebody_else() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        pair.talk(0.2)
        offer = await refer(pair, carol)
        await offer.leg.do(Ring())
        await until(lambda: bool(heard(alice, TransferProgress)))
        await offer.leg.do(Answer())
        assert await outcome(alice) == Transferred("done", 200)
        await alice.over.wait()  # we end the old call once Alice knows
        (changed,) = heard(us, PartyChanged)
        assert isinstance(changed, PartyChanged)
        assert changed.party.address == carol.uri
        assert changed.media["packets"] > 0
        moved = Pair(offer.leg, pair.callee, carol, us, pair.now)
        moved.talk(0.5)
        by_carol, by_us = moved.talk()
        assert abs(frequency(by_carol) - 1000) < 20
        assert abs(frequency(by_us) - 440) < 20
        assert not heard(us, Left)
        await hang_up(offer.leg, carol, us)

    in_house(scenario)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refuse("over_limit"), Transferred("busy", 486)),
        (Refuse("not_allowed"), Transferred("declined", 603)),
        (Refuse("not_found"), Transferred("unreachable", 404)),
        (Refuse("unavailable"), Transferred("no_answer", 480)),
    ],
)
def test_who_will_not_have_us_leaves_us_where_we_were(refusal: Refuse, expected: Transferred) -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        offer = await refer(pair, carol)
        await offer.leg.do(refusal)
        assert await outcome(alice) == expected
        by_alice, by_us = pair.talk()
        assert abs(frequency(by_alice) - 1000) < 20
        assert abs(frequency(by_us) - 440) < 20
        assert not heard(us, PartyChanged)
        await hang_up(pair.caller, alice, us)

    in_house(scenario)


def test_who_may_not_make_us_call_is_refused_and_nobody_is_rung() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        await pair.caller.do(Transfer(carol.uri))
        assert await outcome(alice) == Transferred("declined", 403)
        assert carol.offers.empty()
        await hang_up(pair.caller, alice, us)

    in_house(scenario, {"referring": "nobody"})


def test_a_target_that_is_nowhere_is_told_as_such() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        await pair.caller.do(Transfer("sip:nobody@127.0.0.1:9"))
        assert (await outcome(alice)).outcome == "unreachable"
        await hang_up(pair.caller, alice, us)

    in_house(scenario)


def test_who_hands_us_over_and_hangs_up_at_once_has_not_ended_the_call() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        offer = await refer(pair, carol)
        await hang_up(pair.caller, alice)
        await until(lambda: us.endpoint.counts["CallEnded"] == 1)
        assert not heard(us, Left)
        await offer.leg.do(Answer())
        await until(lambda: bool(heard(us, PartyChanged)))
        moved = Pair(offer.leg, pair.callee, carol, us, pair.now)
        moved.talk(0.5)
        assert abs(frequency(moved.talk()[0]) - 1000) < 20
        await hang_up(offer.leg, carol, us)

    in_house(scenario)


def test_when_they_have_hung_up_and_nobody_takes_us_it_is_over() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        offer = await refer(pair, carol)
        await hang_up(pair.caller, alice)
        await until(lambda: us.endpoint.counts["CallEnded"] == 1)
        await offer.leg.do(Refuse("over_limit"))
        await us.over.wait()
        assert heard(us, Left) == [Left("hangup")]

    in_house(scenario)


def test_who_we_are_being_handed_to_is_rung_no_longer_when_we_hang_up() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        await refer(pair, carol)
        await hang_up(pair.callee, us, alice, carol)
        assert heard(carol, Left) == [Left("cancelled")]

    in_house(scenario)


def test_somebody_who_takes_the_place_of_a_call_gets_its_leg() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        leg = await carol.endpoint.dial(Dialling(us.uri, headers=replacing(alice, pair)))
        carol.watch(leg)
        await alice.over.wait()
        await until(lambda: bool(heard(us, PartyChanged)))
        assert us.offers.empty(), "it is no new call"
        moved = Pair(leg, pair.callee, carol, us, pair.now)
        moved.talk(0.5)
        by_carol, by_us = moved.talk()
        assert abs(frequency(by_carol) - 1000) < 20
        assert abs(frequency(by_us) - 440) < 20
        await hang_up(leg, carol, us)

    in_house(scenario)


def test_who_names_no_call_of_ours_takes_no_place() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        wrong = {"Replaces": "nothing;to-tag=a;from-tag=b", "Require": "replaces"}
        with pytest.raises(Unavailable):
            await carol.endpoint.dial(Dialling(us.uri, headers=wrong))
        assert not heard(us, PartyChanged)
        await hang_up(pair.caller, alice, us)

    in_house(scenario)


def test_two_callers_of_ours_are_joined_and_we_are_gone() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        hers = await connect(alice, us)
        consult = await connect(us, carol)
        await hers.callee.do(Transfer(replaces=consult.caller.id))
        assert await outcome(us) == Transferred("done", 200)
        await until(lambda: us.endpoint.calls == 0)
        joined = Pair(hers.caller, consult.callee, alice, carol, max(hers.now, consult.now))
        joined.talk(0.5)
        by_alice, by_carol = joined.talk()
        assert abs(frequency(by_alice) - 1000) < 20
        assert abs(frequency(by_carol) - 440) < 20
        assert heard(carol, PartyChanged)
        assert heard(alice, PartyChanged)
        await hang_up(hers.caller, alice, carol)

    in_house(scenario)


def test_a_leg_that_is_gone_cannot_be_joined_with_anybody() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        pair = await connect(alice, us)
        with pytest.raises(Invalid):
            await pair.callee.do(Transfer(replaces=LegId("leg_nobody")))
        await hang_up(pair.caller, alice, us)

    in_house(scenario)


async def one_way(dialling: Dialling, places: list[Binding]) -> list[Way]:
    return [Way(dialling.target, Peer("udp", "127.0.0.1", 5060))]


async def no_toll(trunk: Trunk, number: str) -> Fare:
    raise AssertionError(number)


async def no_user(dialling: Dialling) -> RtpLeg:
    raise AssertionError(dialling.target)


def test_a_target_that_only_rings_is_left_alone_and_we_stay() -> None:
    sent: list[Command] = []
    ends: list[str] = []

    async def rings(dialling: Dialling, ways: list[Way]) -> RtpLeg:
        dialling.ringing(180)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ends.append("hung up")
        raise AssertionError

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:

            def start(work: Coroutine[object, None, None], name: str) -> asyncio.Task[None]:
                return tasks.create_task(work, name=name)

            roads = Roads(sent.append, start, lambda _: [], one_way, rings, no_user, lambda _: None, no_toll)
            parties = Parties(roads, "same_host")
            place = MediaPlace(RtpPorts("127.0.0.1", 30000, 30019), "127.0.0.1", "127.0.0.1")
            parties.add("old", RtpLeg("old", Party("alice"), Line(sent.append, lambda: 0.0, place)))
            parties.take(TransferRequested("old", "r1", "sip:carol@127.0.0.1", "", "", "sip:us@127.0.0.1"))
            await asyncio.sleep(60.0)
            parties.take(TransferRequested("old", "r2", "sip:bert@127.0.0.1", "", "", "sip:us@127.0.0.1"))
        assert sent == [AcceptRefer("r1"), ReferNews("r1", 180), RefuseRefer("r2", 491), ReferNews("r1", 480)]
        assert ends == ["hung up"]
        assert len(parties) == 1

    run(main())


def test_a_wideband_leg_goes_on_with_somebody_who_is_not() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        caller, ours = await answered(alice, us, MediaPolicy(codecs=("G722",)))
        assert ours.encoding is Encoding.L16_16K
        await caller.do(Transfer(carol.uri))
        hers = (await carol.offers.get()).leg
        carol.watch(hers)
        await hers.do(Answer())
        await until(lambda: bool(heard(us, PartyChanged)))
        assert (ours.encoding, hers.encoding) == (Encoding.L16_16K, Encoding.PCMU)
        by_us, by_carol = bytearray(), bytearray()
        for tick in range(75):
            ours.speak(sine(ours, 1000, tick), 0.02 * tick)
            hers.speak(sine(hers, 440, tick), 0.02 * tick)
            by_us += ours.hear(0.02 * tick) or b""
            by_carol += hers.hear(0.02 * tick) or b""
        assert abs(hertz(ours, bytes(by_us)) - 440) < 20
        assert abs(hertz(hers, bytes(by_carol)) - 1000) < 20
        await hang_up(hers, carol, us, alice)

    in_house(scenario, {"codecs": ["G722", "PCMU"]}, {"codecs": ["PCMU"]})


def sine(leg: Leg, frequency: float, tick: int) -> bytes:
    """20 ms of a tone in the leg's encoding."""
    rate = leg.encoding.rate
    times = (np.arange(rate // 50) + tick * (rate // 50)) / rate
    return encode(leg.encoding, (8000 * np.sin(2 * np.pi * frequency * times)).astype(np.int16))


def hertz(leg: Leg, payload: bytes) -> float:
    """The strongest frequency of the last half second."""
    samples = decode(leg.encoding, payload)[-leg.encoding.rate // 2 :]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * leg.encoding.rate / len(samples))


def test_a_leg_whose_audio_must_be_encrypted_moves_to_encrypted_audio() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        caller, ours = await answered(alice, us, MediaPolicy(security="require"))
        await caller.do(Transfer(carol.uri))
        hers = (await carol.offers.get()).leg
        carol.watch(hers)
        await hers.do(Answer())
        await until(lambda: bool(heard(us, PartyChanged)))
        moved = Pair(hers, ours, carol, us)
        moved.talk(0.5)
        by_carol, by_us = moved.talk()
        assert abs(frequency(by_carol) - 1000) < 20
        assert abs(frequency(by_us) - 440) < 20
        assert carol.endpoint.counts["keys_in_clear"] == 1, "her call has keys of its own"
        await hang_up(hers, carol, us, alice)

    in_house(scenario, {"security": "require"})


def test_a_leg_whose_audio_must_be_encrypted_stays_when_the_other_cannot() -> None:
    async def scenario(alice: Desk, us: Desk, carol: Desk) -> None:
        caller, _ = await answered(alice, us, MediaPolicy(security="require"))
        await caller.do(Transfer(carol.uri))
        assert await outcome(alice) == Transferred("failed", 488)
        assert not heard(us, PartyChanged)
        await hang_up(caller, alice, us)

    in_house(scenario, {"security": "require"}, {"security": "never"})

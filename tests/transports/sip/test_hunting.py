"""Ways to somebody who answers: scripted hops, in virtual time."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.sip.calls.redirect import Redirects
from switchroom.sip.commands import Credentials
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import parse_address
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registrar import Binding
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.legs.hunting import Hunt, Way
from switchroom.transports.sip.legs.refusing import refusal, silence
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from switchroom.transports.sip.wire.locating import Naptr, Srv
from tests.virtual_time import run

ANSWERED = cast("RtpLeg", object())
FULL = refusal(503, "Full", Headers.of([("Retry-After", "60 (busy hour)")]))
BUSY = refusal(486, "Busy")


def moved(*contacts: str, status: int = 302) -> SwitchroomError:
    return refusal(status, "Moved", Headers.of([("Contact", contact) for contact in contacts]))


class ScriptedResolver:
    """Every name has two addresses."""

    async def naptr(self, _name: str) -> list[Naptr]:
        return []

    async def srv(self, _name: str) -> list[Srv]:
        return []

    async def addresses(self, name: str) -> list[str]:
        return [f"{name}-1", f"{name}-2"]


@dataclass
class Far:
    """What each target at each hop says; nothing: it answers."""

    says: dict[str, SwitchroomError] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    dialled: list[Dialling] = field(default_factory=list)

    async def attempt(self, dialling: Dialling, way: Way) -> RtpLeg:
        self.tried.append(f"{way.target.removeprefix('sip:')} at {way.peer.host}")
        self.dialled.append(dialling)
        for key in (way.peer.host, way.target):
            if key in self.says:
                raise self.says[key]
        return ANSWERED


def hunt() -> Hunt:
    return Hunt(ScriptedResolver(), lambda _: [], asyncio.get_running_loop().time)


def test_a_hop_without_service_is_passed_over_for_the_next() -> None:
    async def main() -> None:
        for failure in (FULL, refusal(503, "Down"), silence(408), silence(503)):
            far = Far({"a-1": failure})
            assert await hunt().call(Dialling("sip:1@a"), far.attempt) is ANSWERED
            assert far.tried == ["1@a at a-1", "1@a at a-2"]

    run(main())


def test_a_refusal_by_a_person_is_taken_at_its_word() -> None:
    async def main() -> None:
        far = Far({"a-1": BUSY})
        with pytest.raises(Unavailable, match="busy"):
            await hunt().call(Dialling("sip:1@a"), far.attempt)
        assert far.tried == ["1@a at a-1"]

    run(main())


def test_a_hop_that_asked_for_it_is_left_in_peace_for_that_time() -> None:
    async def main() -> None:
        far, hunting = Far({"a-1": FULL}), hunt()
        await hunting.call(Dialling("sip:1@a"), far.attempt)
        del far.says["a-1"]
        await asyncio.sleep(59.0)
        await hunting.call(Dialling("sip:2@a"), far.attempt)
        await asyncio.sleep(2.0)
        await hunting.call(Dialling("sip:3@a"), far.attempt)
        assert far.tried == ["1@a at a-1", "1@a at a-2", "2@a at a-2", "3@a at a-1"]

    run(main())


def test_when_all_hops_rest_the_caller_is_told_for_how_long() -> None:
    async def main() -> None:
        far, hunting = Far({"a-1": FULL, "a-2": FULL}), hunt()
        with pytest.raises(Unavailable) as told:
            await hunting.call(Dialling("sip:1@a"), far.attempt)
        assert told.value.retry_after == 60.0
        await asyncio.sleep(20.0)
        with pytest.raises(Unavailable) as told:
            await hunting.call(Dialling("sip:1@a"), far.attempt)
        assert told.value.retry_after == pytest.approx(40.0)
        assert len(far.tried) == 2

    run(main())


def test_no_hop_rests_for_longer_than_five_minutes() -> None:
    async def main() -> None:
        for_ever = refusal(503, "Closed", Headers.of([("Retry-After", "31536000")]))
        far, hunting = Far({"a-1": for_ever, "a-2": for_ever}), hunt()
        with pytest.raises(Unavailable):
            await hunting.call(Dialling("sip:1@a"), far.attempt)
        far.says.clear()
        await asyncio.sleep(301.0)
        assert await hunting.call(Dialling("sip:1@a"), far.attempt) is ANSWERED

    run(main())


def test_a_call_that_is_sent_elsewhere_stays_where_it_is_unless_told_to_follow() -> None:
    async def main() -> None:
        far = Far({"sip:1@a": moved("<sip:2@a>")})
        with pytest.raises(Unavailable, match="elsewhere: 302 Moved") as told:
            await hunt().call(Dialling("sip:1@a"), far.attempt)
        assert told.value.code == "sip_moved"
        assert far.tried == ["1@a at a-1"]

    run(main())


def test_a_call_follows_by_liking_and_comes_back_to_the_second_best() -> None:
    async def main() -> None:
        far = Far({"sip:1@a": moved("<sip:2@a>;q=0.5", "<sip:3@b>;q=0.9"), "sip:3@b": BUSY})
        dialling = Dialling("sip:1@a", redirects=Redirects("anywhere"))
        assert await hunt().call(dialling, far.attempt) is ANSWERED
        assert far.tried == ["1@a at a-1", "3@b at b-1", "2@a at a-1"]

    run(main())


def test_two_that_send_to_each_other_do_not_keep_a_call_for_ever() -> None:
    async def main() -> None:
        far = Far({"sip:1@a": moved("<sip:2@a>"), "sip:2@a": moved("<sip:1@a>")})
        with pytest.raises(Unavailable, match="elsewhere"):
            await hunt().call(Dialling("sip:1@a", redirects=Redirects("anywhere")), far.attempt)
        assert far.tried == ["1@a at a-1", "2@a at a-1"]

    run(main())


def test_another_service_or_a_proxy_is_no_other_place() -> None:
    for status in (305, 380):
        assert refusal(status, "Else").code == "sip_failed"


@pytest.mark.parametrize(
    ("credentials", "kept"),
    [(Credentials("al", "pw"), False), (Credentials("al", "pw", "realm"), True)],
)
def test_a_password_is_not_taken_to_strangers(credentials: Credentials, *, kept: bool) -> None:
    async def main() -> None:
        far = Far({"sip:1@a": moved("<sip:2@b>")})
        await hunt().call(Dialling("sip:1@a", credentials=credentials, redirects=Redirects("anywhere")), far.attempt)
        assert (far.dialled[-1].credentials is credentials) is kept
        far = Far({"sip:1@a": moved("<sip:2@a>")})
        await hunt().call(Dialling("sip:1@a", credentials=credentials, redirects=Redirects("same_host")), far.attempt)
        assert far.dialled[-1].credentials is credentials

    run(main())


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("18000;duration=3600", 18000.0), ("5 (soon)", 5.0), ("soon", None), ("", None)],
)
def test_when_to_try_again_is_read(value: str, seconds: float | None) -> None:
    error = refusal(503, "Full", Headers.of([("Retry-After", value)]))
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


def test_a_device_behind_proxies_is_called_through_them() -> None:
    async def main() -> None:
        peer, contact = Peer("udp", "edge", 5060), parse_address("<sip:1@phone>")
        binding = Binding("1@a", contact, peer, "c", 1, 9e9, path=("sip:edge;lr",))
        ways: list[Way] = []

        async def attempt(_dialling: Dialling, way: Way) -> RtpLeg:
            ways.append(way)
            return ANSWERED

        hunting = Hunt(ScriptedResolver(), lambda _: [binding], asyncio.get_running_loop().time)
        await hunting.call(Dialling("sip:1@a"), attempt)
        assert ways == [Way("sip:1@phone", peer, ("sip:edge;lr",))]

    run(main())


def test_a_hop_that_is_but_a_name_is_where_its_name_leads() -> None:
    class Nowhere(ScriptedResolver):
        async def addresses(self, name: str) -> list[str]:
            return []

    async def main() -> None:
        assert await hunt().reach("sip:b@media.example:5070;transport=tcp") == Peer("tcp", "media.example-1", 5070)
        nowhere = Hunt(Nowhere(), lambda _: [], asyncio.get_running_loop().time)
        assert await nowhere.reach("sip:b@media.example") is None

    run(main())

"""Calling out: which trunk, what the guards say, and what is kept of a call however it ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from switchroom.accounts.model import TenantRow
from switchroom.catalogue.dial_guard import DialGuard
from switchroom.catalogue.model import OutboundCallRow
from switchroom.catalogue.outbound_calls import OutboundCalls, Permit, Spending
from switchroom.catalogue.trunks import Trunks
from switchroom.errors import Denied, Invalid, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.events.catalogue import Event, OutboundRefused
from switchroom.hosting import hosting
from switchroom.identity import TenantId
from switchroom.outbound import Order, Outbound
from switchroom.ports import HangUp, Leg
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from switchroom.transports.sip.endpoint import Dialling
from tests.scripted import ScriptedLeg
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

NUMBER = "+442079460009"


@dataclass
class ScriptedCarrier:
    """Answers, or says what is next in ``answers``."""

    answers: list[SwitchroomError] = field(default_factory=list)
    asked: list[Dialling] = field(default_factory=list)
    legs: list[ScriptedLeg] = field(default_factory=list)
    patience: asyncio.Event | None = None

    async def dial(self, dialling: Dialling) -> Leg:
        self.asked.append(dialling)
        if self.patience is not None:
            await self.patience.wait()
        if self.answers:
            raise self.answers.pop(0)
        self.legs.append(ScriptedLeg())
        self.legs[-1].attach(lambda _: None)
        return self.legs[-1]


@dataclass
class Office:
    """A tenant who calls out."""

    outbound: Outbound
    trunks: Trunks
    calls: OutboundCalls
    carrier: ScriptedCarrier
    database: Database
    events: list[Event]

    async def trunk(self, name: str, **fields: object) -> str:
        usual: dict[str, object] = {"name": name, "domain": f"{name}.example.com", "allow": ["+44"]}
        return (await self.trunks.create(TENANT, {**usual, **fields})).id

    async def refused(self, **order: str) -> str:
        with pytest.raises(SwitchroomError) as caught:
            await self.outbound.call(Order(TENANT, **{"number": NUMBER, **order}))  # type: ignore[arg-type]
        return caught.value.code

    async def outcomes(self) -> list[tuple[str, int]]:
        """What became of the calls that are over, oldest first, and what they cost."""
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            rows = await session.scalars(select(OutboundCallRow).order_by(OutboundCallRow.id))
            return [(row.outcome, row.cost) for row in rows if row.ended is not None]

    async def settled(self, calls: int) -> list[tuple[str, int]]:
        while len(await self.outcomes()) < calls:
            await asyncio.sleep(0.01)
        return await self.outcomes()


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    async with migrated(folder) as database:
        ticks = iter(range(1_000_000))
        trunks = Trunks(database, Vault("s" * 32), lambda: float(next(ticks)))
        calls, carrier, events = OutboundCalls(database, lambda: 1_000_000.0), ScriptedCarrier(), list[Event]()
        made = Outbound(trunks, calls, carrier.dial, events.append, lambda: 1_000_000.0)
        async with asyncio.timeout(10.0), hosting(made.run()):
            yield Office(made, trunks, calls, carrier, database, events)


def test_a_call_goes_by_the_tenant_s_trunk_and_is_charged_when_it_is_over(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            trunk = await here.trunk("one", callers=["+442079460000"], prefix="9", identity="from+pai", country="44")
            leg = await here.outbound.call(Order(TENANT, "020 7946 0009"))
            (asked,) = here.carrier.asked
            assert leg is here.carrier.legs[0]
            assert (asked.target, asked.sender) == (
                "sip:9+442079460009@one.example.com",
                "sip:+442079460000@one.example.com",
            )
            assert asked.headers["P-Asserted-Identity"] == "<sip:+442079460000@one.example.com>"
            assert (asked.trunk, asked.proxies) == (trunk, ("sip:one.example.com",))
            assert await here.calls.spending(TENANT) == Spending(1, 100_000)
            asked.over()
            assert await here.settled(1) == [("completed", 100_000)]

    run_real(main())


def test_a_trunk_that_is_out_of_order_is_passed_over_for_the_next(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.trunk("two")
            here.carrier.answers = [Unavailable("nothing listens", code="sip_unreachable")]
            await here.outbound.call(Order(TENANT, NUMBER))
            assert [asked.target.partition("@")[2] for asked in here.carrier.asked] == [
                "one.example.com",
                "two.example.com",
            ]
            assert await here.settled(1) == [("sip_unreachable", 0)]
            here.carrier.answers = [Limited("too many", retry_after=1.0)]
            await here.outbound.call(Order(TENANT, NUMBER))
            assert len(here.carrier.asked) == 4

    run_real(main())


@pytest.mark.parametrize(
    "answer",
    [Unavailable("busy", code="sip_busy"), NotFound("nobody", code="sip_not_found"), Denied("no", code="sip_declined")],
)
def test_what_the_far_side_says_is_the_answer_and_costs_nothing(tmp_path: Path, answer: SwitchroomError) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.trunk("two")
            here.carrier.answers = [answer]
            assert await here.refused() == answer.code
            assert len(here.carrier.asked) == 1
            assert await here.settled(1) == [(answer.code, 0)]
            assert here.events == []

    run_real(main())


def test_the_trunk_that_may_call_there_is_taken(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("uk")
            await here.trunk("us", allow=["+1"])
            await here.outbound.call(Order(TENANT, "+15550100"))
            assert here.carrier.asked[0].target == "sip:+15550100@us.example.com"

    run_real(main())


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"number": "+15550100"}, "destination_not_allowed"),
        ({"number": "+8821234567", "trunk": "world"}, "destination_not_allowed"),
        ({"caller": "+15550100", "trunk": "uk"}, "caller_not_allowed"),
    ],
)
def test_a_refusal_of_a_guard_is_an_event_and_no_call(tmp_path: Path, order: dict[str, str], code: str) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("uk", callers=["+442079460000"])
            await here.trunk("world", allow=["+882"], deny=[], enabled=order.get("trunk") == "world")
            assert await here.refused(**order) == code
            assert here.carrier.asked == []
            (event,) = here.events
            assert isinstance(event, OutboundRefused)
            assert (event.tenant, event.reason) == (TENANT, code)

    run_real(main())


def test_the_caps_of_the_tenant_hold(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.trunk("two")
            await here.calls.set_guard(TENANT, DialGuard(concurrent=1))
            await here.outbound.call(Order(TENANT, NUMBER))
            assert await here.refused() == "concurrency_cap"
            await here.calls.set_guard(TENANT, DialGuard(spend_per_day=150_000))
            assert await here.refused() == "spend_cap"
            assert [event.reason for event in here.events if isinstance(event, OutboundRefused)] == [
                "concurrency_cap",
                "spend_cap",
            ]
            assert len(here.carrier.asked) == 1

    run_real(main())


def test_without_a_trunk_or_a_number_there_is_no_call(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            with pytest.raises(NotFound, match="no trunk to call out by"):
                await here.outbound.call(Order(TENANT, NUMBER))
            with pytest.raises(NotFound, match="'gone'"):
                await here.outbound.call(Order(TENANT, NUMBER, trunk="gone"))
            await here.trunk("one")
            with pytest.raises(Invalid):
                await here.outbound.call(Order(TENANT, "demo"))

    run_real(main())


def test_a_call_that_is_given_up_holds_no_place(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            here.carrier.patience = asyncio.Event()
            calling = asyncio.get_running_loop().create_task(here.outbound.call(Order(TENANT, NUMBER)))
            while not here.carrier.asked:
                await asyncio.sleep(0)
            calling.cancel()
            await asyncio.wait([calling])
            assert await here.settled(1) == [("cancelled", 0)]

    run_real(main())


def test_what_is_up_when_we_stop_is_settled(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            pass
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.outbound.call(Order(TENANT, NUMBER))
        database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.db")
        async with database.snapshot(WHOLE_HOUSE) as session:
            (row,) = await session.scalars(select(OutboundCallRow))
        await database.close()
        assert (row.outcome, row.cost) == ("stopped", 100_000)

    run_real(main())


def test_a_call_that_the_cap_cannot_pay_any_more_is_hung_up(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.outbound.call(Order(TENANT, NUMBER))
            await here.outbound.call(Order(TENANT, NUMBER))
            await here.calls.set_guard(TENANT, DialGuard(spend_per_day=1))
            here.carrier.asked[1].over()  # whenever something is over, everything is looked at
            leg = here.carrier.legs[0]
            while HangUp() not in leg.commands:
                await asyncio.sleep(0.01)
            here.carrier.asked[0].over()
            assert sorted(await here.settled(2)) == [("completed", 100_000), ("spend_cap", 100_000)]

    run_real(main())


@pytest.mark.parametrize(
    ("contact", "may"),
    [
        ("sip:201@pbx.example.com", True),
        ("sip:+442079460001@pbx.example.com", True),
        ("sip:+447700900123@pbx.example.com", False),
        ("sip:+15550100@pbx.example.com", False),
        ("sip:442079460001@pbx.example.com", False),
    ],
)
def test_a_trunk_sends_a_call_on_to_extensions_and_to_what_costs_no_more(
    tmp_path: Path, contact: str, may: bool
) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.calls.set_guard(TENANT, DialGuard(rates={"+44": 10, "+447": 50, "+1": 1, "+33": 5}))
            await here.trunk("pbx", kind="freeswitch", session_expires=600)
            await here.outbound.call(Order(TENANT, NUMBER))
            redirects = here.carrier.asked[0].redirects
            assert redirects.follow == "same_host"
            assert here.carrier.asked[0].session_expires == 600
            assert redirects.allowed(contact) is may
            await here.trunk("carrier", allow=["+33"])
            await here.outbound.call(Order(TENANT, "+33123456789"))
            assert here.carrier.asked[1].redirects.follow == "never"

    run_real(main())


def test_a_tenant_that_is_suspended_calls_nobody(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            await here.trunk("two")
            async with here.database.transaction(WHOLE_HOUSE) as session:
                session.add(TenantRow(id=TENANT, slug="ours", name="ours", brand={}, created=1.0, suspended=True))
            assert await here.refused() == "tenant_suspended"
            assert here.carrier.asked == []
            assert [event.topic for event in here.events] == ["outbound.refused"]

    run_real(main())


def test_a_trunk_whose_secrets_are_lost_keeps_nobody_from_calling_by_another(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            lost = Trunks(here.database, Vault("t" * 32), lambda: 0.5)
            await lost.create(
                TENANT, {"name": "lost", "domain": "x", "allow": ["+44"], "user": "us", "password": "secret"}
            )
            await here.trunk("one")
            await here.outbound.call(Order(TENANT, NUMBER))
            assert here.carrier.asked[0].target == f"sip:{NUMBER}@one.example.com"

    run_real(main())


def test_a_transfer_that_cannot_be_paid_for_is_refused_and_not_a_fault(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.trunk("one")
            (trunk,) = await here.trunks.usable(TENANT)
            with patched(here.calls, OperationalError("insert", {}, Exception("database is locked"))):
                with pytest.raises(Unavailable):
                    await here.outbound.toll(trunk, NUMBER)
            await here.outbound.toll(trunk, NUMBER)
            assert (await here.calls.spending(TENANT)).running == 1, "it may, once the database is there again"

    run_real(main())


@contextmanager
def patched(calls: OutboundCalls, error: Exception) -> Iterator[None]:
    """While open, the database fails whoever asks for a permit."""

    async def permit(tenant: TenantId, number: str, caller: str, trunk: str) -> Permit:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, "permit", permit)
        yield

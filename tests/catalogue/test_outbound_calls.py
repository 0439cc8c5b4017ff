"""What a tenant may call and spend: the guard's decisions, and that caps hold whoever asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.catalogue.dial_guard import DAY, DialGuard, cost, read_guard
from switchroom.catalogue.outbound_calls import CHARGE_EVERY, LOST, OutboundCalls, Permit, Spending
from switchroom.errors import Denied, Invalid
from switchroom.identity import TenantId
from switchroom.settings import DialSettings
from switchroom.storage.db import Database
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")
NOON = 20_000 * DAY + DAY / 2
NUMBER = "+442079460009"
GUARD = DialGuard(concurrent=2, spend_per_day=100, rates={"+": 50, "+44": 10}, allow=["+44", "+1"], deny=["+449"])


@asynccontextmanager
async def opened(folder: Path, guard: DialGuard = GUARD) -> AsyncIterator[tuple[OutboundCalls, list[float], Database]]:
    async with migrated(folder) as database:
        clock = [NOON]
        calls = OutboundCalls(database, lambda: clock[0])
        await calls.set_guard(TENANT, guard)
        yield calls, clock, database


async def refusal(calls: OutboundCalls, number: str = NUMBER, tenant: TenantId = TENANT) -> str:
    with pytest.raises(Denied) as caught:
        await calls.permit(tenant, number, "", "trk_1")
    return caught.value.code


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (1, 1), (60, 1), (60.1, 2), (3600, 60)])
def test_a_call_costs_every_minute_that_has_begun(seconds: float, minutes: int) -> None:
    assert cost(seconds, 7) == 7 * minutes


@pytest.mark.parametrize("number", ["+33123456789", "+449012345678"])
def test_what_is_not_allowed_is_not_called(number: str) -> None:
    with pytest.raises(Denied) as caught:
        GUARD.rate(number)
    assert caught.value.code == "destination_not_allowed"


def test_a_new_tenant_may_call_the_world_but_not_where_stolen_lines_call() -> None:
    assert DialGuard().rate("+15550100") == 100_000
    with pytest.raises(Denied):
        DialGuard().rate("+8821234567")


def test_what_has_no_price_is_not_called() -> None:
    with pytest.raises(Denied, match="no price"):
        DialGuard(rates={"+44": 1}).rate("+15550100")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rates": {"44": 1}}, "'44' is no beginning of a number"),
        ({"rates": {"+44": -1}}, "the rate of +44 is -1"),
        ({"concurrent": -1}, "concurrent"),
        ({"currency": "euro"}, "currency"),
        ({"colour": 1}, "colour: there is no such field; the fields are "),
    ],
)
def test_what_is_wrong_with_a_guard_names_the_field(values: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_guard(values)
    assert said in str(caught.value)


def test_no_more_calls_at_once_than_the_guard_says(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, _, database):
            first = await calls.permit(TENANT, NUMBER, "", "trk_1")
            elsewhere = OutboundCalls(database, lambda: NOON)  # another process
            await elsewhere.permit(TENANT, NUMBER, "", "trk_1")
            assert await refusal(calls) == "concurrency_cap"
            await calls.permit(OTHER, NUMBER, "", "trk_2")
            await calls.ended(first, "sip_busy")
            await elsewhere.permit(TENANT, NUMBER, "", "trk_1")

    run_real(main())


def test_a_call_that_nobody_answered_costs_nothing_and_one_that_was_costs_its_minutes(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, clock, _):
            unanswered = await calls.permit(TENANT, NUMBER, "", "trk_1")
            assert await calls.spending(TENANT) == Spending(1, 10)
            await calls.ended(unanswered, "sip_busy")
            assert await calls.spending(TENANT) == Spending(0, 0)
            talking = replace(await calls.permit(TENANT, NUMBER, "", "trk_1"), answered=clock[0])
            clock[0] += 61.0
            await calls.ended(talking, "completed")
            assert await calls.spending(TENANT) == Spending(0, 20)

    run_real(main())


def test_no_call_begins_that_the_cap_cannot_pay(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, clock, _):
            for _ in range(2):
                await calls.permit(TENANT, "+15550100", "", "trk_1")
            assert await refusal(calls, NUMBER) == "concurrency_cap"
        (tmp_path / "again").mkdir()
        async with opened(tmp_path / "again", GUARD.model_copy(update={"concurrent": 9})) as (calls, clock, _):
            for _ in range(2):
                await calls.permit(TENANT, "+15550100", "", "trk_1")
            assert await refusal(calls, NUMBER) == "spend_cap"
            clock[0] += DAY
            await calls.permit(TENANT, NUMBER, "", "trk_1")

    run_real(main())


def test_running_calls_are_ended_before_the_minute_that_would_pass_the_cap(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, clock, _):
            permit = replace(await calls.permit(TENANT, "+15550100", "", "trk_1"), answered=NOON)
            other = replace(await calls.permit(OTHER, NUMBER, "", "trk_2"), answered=NOON)
            over: list[Permit] = []
            while not over:
                clock[0] += CHARGE_EVERY
                over = await calls.charge([permit, other])
            assert over == [permit]
            assert clock[0] == NOON + 120.0, "two minutes are all that the cap pays"
            await calls.ended(permit, "spend_cap")
            assert (await calls.spending(TENANT)).spent == 100

    run_real(main())


def test_a_call_lost_in_a_crash_holds_no_place_but_what_it_cost(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, clock, _):
            permit = replace(await calls.permit(TENANT, NUMBER, "", "trk_1"), answered=NOON)
            clock[0] += 55.0
            await calls.charge([permit])
            clock[0] += LOST + 1.0
            assert await calls.spending(TENANT) == Spending(0, 20)

    run_real(main())


def test_a_tenant_that_was_never_asked_has_the_small_guard_and_keeps_what_it_is_given(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as (calls, _, _database):
            assert await calls.guard(OTHER) == DialGuard()
            await calls.permit(OTHER, NUMBER, "", "trk_2")
            assert await calls.guard(OTHER) == DialGuard()
            assert await calls.guard(TENANT) == GUARD

    run_real(main())


def test_no_guard_is_wider_than_the_operator_s_ceiling(tmp_path: Path) -> None:
    ceiling = DialSettings(concurrent=1, spend_per_day=1000, least_rate=5)

    async def main() -> None:
        async with opened(tmp_path, DialGuard(concurrent=50, spend_per_day=5000, rates={"+": 0})) as (
            _,
            clock,
            database,
        ):
            calls = OutboundCalls(database, lambda: clock[0], ceiling)
            found = await calls.guard(TENANT)
            assert (found.concurrent, found.spend_per_day, found.rates) == (1, 1000, {"+": 5})
            permit = await calls.permit(TENANT, NUMBER, "", "trk_1")
            assert permit.rate == 5, "a minute that a tenant calls free is not"
            assert await refusal(calls) == "concurrency_cap"
            answered = replace(permit, answered=clock[0])
            clock[0] += 60.0 * 300
            assert await calls.charge([answered]) == [answered], "what is up is ended at the ceiling"
            for wider in (DialGuard(concurrent=2, spend_per_day=0), DialGuard(concurrent=1, spend_per_day=1001)):
                with pytest.raises(Invalid, match="that the operator lets a tenant have"):
                    await calls.set_guard(TENANT, wider)
            await calls.set_guard(TENANT, DialGuard(concurrent=1, spend_per_day=1000))

    run_real(main())

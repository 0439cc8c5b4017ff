import csv
import io
from pathlib import Path

import pytest

from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import CallId
from switchroom.ports.credit import NoCredit
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage import ledger
from switchroom.usage.charging import Charging
from switchroom.usage.credits import FORGOTTEN, Terms
from switchroom.usage.prices import USUAL, Price, Prices
from switchroom.usage.statements import Span, month
from tests.usage.house import HOUSE, RESELLER, TENANT, House, opened
from tests.virtual_time import run_real

CALL = CallId("call_1")
CHEAP = Prices(name="Cheap", currency="EUR", prices=(Price(meter="call_seconds", credits=50, per=60, started=True),))
FOREVER = Span(0.0, 1e10)


async def _topics(house: House) -> list[str]:
    return [entry.topic for entry in await house.journal.after(0, most=1000)]


def test_what_a_call_used_is_charged_bit_by_bit_and_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            for seconds in (30.0, 20.0, 15.0):
                await house.used(CALL, {"call_seconds": {"": seconds}, "tts_characters": {"cartesia": 100.0}})
                await house.charging.catch_up()
            await house.charging.catch_up()
            has = await house.credits.balance(TENANT)
            assert (has.available, has.spent) == (-490, 490)  # two begun minutes, and 300 letters

    run_real(main())


def test_two_workers_charge_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            other = Charging(house.journal, house.credits, house.clock)
            await house.used(CALL, {"call_seconds": {"": 30.0}})
            await house.charging.catch_up()
            await other.catch_up()
            assert (await house.credits.balance(TENANT)).spent == 200

    run_real(main())


def test_everybody_above_but_the_house_pays_by_the_list_of_whoever_is_above(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            wholesale = await house.lists.make(HOUSE, CHEAP)
            await house.credits.set_terms(RESELLER, Terms(price_list=wholesale.id))
            retail = await house.lists.make(RESELLER, USUAL)
            await house.credits.set_terms(TENANT, Terms(price_list=retail.id))
            await house.used(CALL, {"call_seconds": {"": 61.0}})
            await house.charging.catch_up()
            spent = [(await house.credits.balance(tenant)).spent for tenant in (TENANT, RESELLER, HOUSE)]
            assert spent == [400, 100, 0]
            with pytest.raises(Conflict, match="1 tenants pay by the list"):
                await house.lists.remove(retail.id, RESELLER)
            with pytest.raises(NotFound):
                await house.lists.get(wholesale.id, RESELLER)

    run_real(main())


def test_a_new_list_changes_nothing_for_a_call_that_runs(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            list_ = await house.lists.make(HOUSE, CHEAP)
            await house.credits.set_terms(TENANT, Terms(price_list=list_.id))
            await house.used(CALL, {"call_seconds": {"": 60.0}})
            await house.charging.catch_up()
            await house.lists.change(list_.id, HOUSE, USUAL)
            await house.used(CALL, {"call_seconds": {"": 60.0}})
            await house.used("call_2", {"call_seconds": {"": 60.0}})
            await house.charging.catch_up()
            assert (await house.credits.balance(TENANT)).spent == 50 + 50 + 200

    run_real(main())


def test_credit_is_held_while_a_call_goes_on_and_given_back_at_its_end(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            list_ = await house.lists.make(HOUSE, CHEAP)
            await house.credits.set_terms(TENANT, Terms(least=0, price_list=list_.id))
            await house.credits.grant(TENANT, 120, "bought", "usr_1")
            hold = await house.credits.reserve(TENANT, CALL)
            assert (await house.credits.balance(TENANT)).held == 50
            await hold.keep({("call_seconds", ""): 15.0})
            assert (await house.credits.balance(TENANT)).held == 100
            with pytest.raises(NoCredit) as refused:
                await hold.keep({("call_seconds", ""): 61.0})
            assert refused.value.payer == TENANT
            await house.used(CALL, {"call_seconds": {"": 75.0}})
            await house.over(CALL)
            await house.charging.catch_up()
            has = await house.credits.balance(TENANT)
            assert (has.available, has.held, has.spent) == (20, 0, 100)
            with pytest.raises(NoCredit):
                await house.credits.reserve(TENANT, CallId("call_2"))
            async with house.journal.database.snapshot(WHOLE_HOUSE) as session:
                assert await ledger.unbalanced(session) == []

    run_real(main())


def test_a_call_is_refused_when_somebody_above_cannot_pay_and_nobody_else_holds_anything(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.credits.set_terms(TENANT, Terms(least=0))
            await house.credits.grant(TENANT, 10_000, "bought", "usr_1")
            await house.credits.set_terms(RESELLER, Terms(least=0))
            with pytest.raises(NoCredit) as refused:
                await house.credits.reserve(TENANT, CALL)
            assert refused.value.payer == RESELLER
            assert (await house.credits.balance(TENANT)).held == 0

    run_real(main())


def test_who_pays_afterwards_holds_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            hold = await house.credits.reserve(TENANT, CALL)
            assert not hold.limited
            assert (await house.credits.lines(TENANT)) == []

    run_real(main())


def test_low_credit_is_told_when_the_mark_is_passed_and_not_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.credits.set_terms(TENANT, Terms(mark=500))
            await house.credits.grant(TENANT, 1000, "", "usr_1")
            for _ in range(4):
                await house.used(CALL, {"call_seconds": {"": 60.0}})
                await house.charging.catch_up()
            assert (await _topics(house)).count("credit.low") == 1
            await house.credits.grant(TENANT, 1000, "", "usr_1")
            for _ in range(4):
                await house.used(CALL, {"call_seconds": {"": 60.0}})
                await house.charging.catch_up()
            assert (await _topics(house)).count("credit.low") == 2

    run_real(main())


def test_what_was_held_for_a_call_that_never_was_is_given_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.credits.set_terms(TENANT, Terms(least=-10_000))
            await house.credits.reserve(TENANT, CALL)
            assert await house.credits.release_forgotten() == 0
            house.clock.now += FORGOTTEN + 1
            assert await house.credits.release_forgotten() == 1
            has = await house.credits.balance(TENANT)
            assert (has.available, has.held) == (0, 0)

    run_real(main())


def test_a_statement_lists_every_use_and_its_credits_add_up_to_the_change(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.credits.grant(TENANT, 5000, "=HYPERLINK(1)", "usr_1")
            await house.used(CALL, {"call_seconds": {"": 90.0}, "llm_tokens_in": {"gpt": 12_345.0}})
            await house.charging.catch_up()
            text = "".join([part async for part in house.statements.csv(TENANT, month("2027-01"))])
            rows = list(csv.DictReader(io.StringIO(text)))
            assert [(row["kind"], row["meter"], row["amount"], row["credits"]) for row in rows] == [
                ("usage", "call_seconds", "90", "-400"),
                ("usage", "llm_tokens_in", "12345", "-123"),
                ("grant", "", "", "5000"),
            ]
            assert rows[2]["note"] == "'=HYPERLINK(1)"
            has = await house.credits.balance(TENANT)
            assert sum(int(row["credits"]) for row in rows) == has.left
            nothing = "".join([part async for part in house.statements.csv(TENANT, month("2026-12"))])
            assert len(nothing.splitlines()) == 1

    run_real(main())


def test_sums_by_day_and_provider(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.used(CALL, {"stt_seconds": {"deepgram": 60.0, "local": 30.0}})
            house.clock.now += 86_400
            await house.used("call_2", {"stt_seconds": {"deepgram": 60.0}})
            await house.charging.catch_up()
            days = await house.statements.sums(TENANT, FOREVER, "day")
            assert [(day.key, day.amount, day.credits, day.calls) for day in days] == [
                ("2027-01-15", 90.0, 120, 1),
                ("2027-01-16", 60.0, 80, 1),
            ]
            providers = await house.statements.sums(TENANT, FOREVER, "provider")
            assert [(one.key, one.amount, one.cost) for one in providers] == [
                ("deepgram", 120.0, 16_000),
                ("local", 30.0, 4_000),
            ]

    run_real(main())


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="write it as 2026-11"):
        month("2026-13")

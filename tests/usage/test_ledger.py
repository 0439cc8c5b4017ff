"""The ledger always balances, whoever writes into it at the same time."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from switchroom.identity import CallId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.usage import ledger
from switchroom.usage.credits import Terms
from switchroom.usage.ledger import Entry
from switchroom.usage.model import LedgerRow
from tests.usage.house import TENANT, House, opened
from tests.virtual_time import run_real

CALLS = [CallId(f"call_{number}") for number in range(4)]

grants = st.tuples(st.just("grant"), st.sampled_from(CALLS), st.integers(-500, 500))
holds = st.tuples(st.just("hold"), st.sampled_from(CALLS), st.integers(0, 400))
charges = st.tuples(st.just("charge"), st.sampled_from(CALLS), st.integers(0, 300))
releases = st.tuples(st.just("release"), st.sampled_from(CALLS), st.just(0))
Step = tuple[str, CallId, int]


async def _do(house: House, step: Step) -> None:
    what, call, amount = step
    async with house.journal.database.transaction(WHOLE_HOUSE) as session:
        match what:
            case "grant":
                await ledger.grant(session, TENANT, amount, Entry(TENANT, "grant", 0.0))
            case "hold":
                await ledger.hold(session, TENANT, call, amount, 0.0)
            case "charge":
                await ledger.charge(session, TENANT, call, amount, 0.0)
            case _:
                await ledger.release(session, call, 0.0)


async def _several(house: House, steps: Sequence[Sequence[Step]]) -> None:
    async def one(mine: Sequence[Step]) -> None:
        for step in mine:
            await _do(house, step)

    async with asyncio.TaskGroup() as tasks:
        for mine in steps:
            tasks.create_task(one(mine))


async def _entries_off(database: Database) -> int:
    async with database.snapshot(WHOLE_HOUSE) as session:
        off = select(LedgerRow.entry).group_by(LedgerRow.entry).having(func.sum(LedgerRow.amount) != 0)
        return len((await session.scalars(off)).all())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.one_of(grants, holds, charges, releases), max_size=8), min_size=2, max_size=3))
def test_fuzz_the_ledger_balances_whatever_is_written_at_once(steps: list[list[Step]]) -> None:
    async def main() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(Path(folder)) as house:
                await _several(house, steps)
                database = house.journal.database
                async with database.snapshot(WHOLE_HOUSE) as session:
                    assert await ledger.unbalanced(session) == []
                assert await _entries_off(database) == 0
                has = await house.credits.balance(TENANT)
                assert has.held >= 0
                assert has.spent == sum(amount for mine in steps for what, _, amount in mine if what == "charge")

    run_real(main())


def test_the_last_credit_is_had_once(tmp_path: Path) -> None:
    async def main() -> list[bool]:
        async with opened(tmp_path) as house:
            await house.credits.set_terms(TENANT, Terms(least=0))
            await house.credits.grant(TENANT, 1000, "bought", "usr_1")
            other = Database(f"sqlite+aiosqlite:///{tmp_path}/test.db")  # as another process would
            had: list[bool] = []

            async def reach(database: Database, call: str) -> None:
                async with database.transaction(WHOLE_HOUSE) as session:
                    had.append(await ledger.hold(session, TENANT, CallId(call), 300, 0.0))

            async with asyncio.TaskGroup() as tasks:
                for number in range(10):
                    tasks.create_task(reach(house.journal.database if number % 2 else other, f"call_{number}"))
            await other.close()
            has = await house.credits.balance(TENANT)
            assert (has.available, has.held) == (100, 900)
            return had

    assert sorted(run_real(main())) == [False] * 7 + [True] * 3


def test_what_is_spent_can_no_longer_be_taken_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as house:
            await house.credits.grant(TENANT, 100, "", "usr_1")
            async with house.journal.database.transaction(WHOLE_HOUSE) as session:
                await ledger.charge(session, TENANT, CallId("call_1"), 80, 0.0)
            has = await house.credits.grant(TENANT, -20, "returned", "usr_1")
            assert (has.issued, has.available, has.spent) == (-80, 0, 80)

    run_real(main())

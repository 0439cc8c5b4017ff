"""Codes of an app: they count once, guessing is slowed down, and recovery codes are for the day the app is gone."""

from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from switchroom.accounts.audit import Sought
from switchroom.accounts.model import SecondStepRow
from switchroom.accounts.second_steps import SecondStep
from switchroom.errors import Conflict, Denied, Limited
from switchroom.identity import TenantId
from switchroom.storage.scope import WHOLE_HOUSE
from tests.accounts.story import HERE, House, house
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


async def enrolled(here: House) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    made = await here.people.second_steps.enrol(here.ann, "Acme")
    app = pyotp.TOTP(made.secret)
    await here.people.second_steps.confirm(here.ann.id, app.at(int(here.clock.now)))
    here.clock.now += 30
    return app, made.recovery


def test_a_second_step_counts_when_it_is_confirmed(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            steps = here.people.second_steps
            assert await steps.of(here.ann.id) == SecondStep(on=False, recovery_left=0)
            with pytest.raises(Conflict):
                await steps.confirm(here.ann.id, "000000")
            made = await steps.enrol(here.ann, "Acme")
            assert made.uri.startswith("otpauth://totp/Acme:ann%40acme.example?secret=")
            assert await steps.of(here.ann.id) == SecondStep(on=False, recovery_left=0)
            with pytest.raises(Denied):
                await steps.confirm(here.ann.id, "000000")
            again = await steps.enrol(here.ann, "Acme")
            with pytest.raises(Denied):  # the app that was enrolled first
                await steps.confirm(here.ann.id, pyotp.TOTP(made.secret).at(int(here.clock.now)))
            await steps.confirm(here.ann.id, pyotp.TOTP(again.secret).at(int(here.clock.now)))
            assert await steps.of(here.ann.id) == SecondStep(on=True, recovery_left=10)
            with pytest.raises(Conflict):
                await steps.enrol(here.ann, "Acme")

    run_real(main())


def test_a_code_counts_once_and_for_a_step_around_now(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            app, _ = await enrolled(here)
            steps, code = here.people.second_steps, app.at(int(here.clock.now))
            await steps.check(here.ann, code, address=HERE)
            with pytest.raises(Denied):
                await steps.check(here.ann, code, address=HERE)
            with pytest.raises(Denied):  # nor one of before
                await steps.check(here.ann, app.at(int(here.clock.now) - 30), address=HERE)
            await steps.check(here.ann, app.at(int(here.clock.now) + 30), address=HERE)  # a clock that is fast
            here.clock.now += 300
            with pytest.raises(Denied):
                await steps.check(here.ann, app.at(int(here.clock.now) - 60), address=HERE)

    run_real(main())


def test_the_code_that_confirmed_does_not_sign_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            app, _ = await enrolled(here)
            with pytest.raises(Denied):
                await here.people.second_steps.check(here.ann, app.at(int(here.clock.now) - 30), address=HERE)

    run_real(main())


def test_a_recovery_code_counts_once_and_none_is_stored_as_it_is(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            app, recovery = await enrolled(here)
            steps = here.people.second_steps
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                row = (await session.scalars(select(SecondStepRow))).one()
            assert app.secret not in row.box
            assert not set(recovery) & set(row.recovery)
            await steps.check(here.ann, recovery[3].upper(), address=HERE)
            assert (await steps.of(here.ann.id)).recovery_left == 9
            with pytest.raises(Denied):
                await steps.check(here.ann, recovery[3], address=HERE)

    run_real(main())


def test_guessing_codes_locks_the_second_step_whatever_the_address(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            app, _ = await enrolled(here)
            for number in range(5):
                with pytest.raises(Denied):
                    await here.people.second_steps.check(here.ann, "000000", address=f"192.0.2.{number}")
            with pytest.raises(Limited):
                await here.people.second_steps.check(here.ann, app.at(int(here.clock.now)), address="192.0.2.99")
            found, _ = await here.accounts.audit.all(here.ann.tenant, Sought(action="totp."), limit=9, cursor=None)
            assert [line.deed.subject for line in found] == [here.ann.id] * 5

    run_real(main())


def test_an_administrator_takes_a_second_step_away_in_their_own_tenant_only(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            await enrolled(here)
            steps = here.people.second_steps
            await steps.remove(here.ann.id, TenantId("tnt_elsewhere"))
            assert (await steps.of(here.ann.id)).on
            await steps.remove(here.ann.id, here.ann.tenant)
            assert not (await steps.of(here.ann.id)).on

    run_real(main())

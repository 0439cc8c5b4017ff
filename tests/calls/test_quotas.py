"""How many calls tenants may have: counted for each and for who is above, and refused clearly beyond."""

import asyncio

import pytest

from switchroom.calls.quotas import Quotas
from switchroom.errors import Limited
from switchroom.identity import TenantId
from switchroom.ports import Refuse
from switchroom.ports.plan import Quota
from tests.calls.rig import TENANT, rig
from tests.scripted import ScriptedLeg
from tests.virtual_time import run

NORTH = TenantId("tnt_north")


def test_a_resellers_tenants_share_what_it_has() -> None:
    quotas = Quotas()
    dental, florist = [Quota(TenantId(name), 2) for name in ("dental", "florist")]
    north = Quota(NORTH, 3)
    for one in (dental, dental, florist):
        quotas.take((one, north), 0.0)
    for one in (dental, florist):
        with pytest.raises(Limited):
            quotas.take((one, north), 0.0)
    quotas.leave((dental, north))
    quotas.take((florist, north), 0.0)
    with pytest.raises(Limited):
        quotas.take((dental, north), 0.0)


def test_what_one_level_refuses_counts_for_none() -> None:
    quotas, full, wide = Quotas(), Quota(NORTH, 0), Quota(TENANT, 1)
    with pytest.raises(Limited):
        quotas.take((wide, full), 0.0)
    quotas.take((wide,), 0.0)


def test_calls_per_minute_are_of_the_last_minute() -> None:
    quotas, slow = Quotas(), Quota(TENANT, calls_per_minute=2)
    quotas.take((slow,), 0.0)
    quotas.leave((slow,))
    quotas.take((slow,), 30.0)
    with pytest.raises(Limited) as caught:
        quotas.take((slow,), 45.0)
    assert caught.value.retry_after == 15
    quotas.take((slow,), 60.0)


def test_a_call_beyond_the_limit_is_refused_and_the_next_one_after_a_hang_up_is_not() -> None:
    async def main() -> None:
        async with rig(quotas=(Quota(TENANT, 1), Quota(NORTH, 5))) as engine:
            first, second = ScriptedLeg(leaves=2.0), ScriptedLeg(leaves=1.0)
            engine.offer(first)
            await asyncio.sleep(0.5)
            engine.offer(second)
            await engine.until_idle()
            assert second.commands == [Refuse("over_limit", retry_after=5)]
            assert engine.switchboard.refused == {"limited": 1}
            third = await engine.call(ScriptedLeg(leaves=1.0))
            assert not any(isinstance(command, Refuse) for command in third.commands)

    run(main())

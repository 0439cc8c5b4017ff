"""The figures that the console begins with."""

from pathlib import Path

from switchroom.identity import least_id
from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.story import call


def test_the_last_day_is_told_to_its_tenant_and_to_nobody_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            for begin in (NOW - 7200, NOW - 7100, NOW - 90_000):
                await here.happened(*call(here, least_id("call", begin), begin))
            async with here.as_user() as client:
                found = (await client.get("/api/v1/overview")).json()
            async with here.as_user(await here.stranger()) as client:
                theirs = (await client.get("/api/v1/overview")).json()
            async with here.client() as client:
                assert (await client.get("/api/v1/overview")).status_code == 401
        assert (found["calls"], found["answered"], found["step"]) == (2, 2, 3600)
        assert len(found["points"]) == 24
        assert found["latency"]["turns"] == 4
        assert [agent["name"] for agent in found["agents"]] == [here.agent.name]
        assert theirs["calls"] == 0

    run_real(story())


def test_a_stretch_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for wrong in (
                {"from": "2027-01-16T00:00:00Z", "to": "2027-01-15T00:00:00Z"},
                {"from": "2020-01-15T00:00:00Z"},
            ):
                answer = await client.get("/api/v1/overview", params=wrong)
                assert (answer.status_code, answer.json()["code"]) == (422, "bad_stretch")

    run_real(story())

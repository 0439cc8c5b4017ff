"""The waits of callers in the API and on the page of a call."""

from pathlib import Path

import pytest

from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.story import call


def test_an_agents_latency_is_told_to_its_tenant(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW), *call(here, "call_2", NOW + 1000))
            async with here.as_user() as client:
                agent = (await client.get(f"/api/v1/agents/{here.agent.id}/latency")).json()
                since = {"since": "2027-01-15T08:10:00Z"}
                later = (await client.get("/api/v1/latency", params=since)).json()
                unknown = await client.get("/api/v1/agents/agt_nobody/latency")
                unzoned = await client.get("/api/v1/latency", params={"since": "2027-01-15T08:10:00"})
            assert (agent["turns"], agent["adopted"], agent["guesses"]) == (4, 2, 6)
            assert agent["whole"]["p50"] == pytest.approx(0.51)
            assert set(agent["shares"]) == {"endpointing", "stt", "llm", "tool", "tts", "wire"}
            assert later["turns"] == 2
            assert unknown.status_code == 404
            assert unzoned.status_code == 422

    run_real(story())


def test_a_turn_shows_who_was_awaited(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            async with here.as_user() as client:
                turns = (await client.get("/api/v1/calls/call_1/turns")).json()
            async with here.in_browser() as client:
                page = (await client.get("/calls/call_1")).text
            assert [turn["latency"] for turn in turns[1:]] == pytest.approx([0.51, 0.54])
            assert [turn["adopted"] for turn in turns[1:]] == [True, False]
            assert turns[2]["shares"]["tts"] == 0.1
            assert page.count('class="shares"') == 2
            assert "end of turn 0.21 s, recogniser 0.10 s, model 0.03 s, voice 0.10 s, wire 0.07 s" in page
            assert page.count(">guessed<") == 1

    run_real(story())

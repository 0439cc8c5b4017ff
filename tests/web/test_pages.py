"""Pages: what they show, whom they let in, and what they carry."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.web.services import EngineState
from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.story import busy_day, call

PUBLIC = ["/", "/login", "/voice_assistant", "/nothing"]
PRIVATE = ["/calls", "/calls/call_1", "/reservations", "/trunks"]


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE])
def test_every_page_forbids_foreign_and_inline_scripts(tmp_path: Path, path: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await busy_day(here)
            async with here.in_browser() as client:
                answer = await client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)

    run_real(story())


@pytest.mark.parametrize("path", PRIVATE)
def test_a_private_page_asks_who_you_are_first(tmp_path: Path, path: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")

    run_real(story())


def test_the_home_page_says_whom_to_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            text = (await client.get("/")).text
            assert "sip:demo@192.0.2.10:5060" in text
            assert "Ready for a call" in text

    run_real(story())


def test_the_voice_page_asks_for_a_pin_only_of_strangers(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.client() as client:
                assert 'data-pin="yes"' in (await client.get("/voice_assistant")).text
            async with here.in_browser() as client:
                assert 'data-pin="no"' in (await client.get("/voice_assistant")).text

    run_real(story())


def test_the_voice_page_asks_for_nothing_in_a_demo(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, demo=True) as here, here.client() as client:
            assert 'data-pin="no"' in (await client.get("/voice_assistant")).text

    run_real(story())


def test_lists_that_are_empty_say_what_to_do(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.in_browser() as client:
            assert "Nobody has called yet" in (await client.get("/calls")).text
            assert "No call matches" in (await client.get("/calls?show=failed")).text
            assert "No tables are reserved" in (await client.get("/reservations")).text

    run_real(story())


def test_calls_are_shown_with_caller_state_and_outcome(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await busy_day(here)
            async with here.in_browser() as client:
                everything = (await client.get("/calls")).text
                live = (await client.get("/calls?show=live")).text
            assert ">+442079460777<" in everything
            assert ">failed<" in everything
            assert live.count("<tr>") == 2  # the heading and one call

    run_real(story())


def test_a_call_is_shown_with_what_was_said_and_how_fast(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await busy_day(here)
            async with here.in_browser() as client:
                text = (await client.get("/calls/call_3")).text
            assert 'data-start="3.9"' in text
            assert "0.51 s" in text
            assert "0.4% lost · jitter 6 ms · round trip 41 ms" in text
            assert "/api/v1/calls/call_3/recording" in text

    run_real(story())


def test_what_a_caller_said_is_text_and_never_markup(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW, caller='"><script>alert(1)</script>'))
            async with here.in_browser() as client:
                for path in ("/calls", "/calls/call_1"):
                    assert "<script>alert" not in (await client.get(path)).text

    run_real(story())


def test_reservations_are_shown_by_day_of_the_restaurant(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await busy_day(here)
            async with here.in_browser() as client:
                text = (await client.get("/reservations")).text
            days = re.findall(r"<h3>(.*?)</h3>", text)
            assert days == [
                "Today, Friday 15 January", "Tomorrow, Saturday 16 January", "Wednesday 20 January", "Wednesday 13 January",
            ]  # fmt: skip
            assert "6 guests" in text  # the cancelled six do not count
            assert "birthday party of fifteen" in text

    run_real(story())


def test_another_tenant_sees_none_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await busy_day(here)
            async with here.in_browser(await here.stranger()) as client:
                assert "Nobody has called yet" in (await client.get("/calls")).text
                assert (await client.get("/calls/call_3")).status_code == 404
                assert "Anderson" not in (await client.get("/reservations")).text

    run_real(story())


def test_people_see_a_page_and_programs_a_problem(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.client(accept="text/html") as client:
                answer = await client.get("/nothing")
                assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
                assert (await client.get("/api/v1/nothing")).headers["content-type"] == "application/problem+json"
            async with here.client() as client:
                assert (await client.delete("/api/v1/calls")).json()["code"] == "method_not_allowed"

    run_real(story())


def test_a_broken_database_is_our_fault_and_tells_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            async with here.services.database.transaction(WHOLE_HOUSE) as session:
                await session.execute(sql("DROP TABLE voice_calls"))
            answer = await client.get("/api/v1/calls")
            assert (answer.status_code, answer.json()["code"]) == (500, "bug")
            assert "voice_calls" not in answer.text

    run_real(story())


def test_health_and_figures_need_no_login(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            assert (await client.get("/health/live")).json() == {"status": "ok"}
            ready = {
                "status": "ok",
                "role": "all",
                "database": "ok",
                "engine": "ok",
                "redis": "not used",
                "calls": 0,
                "behind": {},
            }
            assert (await client.get("/health/ready")).json() == ready
            here.services.metrics.counter("switchroom_test_total", "A test").add()
            figures = (await client.get("/metrics")).text
            assert "switchroom_test_total 1" in figures and "switchroom_database_up 1" in figures

    run_real(story())


def test_an_engine_that_drains_is_not_ready(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.services = replace(here.services, engine=lambda: EngineState(calls=2, draining=True))
            async with here.client() as client:
                answer = await client.get("/health/ready")
                assert (answer.status_code, answer.json()["engine"], answer.json()["calls"]) == (503, "draining", 2)

    run_real(story())


def test_every_route_of_the_api_is_documented(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            document = (await client.get("/openapi.json")).json()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    assert operation.get("summary"), f"{method} {path}"
                    assert operation.get("tags"), f"{method} {path}"

    run_real(story())

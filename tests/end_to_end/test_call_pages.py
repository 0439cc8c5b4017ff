"""The pages of calls in a real browser: they renew themselves, draw the recording, and move in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.chromium import chromium, needs_chromium, served
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site
from tests.web.story import busy_day, call, record

pytestmark = [pytest.mark.peer, needs_chromium]

expect.set_options(timeout=20_000)


@asynccontextmanager
async def visitor(folder: Path) -> AsyncIterator[tuple[Site, Page, str]]:
    """A signed-in browser on a site with a day's calls."""
    async with site(folder) as here:
        await busy_day(here)
        async with served(here.app) as address, chromium() as browser:
            context = await browser.new_context()
            token = here.services.accounts.token(here.account.user)
            await context.add_cookies([{"name": "switchroom_session", "value": token, "url": address}])
            page = await context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            yield here, page, address
            assert complaints == []


def test_the_list_of_calls_renews_itself(tmp_path: Path) -> None:
    async def story() -> None:
        async with visitor(tmp_path) as (here, page, address):
            async with page.expect_response("**/api/v1/calls/changes"):
                await page.goto(f"{address}/calls")
            rows = page.locator("#calls tbody tr")
            await expect(rows).to_have_count(4)
            new = call(here, "call_5", NOW, ends="")
            await here.happened(*new)
            here.services.bus.publish(new[0])
            await expect(rows).to_have_count(5)
            await expect(rows.first).to_contain_text("talking")

    run_real(story())


def test_a_call_that_ends_while_it_is_looked_at_shows_its_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with visitor(tmp_path) as (here, page, address):
            async with page.expect_response("**/api/v1/calls/changes?call=call_4"):
                await page.goto(f"{address}/calls/call_4")
            await expect(page.locator("#call")).to_contain_text("talking")
            record(here.services.settings.recordings, "call_4")
            end = call(here, "call_4", NOW)[-3:]
            await here.happened(*end)
            here.services.bus.publish(end[0])
            await expect(page.locator("#call")).to_contain_text("caller hung up")
            await page.wait_for_selector(".player[data-points='1000']")

    run_real(story())


def test_the_recording_is_drawn_and_a_line_leads_to_its_place(tmp_path: Path) -> None:
    async def story() -> None:
        async with visitor(tmp_path) as (_, page, address):
            await page.goto(f"{address}/calls/call_3")
            await page.wait_for_selector(".player[data-points='1000']")
            inked = await page.evaluate("""() => {
                const canvas = document.getElementById("wave");
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return data.filter((value, index) => index % 4 === 3 && value > 0).length;
            }""")
            assert inked > 1000
            await page.get_by_role("button", name="Anderson").click()
            await page.wait_for_function("document.getElementById('audio').currentTime >= 11.8")
            await expect(page.locator(".transcript li.now")).to_contain_text("Anderson")

    run_real(story())

"""The console with a keyboard only, on a phone, in another language, in the dark, and for those who do not see it."""

import re

import pytest
from playwright.async_api import expect

from tests.console.house import House, Visit, visiting
from tests.end_to_end.chromium import needs_chromium
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, needs_chromium]


async def pages(on: Visit) -> list[str]:
    """Return the addresses of all pages that the navigation leads to."""
    links = await on.page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [str(link).removeprefix("/console").strip("/") for link in links]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out_of_any_page(house: House, scheme: str) -> None:
    async def story() -> None:
        async with visiting(house, scheme=scheme) as on:
            await on.page.goto(f"{house.url}/console/sign-in")
            await expect(on.page.get_by_label("E-mail")).to_be_visible()
            barriers = await on.barriers()
            await on.sign_in()
            await on.settled()
            names = await pages(on)
            assert len(names) >= 5
            for name in names:
                await on.go(name)
                await on.shoot(f"{name or 'overview'}-{scheme}")
                barriers += await on.barriers()
            await on.go("calls")
            await on.page.get_by_role("table").get_by_role("link").first.click()
            await on.settled()
            await on.shoot(f"call-{scheme}")
            barriers += await on.barriers()
            assert barriers == []

    run_real(story())


def test_the_keyboard_alone_is_enough(house: House) -> None:
    async def story() -> None:
        async with visiting(house) as on:
            await on.page.goto(f"{house.url}/console/")
            await expect(on.page.get_by_label("E-mail")).to_be_focused()
            await on.page.keyboard.type(house.email)
            await on.page.keyboard.press("Tab")
            await on.page.keyboard.type(house.password)
            await on.page.keyboard.press("Enter")
            await expect(on.page.get_by_role("button", name="Account of")).to_be_visible()

            await on.go("")
            await on.page.keyboard.press("Tab")
            await expect(on.page.get_by_role("link", name="Skip to the content")).to_be_focused()
            await on.page.keyboard.press("Enter")
            await expect(on.page.locator("#page")).to_be_focused()

            await on.page.keyboard.press("g")
            await on.page.keyboard.press("c")
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Calls")
            await on.page.keyboard.press("?")
            await expect(on.page.get_by_role("dialog")).to_contain_text("Go to Calls")
            await on.shoot("shortcuts")
            await on.page.keyboard.press("Escape")
            await expect(on.page.get_by_role("dialog")).to_be_hidden()

            await on.page.keyboard.press("Control+k")
            await expect(on.page.get_by_label("Search pages and commands")).to_be_focused()
            await on.page.keyboard.type("trunk")
            await on.shoot("palette")
            await on.page.keyboard.press("Enter")
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Trunks")

    run_real(story())


def test_on_a_phone_nothing_is_cut_off(house: House) -> None:
    async def story() -> None:
        async with visiting(house, width=390, height=844) as on:
            await on.sign_in()
            await on.settled()
            too_wide = []
            for name in await pages(on):
                await on.go(name)
                await on.shoot(f"{name or 'overview'}-phone")
                if await on.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    too_wide.append(name)
            assert too_wide == []
            await on.page.get_by_role("button", name="Open the navigation").click()
            await on.shoot("navigation-phone")
            await on.page.get_by_role("navigation").get_by_role("link", name="Calls").click()
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Calls")
            await on.page.get_by_role("link", name=re.compile("switchroom@")).first.click()
            await on.settled()
            await on.shoot("call-phone")
            assert not await on.page.evaluate("document.documentElement.scrollWidth > innerWidth")

    run_real(story())


def test_it_speaks_german_to_whom_a_browser_says_so_and_english_when_asked(house: House) -> None:
    async def story() -> None:
        async with visiting(house, locale="de-DE") as on:
            await on.page.goto(f"{house.url}/console/calls")
            await expect(on.page.get_by_role("button", name="Anmelden")).to_be_visible()
            await on.sign_in("calls")
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Gespräche")
            assert await on.page.evaluate("document.documentElement.lang") == "de"
            await on.shoot("calls-german")
            await on.page.get_by_role("button", name="Konto von").click()
            await on.page.get_by_role("menuitem", name="English").click()
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Calls")
            await on.page.reload()
            await expect(on.page.get_by_role("heading", level=1)).to_have_text("Calls")

    run_real(story())

"""`switchroom serve` with a call in its history, and a browser that looks at its console.

Whatever the page's script complains about fails the test, a refused style or script by the security policy among it. With
``CONSOLE_SHOTS`` in the environment, a picture of every page that is looked at is left in that folder.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Page, expect

from tests.end_to_end.chromium import chromium

expect.set_options(timeout=15_000)

_GRAVE = ("serious", "critical")
_REFUSED = "Failed to load resource"  # the browser says so of every answer from 400 on; what comes of it is on the page


@dataclass(frozen=True, slots=True)
class House:
    """The running program and who may sign in."""

    url: str
    email: str
    password: str
    dial: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser at the console."""

    house: House
    page: Page

    async def sign_in(self, path: str = "") -> None:
        """Go to a page as a stranger, and sign in on the way."""
        await self.page.goto(f"{self.house.url}/console/{path}")
        await self.page.get_by_label("E-mail").fill(self.house.email)
        await self.page.locator("input[type=password]").fill(self.house.password)
        await self.page.keyboard.press("Enter")
        await self.page.locator("header").wait_for()

    async def go(self, path: str) -> None:
        """Open a page by its address, and wait until it shows what it is about."""
        await self.page.goto(f"{self.house.url}/console/{path}")
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is grey any more."""
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(self.page.locator(".mantine-Skeleton-root")).to_have_count(0)
        await self.page.wait_for_timeout(250)  # the transition of what has just come

    async def shoot(self, name: str) -> None:
        """Leave a picture where somebody wants to look at it."""
        if folder := os.environ.get("CONSOLE_SHOTS"):
            await self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    async def barriers(self) -> list[str]:
        """Return what keeps people out of this page, by axe, as far as it is grave."""
        found = await Axe().run(self.page)
        return [
            f"{self.page.url}: {violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for violation in found.response["violations"]
            if violation["impact"] in _GRAVE
            for node in violation["nodes"]
        ]


@asynccontextmanager
async def visiting(
    house: House, *, width: int = 1280, height: int = 860, locale: str = "en-GB", scheme: str = "light"
) -> AsyncIterator[Visit]:
    """Open a browser; it is closed at the end, and must have had nothing to complain about."""
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_REFUSED):
            complaints.append(message.text)

    async with chromium() as browser:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", said)
        yield Visit(house, page)
        assert complaints == []

"""Steering a call while it goes on."""

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.console.house import House, Visit, visiting
from tests.end_to_end.chromium import needs_chromium
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, needs_chromium]


@asynccontextmanager
async def calling(house: House, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Somebody calls, and stays on the line until the other side hangs up."""
    script = folder / "patient.txt"
    script.write_text("wait 90\n")
    command = ["-m", "switchroom.cli", "call", house.dial, "--script", str(script)]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        _ = await process.wait()


async def _ask(on: Visit, verb: str, label: str, text: str) -> None:
    await on.page.get_by_role("button", name=verb, exact=True).click()
    form = on.page.get_by_role("dialog")
    await form.get_by_label(label).fill(text)
    await form.get_by_role("button", name=verb, exact=True).click()


async def _asked(on: Visit, verb: str, label: str, text: str) -> None:
    await _ask(on, verb, label, text)
    await expect(on.page.get_by_role("dialog")).to_be_hidden()


def test_a_call_is_steered_while_it_goes_on(house: House, tmp_path: Path) -> None:
    async def story() -> None:
        async with visiting(house) as on, calling(house, tmp_path) as caller:
            await on.sign_in("calls?show=live")
            await on.page.get_by_role("table").get_by_role("link").first.click()
            await expect(on.page.get_by_role("button", name=re.compile("How can I help you"))).to_be_visible()
            await _asked(on, "Say", "What the agent says now", "The kitchen closes at ten.")
            await expect(on.page.get_by_role("button", name=re.compile("kitchen closes at ten"))).to_be_visible()
            await _asked(on, "Whisper to the agent", "What the agent should know", "A regular guest.")
            await _asked(on, "Press keys", "Keys", "12#")
            await on.page.get_by_role("button", name="Hold", exact=True).click()
            await expect(on.page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
            await on.shoot("held")
            await _ask(on, "Say", "What the agent says now", "Nobody hears this.")
            await expect(on.page.get_by_role("dialog").get_by_text("the call is held")).to_be_visible()
            await on.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
            await on.page.get_by_role("button", name="Resume", exact=True).click()
            await expect(on.page.get_by_role("button", name="Hold", exact=True)).to_be_visible()
            await on.page.get_by_role("button", name="Hang up", exact=True).click()
            await on.page.get_by_role("dialog").get_by_role("button", name="Hang up", exact=True).click()
            await expect(on.page.get_by_text("While it goes on")).to_have_count(0)
            _ = await caller.wait()

    run_real(story())

"""A table booked in a real browser: Chromium's microphone speaks, the whole program answers, the book has a row."""

import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from switchroom.events.catalogue import ReplySpoken
from tests.end_to_end.chromium import chromium, needs_chromium
from tests.end_to_end.house import House, open_day, opened
from tests.interop.sound import speech
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech, needs_chromium]

_LINES = ((6.0, "a table for four on {day} at seven thirty the name is anna"), (11.0, "yes please"))
"""Seconds of silence before each line, and what is said."""


def _microphone(folder: Path) -> Path:
    """Write the caller's part, with pauses in which the agent can answer."""
    parts = []
    for number, (pause, line) in enumerate(_LINES):
        spoken = speech(line.format(day=f"{open_day():%A}"), folder / f"{number}.wav", before=pause, after=0.1)
        parts.append(str(spoken))
    path = folder / "microphone.wav"
    subprocess.run(["sox", *parts, "-r", "48000", str(path), "pad", "0", "60"], check=True)
    return path


def test_a_caller_in_a_browser_books_a_table(tmp_path: Path) -> None:
    async def main() -> None:
        microphone = _microphone(tmp_path)
        async with opened(tmp_path / "data") as house, chromium(microphone) as browser:
            page = await browser.new_page()
            await page.goto(f"{house.running.web}/voice_assistant")
            await page.get_by_role("button", name="Call").click()
            await _booked(house)
            ((name, party, at, status),) = await house.reservations()
            assert (name, party, status) == ("Anna", 4, "booked")
            assert (at.date(), f"{at:%H:%M}") == (open_day(), "19:30")
            await _shown(page)
            await page.get_by_role("button", name="Hang up").click()
            ended = await house.over()
            assert ended.reason == "caller_hangup"
            said = [line.text for line in await house.transcript(ended.call) if line.who == "caller"]
            assert any("seven thirty" in text for text in said)

    run_real(main())


async def _booked(house: House) -> None:
    """Wait until the agent has said that the table is booked."""
    try:
        await house.witness.until(ReplySpoken, where=lambda reply: "is booked" in reply.heard, within=60.0)
    except AssertionError as error:
        error.add_note(house.witness.story())
        raise


async def _shown(page: Page) -> None:
    """The page shows both sides and how long the caller waited."""
    await expect(page.get_by_text("seven thirty").first).to_be_visible()
    await expect(page.get_by_text("is booked").first).to_be_visible()
    assert await page.get_by_text("0.", exact=False).count() > 0

"""The voice assistant in a real browser: its microphone is heard, its loudspeaker sounds, the conversation is shown."""

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, expect

from switchroom.media.frame import RATE
from switchroom.ports import Digit, Interrupted, Left, Typed
from tests.end_to_end.chromium import chromium, needs_chromium, served
from tests.end_to_end.scripted_engine import GREETING_HERTZ, REPLY_HERTZ, ScriptedEngine
from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, PIN, site

pytestmark = [pytest.mark.peer, needs_chromium]

SPEECH_HERTZ = 600

expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Stage:
    """A browser at the voice assistant's page, and the engine behind it."""

    page: Page
    engine: ScriptedEngine
    address: str


def microphone(folder: Path) -> Path:
    """Write what the browser's microphone hears: beeps, because a browser takes a steady tone for noise and suppresses it."""
    path = folder / "microphone.wav"
    times = np.arange(48000 * 4) / 48000
    samples = 16000 * np.sin(2 * np.pi * SPEECH_HERTZ * times) * (times % 0.5 < 0.2)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


@asynccontextmanager
async def stage(folder: Path, *, demo: bool = True, deaf: bool = False) -> AsyncIterator[Stage]:
    async with site(folder, demo=demo) as here, asyncio.TaskGroup() as tasks:
        engine = ScriptedEngine(here.account.tenant.id, here.services.bus, tasks)
        here.services = replace(here.services, accept=engine.accept)
        async with served(here.app) as address, chromium(None if deaf else microphone(folder)) as browser:
            page = await browser.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            await page.goto(f"{address}/voice_assistant")
            await page.wait_for_selector("#assistant[data-loaded]")
            yield Stage(page, engine, address)
            assert complaints == []


async def hear(on: Stage, hertz: int) -> None:
    """Wait until the page plays that tone, loud; it is measured where the loudspeaker is."""
    await on.page.wait_for_function(
        """hertz => {
            const { agentFrequency, agentLevel } = document.getElementById("assistant").dataset;
            return Math.abs(agentFrequency - hertz) < 12 && agentLevel > 0.05;
        }""",
        arg=hertz,
        polling=50,
    )
    on.engine.go_on()


def test_a_conversation_is_heard_and_shown(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(tmp_path) as on:
            page, engine = on.page, on.engine
            await expect(page.locator("#state")).to_have_text("Ready")
            await page.get_by_role("button", name="Call", exact=True).click()
            await hear(on, GREETING_HERTZ)
            log = page.get_by_role("log").locator("li")
            await expect(log.first).to_contain_text("Welcome to the test.")

            await expect(log.nth(1)).to_contain_text("a table for two")
            await hear(on, REPLY_HERTZ)
            await expect(log.nth(2)).to_contain_text("book table ✓")
            await expect(log.nth(3)).to_contain_text("Your table is booked.")
            await expect(log.nth(3).locator(".unheard")).to_have_text(" is booked.")
            await expect(page.locator("#state")).to_have_text("Listening")
            await expect(log.nth(3).locator(".took")).to_have_text("0.42 s")
            assert float(await page.locator("#assistant").get_attribute("data-mic-peak") or 0) > 0.05

            await expect(page.locator("#problem")).to_be_hidden()
            await page.get_by_role("button", name="Hang up").click()
            await engine.until(Left("hangup"))
            await expect(page.locator("#after")).to_contain_text("You hung up.")
            await expect(page.locator("#state")).to_have_text("Ready")
            heard = np.concatenate(on.engine.heard).astype(float)
            spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
            strongest = np.fft.rfftfreq(len(heard), 1 / RATE)[np.argmax(spectrum)]
            assert abs(strongest - SPEECH_HERTZ) < 10

    run_real(story())


def test_keys_buttons_and_writing_reach_the_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(tmp_path) as on:
            await on.page.get_by_role("button", name="Call", exact=True).click()
            await on.page.get_by_role("button", name="Keypad").click()
            keypad = on.page.get_by_role("group", name="Keypad")
            await keypad.get_by_role("button", name="4").click()
            await on.engine.until(Digit("4", "browser"))
            await on.page.keyboard.press("#")
            await on.engine.until(Digit("#", "browser"))
            await on.page.get_by_role("button", name="Stop the agent").click()
            await on.engine.until(Interrupted())
            await on.page.get_by_label("Write instead of speaking").fill("a table for 2")
            await on.page.keyboard.press("Enter")
            await on.engine.until(Typed("a table for 2"))
            assert Digit("2", "browser") not in on.engine.signals
            await on.page.close()
            await on.engine.until(Left("hangup"))

    run_real(story())


def test_without_a_microphone_one_can_still_listen_and_write(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(tmp_path, deaf=True) as on:
            await on.page.get_by_role("button", name="Call", exact=True).click()
            await hear(on, GREETING_HERTZ)
            await expect(on.page.get_by_role("alert")).to_contain_text("The microphone was not allowed")
            await on.page.get_by_label("Write instead of speaking").fill("hello")
            await on.page.keyboard.press("Enter")
            await on.engine.until(Typed("hello"))
            await on.page.get_by_role("button", name="Hang up").click()
            await on.engine.until(Left("hangup"))

    run_real(story())


def test_a_stranger_needs_a_pin(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(tmp_path, demo=False) as on:
            await on.page.get_by_label("Your PIN").fill("0000")
            await on.page.get_by_role("button", name="Call", exact=True).click()
            await expect(on.page.get_by_role("alert")).to_contain_text("wrong")
            await expect(on.page.locator("#state")).to_have_text("Ready")
            await on.page.get_by_label("Your PIN").fill(PIN)
            await on.page.get_by_role("button", name="Call", exact=True).click()
            await hear(on, GREETING_HERTZ)
            await on.page.get_by_role("button", name="Hang up").click()
            await on.engine.until(Left("hangup"))

    run_real(story())


def test_who_signs_in_needs_no_pin_and_is_led_to_the_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(tmp_path, demo=False) as on:
            await on.page.goto(f"{on.address}/login?next=/voice_assistant")
            await on.page.get_by_label("E-mail address").fill(EMAIL)
            await on.page.get_by_label("Password").fill(PASSWORD)
            await on.page.keyboard.press("Enter")
            await on.page.wait_for_url("**/voice_assistant")
            await on.page.get_by_role("button", name="Call", exact=True).click()
            await hear(on, GREETING_HERTZ)
            await on.page.get_by_role("button", name="Hang up").click()
            link = on.page.get_by_role("link", name="See what was recorded")
            await expect(link).to_have_attribute("href", "/calls/call_browser")

    run_real(story())

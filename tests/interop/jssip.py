"""JsSIP in a headless Chromium, as one fixture and one page; see ``jssip.js`` for what is put around it.

async with browser(bundle) as page:
    assert await page.asks("register", [port, "wonder"]) == "registered"
    assert await page.asks("call", "sip:demo@tenant.test") == "confirmed"
    page.wire                                       the start lines of what went out (>) and came in (<)
"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocket, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NPM = shutil.which("npm")
NEEDED = [
    pytest.mark.peer,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(NPM is None, reason="npm, which brings JsSIP, is not installed: apt-get install npm"),
]

_SCRIPT = Path(__file__).parent / "jssip.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--ignore-certificate-errors",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JsSIP as one script."""
    assert NPM is not None
    folder = tmp_path_factory.mktemp("jssip")
    (folder / "package.json").write_text('{"private": true}')
    (folder / "in.js").write_text("import JsSIP from 'jssip'; window.JsSIP = JsSIP\n")
    install = [NPM, "install", "--no-audit", "--no-fund", "jssip@3.13.8", "esbuild@0.28"]
    build = [str(folder / "node_modules/.bin/esbuild"), "in.js", "--bundle", "--outfile=out.js", "--format=iife"]
    for command in (install, build):
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"JsSIP could not be had from npm: {error}")
    return folder / "out.js"


@dataclass
class JsSip:
    """A page with JsSIP and what travelled on its socket."""

    page: Page
    wire: list[str] = field(default_factory=list)

    async def asks(self, what: str, given: object = None) -> object:
        """Have the page do one of the things of ``jssip.js`` and return what came of it."""
        return await self.page.evaluate(f"(given) => page.{what}(given)", given)

    async def hurries(self, times: int) -> None:
        """Let the page's session timers run that much faster from now on."""
        await self.page.evaluate("(times) => { window.hurry = times }", times)

    async def said(self, word: str) -> None:
        """Wait until the page has noted ``word``."""
        while word not in await self.page.evaluate("() => said"):
            await asyncio.sleep(0.02)

    async def travelled(self, line: str, times: int = 1) -> None:
        """Wait until a start line that begins so was on the wire so often."""
        while sum(seen.startswith(line) for seen in self.wire) < times:
            await asyncio.sleep(0.02)

    def watch(self, opened: WebSocket) -> None:
        """Note what travels on a socket."""
        opened.on("framesent", lambda payload: self._note(">", payload))
        opened.on("framereceived", lambda payload: self._note("<", payload))

    def _note(self, way: str, payload: str | bytes) -> None:
        text = payload if isinstance(payload, str) else payload.decode("utf-8", "replace")
        first = text.split("\r\n")[0].removeprefix("SIP/2.0 ")
        if first:
            self.wire.append(f"{way} {first}")


@asynccontextmanager
async def browser(bundle: Path, voice: Path | None = None) -> AsyncIterator[JsSip]:
    """A page into whose microphone a wav file is played again and again; without one, beeps."""
    flags = FLAGS if voice is None else [*FLAGS, f"--use-file-for-fake-audio-capture={voice}"]
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags, headless=True)
        try:
            made = JsSip(await chromium.new_page(ignore_https_errors=True))
            made.page.on("websocket", made.watch)
            await made.page.goto(f"file://{bundle}")  # microphones are for pages with an origin
            await made.page.add_script_tag(path=_SCRIPT)
            await made.page.add_script_tag(path=bundle)
            yield made
        finally:
            await chromium.close()

"""JsSIP in a headless Chromium registers over WSS and is called by the connection that it opened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from switchroom.errors import SwitchroomError
from switchroom.settings import SipSettings
from switchroom.sip.authentication.digest import ha1
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from tests.interop.jssip import CHROMIUM, FLAGS, NEEDED, bundle
from tests.interop.ports import free_block
from tests.virtual_time import run_real

__all__ = ["bundle"]

pytestmark = NEEDED

_PHONE = """
([port, password]) => new Promise((resolve) => {
  const socket = new JsSIP.WebSocketInterface(`wss://127.0.0.1:${port}`)
  window.heard = []
  window.phone = new JsSIP.UA({sockets: [socket], uri: 'sip:alice@tenant.test', password, register_expires: 120})
  phone.on('registered', () => resolve('registered'))
  phone.on('registrationFailed', (event) => resolve(`failed ${event.response ? event.response.status_code : event.cause}`))
  phone.start()
})
"""
_BUSY = """
() => phone.on('newRTCSession', (event) => {
  if (event.originator !== 'remote') return
  heard.push(event.session.remote_identity.display_name)
  event.session.terminate({status_code: 486})
}) && undefined
"""
_UNREGISTER = "() => new Promise((resolve) => { phone.on('unregistered', () => resolve('gone')); phone.unregister() })"


def lookup(user: str, realm: str, algorithm: str) -> str | None:
    return ha1(user, realm, "wonder", algorithm) if user == "alice" else None


@asynccontextmanager
async def switch(algorithms: tuple[str, ...] = ("MD5",)) -> AsyncIterator[SipEndpoint]:
    """An endpoint that browsers may register with."""
    first = free_block(20)
    settings = SipSettings(host="127.0.0.1", port=0, wss_port=0, rtp_first=first, rtp_last=first + 19)
    endpoint = SipEndpoint(settings, lambda _: None, Accounts(lookup, algorithms=lambda *_: algorithms))
    await endpoint.open()
    task = asyncio.get_running_loop().create_task(endpoint.run())
    try:
        yield endpoint
    finally:
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0.05)


@asynccontextmanager
async def page_with(bundle: Path) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        try:
            page = await browser.new_page(ignore_https_errors=True)
            await page.add_script_tag(path=bundle)
            yield page
        finally:
            await browser.close()


def test_jssip_registers_over_wss_and_leaves_again(bundle: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), switch() as endpoint, page_with(bundle) as page:
            port = endpoint.addresses["wss"][1]
            assert await page.evaluate(_PHONE, [port, "wonder"]) == "registered"
            (binding,) = endpoint.bindings("alice@tenant.test")
            assert binding.contact.uri.host.endswith(".invalid")
            assert binding.flow is not None
            assert binding.peer.transport == "wss"
            assert await page.evaluate(_UNREGISTER) == "gone"
            assert endpoint.bindings("alice@tenant.test") == []

    run_real(main())


@pytest.mark.parametrize(
    ("algorithms", "outcome"),
    [(("SHA-256", "MD5"), "registered"), (("MD5", "SHA-256"), "failed 401"), (("SHA-256",), "failed 401")],
)
def test_jssip_knows_md5_alone_and_heeds_the_last_challenge(
    bundle: Path, algorithms: tuple[str, ...], outcome: str
) -> None:
    """Why MD5 comes last where an account may use both."""

    async def main() -> None:
        async with asyncio.timeout(60.0), switch(algorithms) as endpoint, page_with(bundle) as page:
            assert await page.evaluate(_PHONE, [endpoint.addresses["wss"][1], "wonder"]) == outcome

    run_real(main())


def test_jssip_with_a_wrong_password_is_refused(bundle: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), switch() as endpoint, page_with(bundle) as page:
            port = endpoint.addresses["wss"][1]
            assert await page.evaluate(_PHONE, [port, "wrong"]) == "failed 401"
            assert endpoint.bindings("alice@tenant.test") == []

    run_real(main())


def test_a_page_that_is_closed_is_forgotten(bundle: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), switch() as endpoint:
            async with page_with(bundle) as page:
                assert await page.evaluate(_PHONE, [endpoint.addresses["wss"][1], "wonder"]) == "registered"
            while endpoint.bindings("alice@tenant.test"):
                await asyncio.sleep(0.05)

    run_real(main())


def test_jssip_is_called_by_the_connection_that_it_opened(bundle: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), switch() as endpoint, page_with(bundle) as page:
            assert await page.evaluate(_PHONE, [endpoint.addresses["wss"][1], "wonder"]) == "registered"
            await page.evaluate(_BUSY)
            with pytest.raises(SwitchroomError):
                await endpoint.dial(Dialling("sip:alice@tenant.test", name="Table seven"))
            assert await page.evaluate("() => heard") == ["Table seven"]

    run_real(main())

"""What a request may bring and take, and which other web sites may ask."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
from starlette.types import Message, Receive, Scope, Send

from switchroom.settings import Settings, WebSettings
from switchroom.web.limits import USUAL, Limits
from tests.virtual_time import run, run_real
from tests.web.site import site

APP = "https://app.example.com"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            refused = await client.post("/api/v1/webhooks", content=b"x" * (USUAL + 1))
            assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")

    run_real(main())


def test_a_body_that_says_nothing_of_its_length_is_counted_as_it_comes(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for path in ("/api/v1/webhooks", "/api/auth/login"):
                refused = await client.post(path, content=endless(), headers={"content-type": "application/json"})
                assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")

    run_real(main())


def test_an_answer_that_does_not_begin_in_time_is_given_up() -> None:
    async def stuck(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.sleep(1e6)

    async def main() -> None:
        transport = httpx.ASGITransport(Limits(stuck))
        async with httpx.AsyncClient(transport=transport, base_url="http://switchroom.test") as client:
            answer = await client.get("/api/v1/agents")
            assert (answer.status_code, answer.json()["code"]) == (503, "took_too_long")

    run(main())


def test_an_answer_that_has_begun_may_take_its_time() -> None:
    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 200, "headers": []}
        await send(start)
        await asyncio.sleep(3600)
        await send({"type": "http.response.body", "body": b"there"})

    async def main() -> None:
        transport = httpx.ASGITransport(Limits(slow))
        async with httpx.AsyncClient(transport=transport, base_url="http://switchroom.test", timeout=None) as client:
            assert (await client.get("/api/v1/calls/call_1/recording")).text == "there"

    run(main())


def test_other_web_sites_are_told_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.get("/api/v1/agents", headers={"origin": APP})
            assert "access-control-allow-origin" not in answer.headers
            asked = await client.options(
                "/api/v1/agents", headers={"origin": APP, "access-control-request-method": "GET"}
            )
            assert "access-control-allow-origin" not in asked.headers

    run_real(main())


def test_an_invited_web_site_uses_the_api_by_token_and_never_by_our_cookie(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here:
            settings = here.services.settings.model_copy(update={"web": WebSettings(origins=(APP,))})
            here.services = replace(here.services, settings=settings)
            from_there = {"origin": APP, "sec-fetch-site": "cross-site"}
            async with here.as_user() as client:
                answer = await client.post("/api/v1/webhooks", json={"url": "http://"}, headers=from_there)
                assert answer.status_code == 422
                assert answer.headers["access-control-allow-origin"] == APP
                assert "access-control-allow-credentials" not in answer.headers
                elsewhere = {**from_there, "origin": "https://evil.example"}
                assert (await client.post("/api/v1/webhooks", json={}, headers=elsewhere)).status_code == 403
            async with here.in_browser() as browser:
                refused = await browser.post("/api/v1/webhooks", json={"url": "http://"}, headers=from_there)
                assert refused.status_code == 403

    run_real(main())


def test_a_browser_that_came_by_https_comes_by_https_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.client() as client:
            assert "strict-transport-security" not in (await client.get("/health/live")).headers
            secure = await client.get("https://switchroom.test/health/live")
            assert secure.headers["strict-transport-security"] == "max-age=31536000"

    run_real(main())


def test_nothing_is_shared_unless_it_is_set() -> None:
    assert Settings(_env_file=None).web.origins == ()

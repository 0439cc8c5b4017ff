"""Signing in and out, who may see what, and requests that other sites cause."""

from pathlib import Path

import pytest

from tests.virtual_time import run_real
from tests.web.site import EMAIL, NOW, PASSWORD, site
from tests.web.story import call


def test_a_program_signs_in_and_says_who_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answer = await client.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
            assert answer.status_code == 200
            signed_in = answer.json()
            assert (signed_in["token_type"], signed_in["expires_in"]) == ("Bearer", 1800)
            client.cookies.clear()
            me = await client.get("/api/auth/me", headers={"authorization": f"Bearer {signed_in['access_token']}"})
            assert me.json()["email"] == EMAIL

    run_real(story())


def test_a_wrong_password_is_a_problem_with_a_code(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answer = await client.post("/api/auth/login", json={"email": EMAIL, "password": "wrong"})
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"] == "Bearer"
            problem = answer.json()
            assert (problem["code"], problem["status"], problem["instance"]) == (
                "bad_credentials", 401, "/api/auth/login",
            )  # fmt: skip

    run_real(story())


def test_too_many_wrong_passwords_say_when_to_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            for _ in range(5):
                await client.post("/api/auth/login", json={"email": EMAIL, "password": "wrong"})
            answer = await client.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["retryable"] is True

    run_real(story())


def test_a_browser_gets_a_cookie_that_scripts_and_other_sites_do_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            form = {"email": EMAIL, "password": PASSWORD, "next": "/reservations"}
            answer = await client.post("/login", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/reservations")
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert (await client.get("/calls")).status_code == 200
            await client.post("/logout")
            assert (await client.get("/calls")).headers["location"] == "/login?next=/calls"

    run_real(story())


def test_a_wrong_password_in_the_form_says_so_and_keeps_the_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            answer = await client.post("/login", data={"email": "<b>@x.example", "password": "wrong"})
            assert answer.status_code == 401
            assert "is wrong" in answer.text
            assert "&lt;b&gt;@x.example" in answer.text

    run_real(story())


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(tmp_path: Path, elsewhere: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            form = {"email": EMAIL, "password": PASSWORD, "next": elsewhere}
            assert (await client.post("/login", data=form)).headers["location"] == "/calls"

    run_real(story())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://switchroom.test"}, 200),
        ({"origin": "http://switchroom.test"}, 200),
        ({}, 200),
    ],
)
def test_a_post_that_another_site_caused_is_refused(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(**headers) as client:
            answer = await client.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
            assert answer.status_code == status

    run_real(story())


def test_a_voice_token_is_for_who_is_signed_in_and_opens_nothing_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.client() as client:
                assert (await client.post("/api/auth/voice-token")).status_code == 401
            async with here.in_browser() as client:
                token = (await client.post("/api/auth/voice-token")).json()["token"]
            assert here.services.accounts.identify(token, "voice").user == here.account.user.id
            async with here.client(authorization=f"Bearer {token}") as client:
                assert (await client.get("/api/v1/calls")).status_code == 401

    run_real(story())


def test_in_a_demo_anybody_gets_a_voice_token(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, demo=True) as here, here.client() as client:
            token = (await client.post("/api/auth/voice-token")).json()["token"]
            assert here.services.accounts.identify(token, "voice").user == here.account.user.id

    run_real(story())


@pytest.mark.parametrize("rest", ["", "/transcript", "/turns", "/events", "/recording", "/waveform"])
def test_another_tenants_call_does_not_exist(tmp_path: Path, rest: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            async with here.as_user(await here.stranger()) as client:
                answer = await client.get(f"/api/v1/calls/call_1{rest}")
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
                assert (await client.get("/api/v1/calls")).json() == {"items": [], "next": None}

    run_real(story())


@pytest.mark.parametrize(
    "path", ["/api/v1/calls", "/api/v1/calls/call_1/recording", "/api/v1/calls/changes", "/api/auth/me"]
)
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic abc"])
def test_nobody_in_particular_sees_nothing(tmp_path: Path, path: str, authorization: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(authorization=authorization) as client:
            assert (await client.get(path)).status_code == 401

    run_real(story())

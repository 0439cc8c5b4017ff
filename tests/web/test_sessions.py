"""Registering, refreshing and signing out, by program and by browser."""

from pathlib import Path

import pytest
from sqlalchemy import event

from switchroom.accounts.people import Rules, people
from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, Site, site

NEW = {"organisation": "Blümchen & Co", "name": "Bo", "email": "Bo@Blume.example", "password": "a long password"}
BROWSER = {"origin": "http://switchroom.test", "sec-fetch-site": "same-origin"}
LOGIN = {"email": EMAIL, "password": PASSWORD}


def test_a_stranger_makes_an_organisation_and_is_its_administrator(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answer = await client.post("/api/auth/register", json=NEW)
            assert answer.status_code == 201
            made = answer.json()
            assert (made["user"]["role"], made["user"]["email"]) == ("admin", "bo@blume.example")
            assert made["user"]["tenant"] != here.account.tenant.id
            bearer = {"authorization": f"Bearer {made['access_token']}"}
            assert (await client.get("/api/v1/calls", headers=bearer)).json() == {"items": [], "next": None}
            assert (await here.services.accounts.tenant("blumchen-co")).name == "Blümchen & Co"
            again = await client.post("/api/auth/register", json=NEW | {"email": "eve@blume.example"})
            assert again.status_code == 201
            assert again.json()["user"]["tenant"] != made["user"]["tenant"]
            assert (await client.post("/api/auth/register", json=NEW)).json()["code"] == "email_taken"

    run_real(story())


def test_nobody_registers_where_only_invitations_count(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            services = here.services
            closed = people(here.journal, services.accounts, "s" * 32, services.wall, Rules())
            object.__setattr__(services, "people", closed)
            async with here.client() as client:
                answer = await client.post("/api/auth/register", json=NEW)
                assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")

    run_real(story())


def test_registering_over_and_over_is_slowed_down(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            statuses = [
                (await client.post("/api/auth/register", json=NEW | {"email": f"b{n}@x.example"})).status_code
                for n in range(11)
            ]
            assert statuses == [201] * 10 + [429]

    run_real(story())


def test_a_program_refreshes_with_the_token_of_the_body(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answer = await client.post("/api/auth/login", json=LOGIN)
            assert "set-cookie" not in answer.headers
            first = answer.json()
            here.clock[0] += 1801
            second = (await client.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
            me = await client.get("/api/auth/me", headers={"authorization": f"Bearer {second['access_token']}"})
            assert me.json()["email"] == EMAIL
            assert (await client.post("/api/auth/refresh", json={"refresh_token": "rt_no"})).status_code == 401
            assert (await client.post("/api/auth/refresh")).status_code == 401

    run_real(story())


def test_a_browser_refreshes_by_a_cookie_that_only_the_door_sees(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(**BROWSER) as client:
            answer = await client.post("/api/auth/login", json=LOGIN)
            assert answer.json()["refresh_token"] is None
            refresh = next(one for one in answer.headers.get_list("set-cookie") if "switchroom_refresh" in one)
            assert all(part in refresh for part in ("HttpOnly", "SameSite=lax", "Path=/api/auth", "Max-Age=604800"))
            here.clock[0] += 1801
            assert (await client.get("/api/v1/calls")).status_code == 401
            assert (await client.post("/api/auth/refresh")).status_code == 200
            assert (await client.get("/api/v1/calls")).status_code == 200

    run_real(story())


async def signed_out(here: Site, kept: dict[str, str], access: str) -> list[int]:
    async with here.client(authorization=f"Bearer {access}") as client:
        tried = [await client.get("/api/auth/me"), await client.post("/api/auth/refresh", json=kept)]
        return [answer.status_code for answer in tried]


@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/logout-everywhere"])
def test_signing_out_ends_both_tokens_at_once(tmp_path: Path, path: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            made = (await client.post("/api/auth/login", json=LOGIN)).json()
            other = (await client.post("/api/auth/login", json=LOGIN)).json()
            bearer = {"authorization": f"Bearer {made['access_token']}"}
            assert (await client.post(path, headers=bearer)).status_code == 204
            kept = {"refresh_token": made["refresh_token"]}
            assert await signed_out(here, kept, made["access_token"]) == [401, 401]
            others = await signed_out(here, {"refresh_token": other["refresh_token"]}, other["access_token"])
            assert others == ([200, 200] if path.endswith("logout") else [401, 401])

    run_real(story())


def test_signing_out_with_an_expired_access_token_takes_the_refresh_token(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            made = (await client.post("/api/auth/login", json=LOGIN)).json()
            here.clock[0] += 1801
            kept = {"refresh_token": made["refresh_token"]}
            assert (await client.post("/api/auth/logout", json=kept)).status_code == 204
            assert (await client.post("/api/auth/refresh", json=kept)).status_code == 401

    run_real(story())


def test_a_page_signs_its_session_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            await client.post("/login", data=LOGIN | {"next": "/calls"})
            assert (await client.get("/calls")).status_code == 200
            kept = client.cookies["switchroom_session"]
            await client.post("/logout")
            client.cookies.set("switchroom_session", kept)
            assert (await client.get("/calls")).headers["location"] == "/login?next=/calls"

    run_real(story())


def test_a_new_password_needs_the_old_one_and_ends_every_session(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.patch("/api/auth/me", json={"name": "Dee"})).json()["name"] == "Dee"
            wrong = {"password": "another password", "old_password": "wrong"}
            assert (await client.patch("/api/auth/me", json=wrong)).json()["code"] == "wrong_password"
            short = {"password": "short", "old_password": PASSWORD}
            assert (await client.patch("/api/auth/me", json=short)).status_code == 422
            right = {"password": "another password", "old_password": PASSWORD}
            assert (await client.patch("/api/auth/me", json=right)).status_code == 200
            assert (await client.get("/api/auth/me")).json()["code"] == "signed_out"
            login = await client.post("/api/auth/login", json={"email": EMAIL, "password": "another password"})
            assert login.status_code == 200

    run_real(story())


def test_who_asks_is_found_out_without_a_query(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            made = (await client.post("/api/auth/login", json=LOGIN)).json()
            bearer = {"authorization": f"Bearer {made['access_token']}"}
            asked: list[str] = []

            def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
                asked.append(statement)

            event.listen(here.services.database.engine.sync_engine, "before_cursor_execute", look)
            assert (await client.get("/api/v1/flows/schema", headers=bearer)).status_code == 200
            assert asked == []
            assert (await client.get("/api/auth/me", headers=bearer)).status_code == 200
            assert len([one for one in asked if one.startswith("SELECT")]) == 1  # what it answers with

    run_real(story())

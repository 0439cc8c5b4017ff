"""Signing in with a code, by program and by page."""

import re
from pathlib import Path

import pyotp

from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, Site, site

LOGIN = {"email": EMAIL, "password": PASSWORD}


async def enrolled(here: Site) -> tuple[pyotp.TOTP, list[str]]:
    async with here.as_user() as client:
        made = (await client.post("/api/auth/totp/enrol", json={"password": PASSWORD})).json()
        assert made["uri"].startswith("otpauth://totp/Switchroom:")  # the brand that counts
        app = pyotp.TOTP(made["secret"])
        shown = {"code": app.at(int(here.clock[0]))}
        assert (await client.post("/api/auth/totp/confirm", json=shown)).status_code == 204
        assert (await client.get("/api/auth/totp")).json() == {"enabled": True, "recovery_left": 10}
    here.clock[0] += 30
    return app, made["recovery_codes"]


def test_a_login_with_a_second_step_gives_a_challenge_that_opens_nothing_but_the_second_step(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            app, recovery = await enrolled(here)
            first = (await client.post("/api/auth/login", json=LOGIN)).json()
            assert (first["needs"], first["expires_in"]) == ("totp", 300)
            assert set(first) == {"needs", "challenge", "expires_in"}
            challenge = first["challenge"]
            bearer = {"authorization": f"Bearer {challenge}"}
            assert (await client.get("/api/auth/me", headers=bearer)).status_code == 401
            verify = "/api/auth/totp/verify"
            answer = {"challenge": challenge, "code": app.at(int(here.clock[0]))}
            signed_in = await client.post(verify, json=answer)
            assert signed_in.status_code == 200
            assert signed_in.json()["user"]["email"] == EMAIL
            replayed = await client.post(verify, json=answer)
            assert (replayed.status_code, replayed.json()["code"]) == (403, "bad_code")
            assert (await client.post(verify, json=answer | {"code": recovery[0]})).status_code == 200
            access = signed_in.json()["access_token"]  # signed in, but no challenge
            assert (await client.post(verify, json={"challenge": access, "code": recovery[1]})).status_code == 401
            here.clock[0] += 300
            late = await client.post(verify, json=answer | {"code": recovery[2]})
            assert late.json()["code"] == "token_expired"

    run_real(story())


def test_a_second_step_is_begun_and_ended_by_the_password(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            wrong = {"password": "wrong"}
            assert (await client.post("/api/auth/totp/enrol", json=wrong)).json()["code"] == "wrong_password"
            await enrolled(here)
            assert (await client.post("/api/auth/totp/enrol", json={"password": PASSWORD})).json()["code"] == "totp_on"
            assert (await client.post("/api/auth/totp/disable", json=wrong)).status_code == 403
            assert (await client.post("/api/auth/totp/disable", json={"password": PASSWORD})).status_code == 204
            assert "access_token" in (await client.post("/api/auth/login", json=LOGIN)).json()

    run_real(story())


def test_a_new_password_by_mail_does_not_pass_the_second_step(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            await enrolled(here)
            challenge = (await client.post("/api/auth/login", json=LOGIN)).json()["challenge"]
            await here.services.people.profile.replace_password(here.account.user.id, "another password")
            refused = await client.post("/api/auth/totp/verify", json={"challenge": challenge, "code": "000000"})
            assert refused.json()["code"] == "signed_out"  # a challenge of before
            again = await client.post("/api/auth/login", json=LOGIN | {"password": "another password"})
            assert again.json()["needs"] == "totp"

    run_real(story())


def test_an_administrator_takes_away_what_somebody_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await enrolled(here)
            assert (await client.delete(f"/api/v1/users/{here.account.user.id}/totp")).status_code == 204
            assert (await client.get("/api/auth/totp")).json()["enabled"] is False

    run_real(story())


def test_the_page_asks_for_the_code_and_goes_where_one_wanted_to_go(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            app, _ = await enrolled(here)
            asked = await client.post("/login", data=LOGIN | {"next": "/reservations"})
            assert asked.status_code == 200
            assert "set-cookie" not in asked.headers
            found = re.search(r'name="challenge" value="([^"]+)"', asked.text)
            assert found is not None
            form = {"challenge": found[1], "next": "/reservations", "code": "000000"}
            wrong = await client.post("/login/code", data=form)
            assert (wrong.status_code, "is wrong" in wrong.text) == (401, True)
            right = await client.post("/login/code", data=form | {"code": app.at(int(here.clock[0]))})
            assert (right.status_code, right.headers["location"]) == (303, "/reservations")
            assert (await client.get("/calls")).status_code == 200

    run_real(story())

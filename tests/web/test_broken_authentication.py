"""OWASP API2:2023, broken authentication: each way in that is not one, tried at the door."""

import base64
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest

from switchroom.accounts.tokens import LIFETIMES, Purpose
from switchroom.accounts.tokens import _key as key_of
from tests.virtual_time import run_real
from tests.web.site import EMAIL, NOW, PASSWORD, Site, site

SECRET = "s" * 32
LOGIN = {"email": EMAIL, "password": PASSWORD}
BROWSER = {"origin": "http://switchroom.test", "sec-fetch-site": "same-origin"}


def claims_of(here: Site) -> dict[str, object]:
    text = here.services.accounts.token(here.account.user).split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return claims


def unsigned(header: Mapping[str, str], claims: Mapping[str, object]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join((*parts, ""))


def signed(algorithm: str, by: str, claims: Mapping[str, object], key: bytes) -> str:
    """Return a token with our own key, as another algorithm has it."""
    said = unsigned({"alg": algorithm, "typ": "JWT"}, claims)
    proof = hmac.new(key, said[:-1].encode(), by).digest()
    return said + base64.urlsafe_b64encode(proof).decode().rstrip("=")


async def status(here: Site, token: str) -> int:
    async with here.client(authorization=f"Bearer {token}") as client:
        return (await client.get("/api/auth/me")).status_code


def test_a_token_counts_by_our_algorithm_and_key_only_whatever_it_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            claims, good = claims_of(here), key_of(SECRET, "access")
            assert await status(here, signed("HS256", "sha256", claims, good)) == 200
            forged = [
                unsigned({"alg": "none", "typ": "JWT"}, claims),
                unsigned({"alg": "None", "typ": "JWT"}, claims),
                unsigned({"alg": "HS256", "typ": "JWT"}, claims),
                unsigned({"alg": "RS256", "typ": "JWT"}, claims),
                signed("HS384", "sha384", claims, good),
                signed("HS512", "sha512", claims, good),
                jwt.encode(claims, SECRET, algorithm="HS256"),
                jwt.encode(claims, "x" * 32, algorithm="HS256"),
                jwt.encode(claims, good, algorithm="HS256", headers={"kid": "../../dev/null"})[:-2],
            ]
            assert [await status(here, token) for token in forged] == [401] * len(forged)

    run_real(story())


@pytest.mark.parametrize("claim", ["sub", "tenant", "role", "exp", "sid", "gen"])
def test_a_token_that_lacks_a_claim_is_refused(tmp_path: Path, claim: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            claims = {name: value for name, value in claims_of(here).items() if name != claim}
            assert await status(here, jwt.encode(claims, key_of(SECRET, "access"), algorithm="HS256")) == 401

    run_real(story())


def test_an_expired_token_and_one_for_another_purpose_are_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            accounts, user = here.services.accounts, here.account.user
            others: list[Purpose] = [purpose for purpose in LIFETIMES if purpose != "access"]
            assert [await status(here, accounts.token(user, purpose)) for purpose in others] == [401] * len(others)
            token = accounts.token(user)
            here.clock[0] = NOW + LIFETIMES["access"] - 1
            assert await status(here, token) == 200
            here.clock[0] += 1
            assert await status(here, token) == 401

    run_real(story())


def test_a_refresh_token_opens_nothing_and_an_access_token_refreshes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            made = (await client.post("/api/auth/login", json=LOGIN)).json()
            assert await status(here, made["refresh_token"]) == 401
            wrong = {"refresh_token": made["access_token"][:200]}
            assert (await client.post("/api/auth/refresh", json=wrong)).status_code == 401

    run_real(story())


def test_a_token_in_an_address_is_not_looked_at(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            token = here.services.accounts.token(here.account.user)
            for name in ("access_token", "token", "authorization"):
                assert (await client.get("/api/auth/me", params={name: token})).status_code == 401

    run_real(story())


def test_guessing_locks_one_login_at_one_address_and_the_right_password_does_not_unlock_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            accounts = here.services.accounts
            async with here.client() as client:
                wrong = LOGIN | {"password": "wrong"}
                said = [(await client.post("/api/auth/login", json=wrong)).status_code for _ in range(6)]
                assert said == [401] * 5 + [429]
                locked = await client.post("/api/auth/login", json=LOGIN)
                assert (locked.status_code, locked.json()["code"]) == (429, "limited")
                wait = int(locked.headers["retry-after"])
                assert (await accounts.log_in(EMAIL, PASSWORD, address="198.51.100.7")).email == EMAIL
                here.clock[0] += wait
                assert (await client.post("/api/auth/login", json=LOGIN)).status_code == 200

    run_real(story())


def test_unknown_logins_are_locked_like_known_ones_and_answered_alike(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            heard = []
            for email in (EMAIL, "nobody@example.com"):
                tried = {"email": email, "password": "wrong"}
                answers = [await client.post("/api/auth/login", json=tried) for _ in range(6)]
                heard.append([(one.status_code, one.json()["code"], one.json()["detail"]) for one in answers])
            assert heard[0] == heard[1]

    run_real(story())


def test_whoever_is_deactivated_hears_what_everybody_hears(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            user = await here.services.accounts.create_user(
                here.account.tenant.id, "gone@example.com", PASSWORD, name="Gone", role="agent"
            )
            await here.services.people.members.remove(user.id, user.tenant)
            right = await client.post("/api/auth/login", json={"email": "gone@example.com", "password": PASSWORD})
            nobody = await client.post("/api/auth/login", json={"email": "x@example.com", "password": PASSWORD})
            assert right.json() == nobody.json()

    run_real(story())


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_is_neither_guessed_at_once_nor_a_way_to_keep_us_busy(tmp_path: Path, password: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            new = {"organisation": "O", "name": "N", "email": "n@example.com", "password": password}
            assert (await client.post("/api/auth/register", json=new)).status_code == 422

    run_real(story())


def test_every_login_begins_a_session_of_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(**BROWSER) as client:
            seen = set()
            for _ in range(2):
                await client.post("/api/auth/login", json=LOGIN)
                seen.add(here.services.accounts.identify(client.cookies["switchroom_session"]).session)
            assert len(seen) == 2
            assert "" not in seen

    run_real(story())


def test_another_site_refreshes_nobody_and_signs_nobody_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(**BROWSER) as client:
            await client.post("/api/auth/login", json=LOGIN)
            elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
            for path in ("refresh", "logout", "logout-everywhere"):
                refused = await client.post(f"/api/auth/{path}", headers=elsewhere)
                assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
            assert (await client.get("/api/auth/me")).status_code == 200

    run_real(story())


def test_a_key_that_was_revoked_or_has_expired_opens_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            user, keys = here.account.user, here.services.keys
            short = await keys.create(user.tenant, "short", ["admin:read"], user.id, expires=NOW + 60)
            other = await keys.create(user.tenant, "other", ["admin:read"], user.id)
            assert [await status(here, made.text) for made in (short, other)] == [200, 200]
            await keys.revoke(other.key.id, user.tenant)
            here.clock[0] += 60
            assert [await status(here, made.text) for made in (short, other)] == [401, 401]

    run_real(story())


def test_a_key_does_nothing_that_only_its_people_may(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, await here.with_key("admin:write", "calls:write") as client:
            for method, path in (
                ("PATCH", "/api/auth/me"),
                ("PUT", "/api/auth/me/pin"),
                ("POST", "/api/auth/totp/enrol"),
                ("POST", "/api/auth/logout-everywhere"),
                ("POST", "/api/v1/auth/api-keys"),
            ):
                answer = await client.request(method, path, json={"pin": "481516", "password": PASSWORD})
                assert (answer.status_code, answer.json()["code"]) == (403, "scope"), path

    run_real(story())

"""What must hold for every route there is, found by walking the OpenAPI document: a new route is held to it from its first day."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from switchroom.accounts.service import User
from switchroom.web.routes import routed
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, Site, site

Json = Mapping[str, object]

DOCUMENT = cast("dict[str, dict[str, Json]]", routed().openapi())

FOR_EVERYBODY = {
    "/api/auth/accept",
    "/api/auth/invitation",
    "/api/auth/login",
    "/api/auth/totp/verify",
    "/api/auth/logout",
    "/api/auth/password/forgot",
    "/api/auth/password/reset",
    "/api/auth/refresh",
    "/api/auth/register",
    "/api/v1/brand",
    "/api/v1/brand/logo",
    "/brand.css",
    "/health/live",
    "/health/ready",
    "/metrics",
}
"""What needs no login, or is one."""

OWN_AFFAIRS = ("/api/auth/", "/api/v1/sip/credentials")
"""What a person of any role does about themselves."""

EVERYDAY = ("/agent/process", "/api/v1/calls", "/api/v1/flows/validate", "/api/v1/teams", "/api/v1/voicemails")
"""What somebody who takes calls changes in a day's work; what of it is whose, the routes decide."""

SHOWN_ONCE = {"NewKeyOut.key", "NewWebhookOut.secret", "SecretOut.secret"}
SECRETIVE = ("password", "secret", "hash", "digest", "sealed", "recovery", "pin")

LARGEST_PAGE = 1000


def _operations() -> Iterator[tuple[str, str, Json]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, cast("Json", operation)


ALL = sorted((method, path) for method, path, _ in _operations())
WRITES = [(method, path) for method, path in ALL if method != "GET"]


def _filled(path: str) -> str:
    parts = [
        f"x{index}" if part.startswith("{") and part.endswith("}") else part
        for index, part in enumerate(path.split("/"))
    ]
    return re.sub(r"\{\w+\}", "2026-11", "/".join(parts))


async def _clerk(here: Site) -> User:
    return await here.services.accounts.create_user(
        here.account.tenant.id, "clerk@example.com", PASSWORD, name="Clerk", role="agent"
    )


def test_nobody_in_particular_gets_nothing_but_the_door(tmp_path: Path) -> None:
    async def main() -> list[str]:
        open_doors = []
        async with site(tmp_path) as here, here.client() as client:
            for method, path in ALL:
                if path in FOR_EVERYBODY:
                    continue
                answer = await client.request(method, _filled(path), json={} if method != "GET" else None)
                if answer.status_code != 401:
                    open_doors.append(f"{method} {path}: {answer.status_code}")
        return open_doors

    assert [door for door in run_real(main()) if "/voice-token" not in door] == []  # a demo's, for anybody


def test_somebody_who_only_takes_calls_changes_nothing_of_the_house(tmp_path: Path) -> None:
    async def main() -> list[str]:
        done = []
        async with site(tmp_path) as here, here.as_user(await _clerk(here)) as client:
            for method, path in WRITES:
                if path in FOR_EVERYBODY or path.startswith(OWN_AFFAIRS):
                    continue
                answer = await client.request(method, _filled(path), json={})
                if answer.status_code not in (401, 403):
                    done.append(f"{method} {path}")
        return done

    assert [one for one in run_real(main()) if not one.partition(" ")[2].startswith(EVERYDAY)] == []


def test_every_answer_carries_what_keeps_a_browser_safe(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for method, path in ALL:
                if method != "GET" or path.endswith("/changes"):
                    continue
                headers = (await client.get(_filled(path))).headers
                assert headers["x-content-type-options"] == "nosniff", path
                assert headers["x-frame-options"] == "DENY", path
                assert "default-src 'self'" in headers["content-security-policy"], path
                assert "cache-control" in headers, path
                assert "server" not in headers, path

    run_real(main())


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_strange_methods_are_not_known(tmp_path: Path, method: str) -> None:
    async def main() -> httpx.Response:
        async with site(tmp_path) as here, here.client() as client:
            return await client.request(method, "/api/v1/agents")

    assert run_real(main()).status_code == 405


def test_a_broken_request_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for method, path in WRITES:
                answer = await client.request(
                    method, _filled(path), content=b'{"\xff', headers={"content-type": "application/json"}
                )
                assert answer.status_code != 500, f"{method} {path}: {answer.text}"
                assert "Traceback" not in answer.text
                assert "site-packages" not in answer.text

    run_real(main())


def test_lists_cannot_be_asked_for_without_end() -> None:
    for method, path, operation in _operations():
        for parameter in cast("list[Json]", operation.get("parameters", [])):
            if parameter["name"] == "limit":
                schema = cast("Json", parameter["schema"])
                assert cast("int", schema.get("maximum", 1e9)) <= LARGEST_PAGE, f"{method} {path}"


def test_what_is_secret_is_in_no_answer_but_the_one_that_makes_it() -> None:
    told = set()
    for name, schema in cast("dict[str, dict[str, Json]]", DOCUMENT["components"]["schemas"]).items():
        if name.endswith("Out") or name in {"Person", "SignedIn"}:
            fields = schema.get("properties", {})
            told |= {f"{name}.{field}" for field in fields if any(word in field for word in SECRETIVE)}
    booleans = {"has_pin", "pin_set", "secrets"}  # which there are, not what they are
    assert {field for field in told - SHOWN_ONCE if field.partition(".")[2] not in booleans} == set()


def _plain(routes: list[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Route):
            yield route


def test_every_route_of_the_api_is_in_the_document() -> None:
    app: FastAPI = routed()
    documented = set(DOCUMENT["paths"])
    hidden = {
        route.path
        for route in _plain(app.routes)
        if route.path.startswith(("/api/", "/agent/", "/call-center/api/")) and route.path not in documented
    }
    assert hidden == set()


def test_there_are_no_pages_that_try_the_api_out(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.client() as client:
            for path in ("/docs", "/redoc", "/admin", "/debug", "/.env", "/static/../app.py"):
                assert (await client.get(path)).status_code == 404, path

    run_real(main())

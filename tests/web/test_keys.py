"""API keys over the API: shown once, kept to their scopes, and never above the person who made them."""

from pathlib import Path

import pytest

from tests.virtual_time import run_real
from tests.web.site import NOW, PASSWORD, site
from tests.web.story import call

WHERE = "/api/v1/auth/api-keys"


def test_a_key_is_shown_once_used_listed_and_revoked(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            made = await client.post(WHERE, json={"name": "CRM", "scopes": ["calls:read"]})
            assert made.status_code == 201
            text, id_ = made.json()["key"], made.json()["id"]
            async with here.client(authorization=f"Bearer {text}") as program:
                assert (await program.get("/api/v1/calls")).status_code == 200
                me = (await program.get("/api/auth/me")).json()
                assert (me["id"], me["name"], me["tenant"]) == (id_, "CRM", here.account.tenant.id)
                (listed,) = (await client.get(WHERE)).json()
                assert listed["last_used"] is not None and "key" not in listed
                assert (await client.delete(f"{WHERE}/{id_}")).json()["revoked"] is not None
                refused = await program.get("/api/v1/calls")
                assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")
                assert refused.headers["www-authenticate"].startswith("Bearer")

    run_real(story())


@pytest.mark.parametrize(
    ("scope", "method", "path", "may"),
    [
        ("calls:read", "GET", "/api/v1/calls", True),
        ("admin:write", "GET", "/api/v1/calls", False),
        ("calls:write", "GET", "/api/v1/trunks", False),
        ("admin:read", "GET", "/api/v1/trunks", True),
        ("admin:read", "POST", "/api/v1/trunks", False),
        ("admin:read", "POST", "/api/v1/flows/validate", True),
        ("admin:write", "POST", "/api/v1/trunks", True),
        ("admin:write", "GET", "/api/v1/mcp-servers", True),
        ("mcp", "GET", "/api/v1/mcp-servers", False),
        ("calls:read", "POST", "/agent/process", False),
        ("agent:process", "POST", "/agent/process", True),
        ("admin:write", "POST", WHERE, False),
        ("admin:write", "GET", WHERE, False),
    ],
)
def test_a_key_is_kept_to_its_scopes(tmp_path: Path, scope: str, method: str, path: str, may: bool) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, await here.with_key(scope) as program:
            answer = await program.request(method, path, json={})
            refused = answer.status_code == 403 and answer.json()["code"] == "scope"
            assert refused is not may, answer.text

    run_real(story())


def test_a_key_of_another_tenant_sees_none_of_our_calls(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            eve = await here.stranger()
            made = await here.services.keys.create(eve.tenant, "Eve", ["calls:read", "admin:write"], eve.id)
            async with await here.with_key("calls:read") as ours:
                (shown,) = (await ours.get("/api/v1/calls")).json()["items"]
            async with here.client(authorization=f"Bearer {made.text}") as theirs:
                assert (await theirs.get("/api/v1/calls")).json()["items"] == []
                assert (await theirs.get(f"/api/v1/calls/{shown['id']}")).status_code == 404

    run_real(story())


def test_only_administrators_make_keys(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            tenant, accounts = here.account.tenant.id, here.services.accounts
            worker = await accounts.create_user(tenant, "w@example.com", PASSWORD, name="W", role="developer")
            async with here.as_user(worker) as client:
                assert (await client.post(WHERE, json={"name": "x", "scopes": ["mcp"]})).status_code == 403
            async with here.as_user() as client:
                wrong = await client.post(WHERE, json={"name": "x", "scopes": ["root"]})
                assert wrong.status_code == 422 and "calls:read" in wrong.json()["detail"]

    run_real(story())


def test_wrong_keys_are_answered_with_how_long_to_wait(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(authorization="Bearer sk_wrong_key") as client:
            answers = [await client.get("/api/v1/calls") for _ in range(22)]
            assert answers[0].status_code == 401
            assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) > 0

    run_real(story())

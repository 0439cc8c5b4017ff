"""Whatever changes something over the API or a page is in the audit log, without anybody having thought of it."""

import asyncio
import csv
import io
import sys
from pathlib import Path

import pytest

from switchroom.accounts.audit import Audited, Sought
from switchroom.commands import user
from switchroom.commands.house import command
from switchroom.web.audited import _made
from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, Site, site

LOGIN = {"email": EMAIL, "password": PASSWORD}


async def lines(here: Site) -> list[tuple[str, str, str]]:
    """Return actor, action and subject of every line, oldest first."""
    found, _ = await here.services.accounts.audit.all(here.account.tenant.id, Sought(), limit=200, cursor=None)
    return [(line.deed.actor, line.deed.action, line.deed.subject) for line in reversed(found)]


def test_a_write_is_written_down_with_who_and_what_and_a_read_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            me = here.account.user.id
            await client.get("/api/v1/users")
            team = (await client.post("/api/v1/teams", json={"name": "Secret name"})).json()["id"]
            await client.post("/api/v1/teams", json={"name": "Secret name"})  # 409
            await client.put(f"/api/v1/teams/{team}/members/{me}", json={"role": "owner"})
            await client.post("/api/v1/flows/validate", json={"text": "x"})
            key = (await client.post("/api/v1/auth/api-keys", json={"name": "K", "scopes": ["admin:write"]})).json()
            async with here.client(authorization=f"Bearer {key['key']}") as program:
                await program.delete(f"/api/v1/teams/{team}")
            assert await lines(here) == [
                (me, "POST /api/v1/teams", team),
                (me, "PUT /api/v1/teams/{team_id}/members/{user_id}", f"{team}/{me}"),
                (me, "POST /api/v1/auth/api-keys", key["id"]),
                (key["id"], "DELETE /api/v1/teams/{team_id}", team),
            ]
            assert "Secret name" not in str(await lines(here))

    run_real(story())


def test_signing_in_and_out_is_written_down_by_api_and_by_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(accept="text/html") as client:
            me = here.account.user.id
            await client.post("/login", data=LOGIN | {"next": "/calls"})
            await client.post("/logout")
            made = (await client.post("/api/auth/login", json=LOGIN)).json()
            await client.post("/api/auth/refresh", json={"refresh_token": made["refresh_token"]})
            bearer = {"authorization": f"Bearer {made['access_token']}"}
            await client.post("/api/auth/logout-everywhere", headers=bearer)
            actions = ["POST /login", "POST /logout", "POST /api/auth/login", "POST /api/auth/logout-everywhere"]
            assert await lines(here) == [(me, action, "") for action in actions]

    run_real(story())


def test_a_supervisor_of_the_platform_is_seen_in_the_log_of_the_tenant_they_work_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            operator = here.account.operator
            async with here.as_user(operator) as client:
                acting = {"switchroom-tenant": here.account.tenant.id}
                made = await client.post("/api/v1/teams", json={"name": "Theirs"}, headers=acting)
                assert made.status_code == 201
            found, _ = await here.services.accounts.audit.all(here.account.tenant.id, Sought(), limit=9, cursor=None)
            (line,) = found
            assert (line.deed.actor, line.deed.actor_tenant) == (operator.id, operator.tenant)

    run_real(story())


def test_the_log_is_read_by_administrators_in_pages_and_as_a_file(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for name in ("a", "b", "c"):
                await client.post("/api/v1/teams", json={"name": name})
            first = (await client.get("/api/v1/audit", params={"limit": 2})).json()
            rest = (await client.get("/api/v1/audit", params={"limit": 2, "cursor": first["next"]})).json()
            assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
            assert first["items"][0]["at"].endswith("Z")
            found = await client.get("/api/v1/audit", params={"action": "POST /api/v1/t", "actor": "nobody"})
            assert found.json()["items"] == []
            file = await client.get("/api/v1/audit.csv", params={"action": "POST /api/v1/teams"})
            assert file.headers["content-type"].startswith("text/csv")
            rows = list(csv.DictReader(io.StringIO(file.text)))
            assert [row["action"] for row in rows] == ["POST /api/v1/teams"] * 3
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.get("/api/v1/audit")).json()["items"] == []

    run_real(story())


def test_the_id_of_what_was_made_is_taken_from_the_answer_if_it_has_one() -> None:
    assert _made(b'{"id": "team_1", "name": "x"}') == "team_1"
    assert [_made(body) for body in (b"", b"[1]", b'{"id": 5}', b"{not json", b"{}")] == [""] * 5


def test_a_command_is_named_and_not_what_it_was_told() -> None:
    assert command(["switchroom", "user", "add", "ann@example.com"]) == "switchroom user add"
    assert command(["/bin/switchroom", "user", "add"]) == "switchroom user add"
    assert command(["switchroom", "rehearse", "Secret.yaml"]) == "switchroom rehearse"
    assert command(["switchroom", "trunk", "--help"]) == "switchroom trunk"


def test_a_command_that_writes_is_in_the_log_and_one_that_reads_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SWITCHROOM_DATA", str(tmp_path))
    monkeypatch.setenv("SWITCHROOM_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/test.db")
    monkeypatch.setenv("SWITCHROOM_SECRET", "s" * 32)

    async def begin() -> None:
        async with site(tmp_path):
            pass

    run_real(begin())
    monkeypatch.setattr(user, "_password", lambda: "a long password")
    for words in (["add", "bo@example.com", "--role", "agent"], ["list"], ["role", "bo@example.com", "supervisor"],
                  ["password", "bo@example.com"], ["remove", "bo@example.com"], ["activate", "bo@example.com"],
                  ["no-code", "bo@example.com"]):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["switchroom", "user", *words])
        user.app(words, standalone_mode=False)
    out = capsys.readouterr().out
    assert "bo@example.com  agent" in out
    assert "bo@example.com is supervisor." in out

    async def look() -> list[Audited]:
        async with site(tmp_path) as here:
            return (await here.services.accounts.audit.all(here.account.tenant.id, Sought(), limit=50, cursor=None))[0]

    deeds = [line.deed for line in asyncio.run(look())]
    assert {deed.actor for deed in deeds} == {"operator"}
    assert [deed.action.removeprefix("switchroom user ") for deed in reversed(deeds)] == [
        "add", "role", "password", "remove", "activate",
    ]  # fmt: skip

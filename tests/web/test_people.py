"""Users, teams, invitations and forgotten passwords over the API; and the one table of who may do what."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import select

from switchroom.accounts.service import User
from switchroom.accounts.tokens import Role
from switchroom.mail.tables import MailRow
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.web.roles import TABLE, allowed, row_of
from switchroom.web.routes import routed
from tests.virtual_time import run_real
from tests.web.site import EMAIL, PASSWORD, Site, site

GUEST = {"email": "bo@example.com", "name": "Bo", "role": "agent"}
NOT_FOR_USERS = ("/api/v1/security", "/api/v1/engines")  # the operator's
PUBLIC = re.compile(r"/(health|metrics|brand\.css|api/v1/brand)")


async def somebody(here: Site, role: Role) -> User:
    tenant = here.account.tenant.id
    return await here.services.accounts.create_user(tenant, f"{role}2@example.com", PASSWORD, name=role, role=role)


async def texts(here: Site) -> list[str]:
    async with here.services.database.snapshot(WHOLE_HOUSE) as session:
        rows = list(await session.scalars(select(MailRow).order_by(MailRow.id)))
    return [here.services.people.outbox.opened(row).text for row in rows]


async def tokens(here: Site) -> list[str]:
    return [match for text in await texts(here) for match in re.findall(r"token=(\S+)", text)]


def test_every_route_of_the_api_has_said_whom_it_is_for() -> None:
    paths = [path for path in routed().openapi()["paths"] if not PUBLIC.match(path)]
    assert len(paths) > 40
    missing = [path for path in paths if row_of(path) is None and not path.startswith(NOT_FOR_USERS)]
    assert missing == [], "name them in web/roles.py"


def test_no_row_of_the_table_is_there_twice() -> None:
    assert len({row.path for row in TABLE}) == len(TABLE)


RULES_OF_THEIR_OWN = ("/api/auth", "/api/v1/teams", "/api/v1/tenants", "/api/v1/calls/changes")


def asked() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every method of every path that the table alone decides about, and the roles that may."""
    for path, methods in routed().openapi()["paths"].items():
        row = row_of(path)
        if row is None or path.startswith(RULES_OF_THEIR_OWN):
            continue
        for method in map(str.upper, methods):
            yield method, path, allowed(method, path)


def test_the_table_reads_as_it_is_meant() -> None:
    assert allowed("GET", "/api/v1/flows/x") == set(get_args(Role))
    assert allowed("PATCH", "/api/v1/flows/x") == {"admin", "developer"}
    assert allowed("POST", "/api/v1/flows/validate") == set(get_args(Role))
    assert allowed("POST", "/api/v1/calls") == set(get_args(Role))
    assert allowed("DELETE", "/api/v1/calls/x") == {"admin", "supervisor"}
    assert allowed("POST", "/api/v1/sip/credentials") == set(get_args(Role))  # the longest row counts
    assert allowed("GET", "/api/v1/written-tomorrow") == {"admin"}
    assert allowed("GET", "/api/v1/agents-of-tomorrow") == {"admin"}


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_may_what_the_table_says_and_nothing_else(tmp_path: Path, role: Role) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user(await somebody(here, role)) as client:
            for method, path, may in asked():
                answer = await client.request(method, re.sub(r"{\w+}", "nothing", path))
                refused = answer.status_code == 403 and answer.json()["code"] == "role"
                assert refused is (role not in may), (method, path)

    run_real(story())


def test_an_administrator_sees_and_changes_the_users_of_their_tenant(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            seat = await somebody(here, "agent")
            listed = (await client.get("/api/v1/users", params={"limit": 1})).json()
            assert [one["email"] for one in listed["items"]] == [EMAIL]
            assert listed["items"][0]["has_pin"] is True
            rest = (await client.get("/api/v1/users", params={"cursor": listed["next"]})).json()
            assert [one["id"] for one in rest["items"]] == [seat.id]
            path = f"/api/v1/users/{seat.id}"
            assert (await client.patch(path, json={"role": "supervisor"})).json()["role"] == "supervisor"
            assert (await client.put(f"{path}/pin", json={"pin": "481516"})).status_code == 204
            assert (await client.put(f"{path}/pin", json={"pin": "4711"})).status_code == 409  # the demo user's
            assert (await client.delete(path)).json()["active"] is False
            own = f"/api/v1/users/{here.account.user.id}"
            assert (await client.delete(own)).json()["code"] == "last_administrator"
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.get(path)).status_code == 404
                assert (await eve.patch(path, json={"name": "X"})).status_code == 404
                assert (await eve.put(f"{path}/pin", json={"pin": "112233"})).status_code == 404

    run_real(story())


def test_a_pin_of_ones_own_is_set_and_never_shown(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            seat = await somebody(here, "agent")
            async with here.as_user(seat) as client:
                assert (await client.put("/api/auth/me/pin", json={"pin": "481516"})).status_code == 204
                assert (await here.services.accounts.check_pin("481516", address="x")).id == seat.id
                assert (await client.put("/api/auth/me/pin", json={"pin": "12"})).status_code == 422
                assert (await client.delete("/api/auth/me/pin")).status_code == 204
            async with await here.with_key("admin:write") as program:
                assert (await program.put("/api/auth/me/pin", json={"pin": "481516"})).json()["code"] == "scope"

    run_real(story())


def test_teams_over_the_api(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            seat = await somebody(here, "agent")
            team = (await client.post("/api/v1/teams", json={"name": "Front desk"})).json()
            path = f"/api/v1/teams/{team['id']}"
            added = await client.post(f"{path}/members", json={"user": seat.id, "role": "viewer"})
            assert (added.status_code, added.json()["role"]) == (201, "viewer")
            assert (await client.put(f"{path}/members/{seat.id}", json={"role": "member"})).json()["role"] == "member"
            members = (await client.get(f"{path}/members")).json()["items"]
            assert {(one["user"], one["role"]) for one in members} == {
                (seat.id, "member"), (here.account.user.id, "owner"),
            }  # fmt: skip
            assert (await client.get("/api/v1/teams")).json()["items"][0]["size"] == 2
            async with here.as_user(seat) as agent:
                assert (await agent.patch(path, json={"name": "Mine"})).json()["code"] == "team_role"
                assert (await agent.delete(f"{path}/members/{seat.id}")).status_code == 204
            assert (await client.patch(path, json={"name": "Reception"})).json()["name"] == "Reception"
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.get(path)).status_code == 404
                assert (await eve.post(f"{path}/members", json={"user": seat.id})).status_code == 404
            assert (await client.delete(path)).status_code == 204

    run_real(story())


def test_an_invitation_by_mail_becomes_a_user_who_is_signed_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.client() as guest:
            made = await client.post("/api/v1/invitations", json=GUEST | {"language": "de"})
            assert (made.status_code, made.json()["state"]) == (201, "open")
            (text,) = await texts(here)
            assert "lädt Sie zu" in text
            (token,) = await tokens(here)
            assert token not in made.text
            welcome = (await guest.post("/api/auth/invitation", json={"token": token})).json()
            assert welcome == {"organisation": here.account.tenant.name, **GUEST}
            accepted = await guest.post("/api/auth/accept", json={"token": token, "password": "a long password"})
            assert accepted.status_code == 201
            bearer = {"authorization": f"Bearer {accepted.json()['access_token']}"}
            assert (await guest.get("/api/auth/me", headers=bearer)).json()["role"] == "agent"
            again = await guest.post("/api/auth/accept", json={"token": token, "password": "a long password"})
            assert (again.status_code, again.json()["code"]) == (403, "bad_invitation")
            assert (await client.get("/api/v1/invitations")).json()["items"][0]["state"] == "accepted"
            assert (await client.post("/api/v1/invitations", json=GUEST)).json()["code"] == "already_here"

    run_real(story())


def test_an_invitation_is_sent_again_and_taken_back_by_its_tenant_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            path = f"/api/v1/invitations/{(await client.post('/api/v1/invitations', json=GUEST)).json()['id']}"
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.post(f"{path}/resend")).status_code == 404
                assert (await eve.delete(path)).status_code == 404
            assert (await client.post(f"{path}/resend")).status_code == 200
            assert len(await tokens(here)) == 2
            assert (await client.delete(path)).json()["state"] == "revoked"
            assert (await client.post(f"{path}/resend")).status_code == 409

    run_real(story())


def test_whether_somebody_has_a_login_is_not_told_to_who_forgot_a_password(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            answers = [
                await client.post("/api/auth/password/forgot", json={"email": email}, headers={"accept-language": "de"})
                for email in (EMAIL, "nobody@example.com")
            ]
            assert {(answer.status_code, answer.text) for answer in answers} == {(202, "null")}
            (text,) = await texts(here)
            assert "Ein neues Passwort" in text or "neues Passwort" in text
            (token,) = await tokens(here)
            for email in (EMAIL, "nobody@example.com"):
                said = [
                    (await client.post("/api/auth/password/forgot", json={"email": email})).status_code
                    for _ in range(3)
                ]
                assert said == [202, 202, 429]
            new = {"token": token, "password": "another password"}
            assert (await client.post("/api/auth/password/reset", json=new)).status_code == 204
            assert (await client.post("/api/auth/password/reset", json=new)).json()["code"] == "bad_reset"
            login = {"email": EMAIL, "password": "another password"}
            assert (await client.post("/api/auth/login", json=login)).status_code == 200

    run_real(story())


def test_a_link_in_a_mail_leads_to_us_whatever_the_request_calls_us(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client(host="evil.example") as client:
            await client.post("/api/auth/password/forgot", json={"email": EMAIL})
            (text,) = await texts(here)
            assert "evil.example" not in text
            assert "http://127.0.0.1:8080/password-reset?token=" in text

    run_real(story())


@pytest.mark.databases
def test_what_cannot_be_read_or_stored_is_the_askers_mistake(tmp_path: Path, database_kind: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            headers = {"content-type": "application/json"}
            unreadable = await client.post("/api/v1/teams", content=b'{"name": "\xff"}', headers=headers)
            assert (unreadable.status_code, unreadable.json()["code"]) == (422, "invalid")
            half = await client.post("/api/v1/teams", content=rb'{"name": "\ud800"}', headers=headers)
            assert half.status_code == 422
            stored = await client.post("/api/v1/teams", json={"name": "a\0b"})
            assert stored.status_code == (201 if database_kind == "sqlite" else 422)

    run_real(story())

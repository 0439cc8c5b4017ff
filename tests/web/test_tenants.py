"""Tenants over the API, and working for a tenant below one's own."""

from pathlib import Path

from switchroom.accounts.service import User
from switchroom.accounts.tokens import Role
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, Site, site

HEADER = "Switchroom-Tenant"


async def reseller(here: Site) -> User:
    """Return the administrator of a reseller."""
    made = await here.services.tenancy.create(here.account.operator.tenant, "north", "North", "reseller")
    return await here.services.accounts.create_user(made.id, "ned@example.com", PASSWORD, name="Ned", role="admin")


def test_a_tenant_is_added_found_changed_suspended_and_resumed(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user(here.account.operator) as client:
            made = await client.post("/api/v1/tenants", json={"slug": "acme", "name": "Acme"})
            assert made.status_code == 201, made.text
            assert made.json()["kind"] == "tenant"
            assert made.json()["state"] == "active"
            tenant = made.json()["id"]
            assert (await client.get("/api/v1/tenants/acme")).json() == made.json()
            changed = await client.patch(f"/api/v1/tenants/{tenant}", json={"name": "Acme Inc."})
            assert changed.json()["name"] == "Acme Inc."
            assert (await client.post(f"/api/v1/tenants/{tenant}/suspend")).json()["state"] == "suspended"
            assert (await client.post(f"/api/v1/tenants/{tenant}/resume")).json()["state"] == "active"
            listed = (await client.get("/api/v1/tenants?limit=1")).json()
            assert len(listed["tenants"]) == 1
            assert listed["next"] == listed["tenants"][0]["id"]
            again = await client.post("/api/v1/tenants", json={"slug": "acme", "name": "Acme"})
            assert again.status_code == 409

    run_real(main())


def test_a_tenant_adds_no_tenants(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            denied = await client.post("/api/v1/tenants", json={"slug": "acme", "name": "Acme"})
            assert (denied.status_code, denied.json()["code"]) == (403, "not_a_reseller")

    run_real(main())


def test_a_reseller_works_for_its_tenants_and_no_others(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here:
            ned = await reseller(here)
            async with here.as_user(ned) as client:
                made = (await client.post("/api/v1/tenants", json={"slug": "acme", "name": "Acme"})).json()
                acting = {HEADER: "acme"}
                key = await client.post("/api/v1/auth/api-keys", json={"name": "k", "scopes": ["mcp"]}, headers=acting)
                assert key.status_code == 201, key.text
                assert (await here.services.keys.all(made["id"]))[0].created_by == ned.id
                assert (await client.get("/api/v1/auth/api-keys")).json() == []
                assert [
                    one["slug"] for one in (await client.get("/api/v1/tenants", headers=acting)).json()["tenants"]
                ] == ["acme"]
                for other in ("demo", here.account.tenant.id, "platform", "nobody"):
                    refused = await client.get("/api/v1/agents", headers={HEADER: other})
                    assert (refused.status_code, refused.json()["code"]) == (404, "tenant_not_found")

    run_real(main())


def test_the_operator_works_for_everybody_by_token_key_and_cookie(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here:
            operator, acting = here.account.operator, {HEADER: "demo"}
            made = await here.services.keys.create(operator.tenant, "Root", ["admin:read"], operator.id)
            by_key = here.client(authorization=f"Bearer {made.text}")
            for client in (here.as_user(operator), here.in_browser(operator), by_key):
                async with client:
                    assert (await client.get("/api/v1/agents", headers={"accept": "*/*"})).json() == []
                    agents = await client.get("/api/v1/agents", headers=acting | {"accept": "*/*"})
                    assert [agent["id"] for agent in agents.json()] == [here.agent.id]
                    assert (await client.get("/api/auth/me", headers=acting)).json()["tenant"] == operator.tenant

    run_real(main())


def test_a_key_without_the_scope_does_not_get_it_by_acting(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here:
            operator = here.account.operator
            made = await here.services.keys.create(operator.tenant, "Calls", ["calls:read"], operator.id)
            async with here.client(authorization=f"Bearer {made.text}", **{HEADER: "demo"}) as client:
                assert (await client.get("/api/v1/calls")).status_code == 200
                assert (await client.get("/api/v1/agents")).status_code == 403

    run_real(main())


def test_people_who_only_answer_calls_work_for_their_own_tenant(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here:
            roles: tuple[tuple[Role, int], ...] = (("agent", 403), ("developer", 403), ("supervisor", 200))
            for role, status in roles:
                user = await here.services.accounts.create_user(
                    here.account.operator.tenant, f"{role}@example.com", PASSWORD, name=role, role=role
                )
                async with here.as_user(user) as client:
                    assert (await client.get("/api/v1/agents", headers={HEADER: "demo"})).status_code == status

    run_real(main())


def test_a_reseller_provisions_a_tenant_down_to_its_first_administrator(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user(await reseller(here)) as client:
            made = (await client.post("/api/v1/tenants", json={"slug": "acme", "name": "Acme"})).json()
            person = {"email": "ann@example.com", "name": "Ann", "role": "admin"}
            invited = await client.post("/api/v1/invitations", json=person, headers={HEADER: "acme"})
            assert invited.status_code == 201, invited.text
            theirs = (await client.get("/api/v1/invitations", headers={HEADER: made["id"]})).text
            assert "ann@example.com" in theirs
            assert "ann@example.com" not in (await client.get("/api/v1/invitations")).text
            suspended = await client.post("/api/v1/tenants/acme/suspend", headers={HEADER: "acme"})
            assert suspended.json()["code"] == "not_above"

    run_real(main())

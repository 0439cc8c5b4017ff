"""Credentials over HTTP: they go in and never come out."""

from pathlib import Path

import pytest

from switchroom.catalogue.credentials import Credentials
from switchroom.errors import NotFound
from switchroom.identity import TenantId
from switchroom.ports.tool_server import Endpoint
from switchroom.storage.changes.kept import catalogue_count
from switchroom.storage.vault import Vault
from tests.storage.stories import migrated
from tests.virtual_time import run_real
from tests.web.site import site

SECRET, OTHER = "sk-canary-0123456789", "sk-second-9876543210"


def test_a_secret_is_kept_rotated_used_and_never_shown(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            made = await client.post("/api/v1/credentials", json={"name": "crm", "kind": "oauth", "secret": SECRET})
            assert (made.status_code, made.json()["hint"], made.json()["last_used"]) == (201, "6789", None)
            tenant = here.account.tenant.id
            server = {"name": "crm", "url": "https://crm.example.com/mcp", "credential": "crm"}
            assert (await client.post("/api/v1/mcp-servers", json=server)).status_code == 201
            reach = (await here.services.mcp_servers.built("crm", tenant)).reach
            assert isinstance(reach, Endpoint)
            assert reach.headers["authorization"] == f"Bearer {SECRET}"
            before = await here.services.mcp_servers.stamp()
            here.clock[0] += 100
            assert (await client.post("/api/v1/credentials/crm/rotate", json={"secret": OTHER})).status_code == 200
            assert await here.services.mcp_servers.stamp() != before
            assert (await here.services.mcp_servers.usable())[0].reach != reach
            shown = [await client.get(f"/api/v1/{path}") for path in ("credentials", "credentials/crm", "mcp-servers")]
            assert all(SECRET not in one.text and OTHER not in one.text for one in shown)
            assert shown[1].json()["last_used"] is not None
            refused = await client.delete("/api/v1/credentials/crm")
            assert (refused.status_code, "crm" in refused.json()["detail"]) == (409, True)
            await client.delete("/api/v1/mcp-servers/crm")
            assert (await client.delete("/api/v1/credentials/crm")).status_code == 204

    run_real(story())


def test_a_secret_that_cannot_be_kept_is_not_repeated(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            bad = await client.post("/api/v1/credentials", json={"name": "Bad Name", "secret": SECRET})
            assert (bad.status_code, SECRET in bad.text) == (422, False)
            short = await client.post("/api/v1/credentials", json={"name": "pin", "secret": "12345678"})
            assert short.json()["hint"] == ""
            assert (await client.post("/api/v1/credentials", json={"name": "pin", "secret": "x"})).status_code == 409
            async with here.as_user(await here.stranger()) as stranger:
                assert (await stranger.get("/api/v1/credentials/pin")).status_code == 404
                assert (await stranger.post("/api/v1/credentials/pin/rotate", json={"secret": "x"})).status_code == 404

    run_real(story())


def test_the_nearest_above_lends_where_the_operator_says_what_for_and_nowhere_else(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            tenant, reseller, platform = TenantId("t"), TenantId("r"), TenantId("p")

            async def chain(one: TenantId) -> tuple[TenantId, ...]:
                return {tenant: (tenant, reseller, platform), reseller: (reseller, platform)}.get(one, (one,))

            desk = Credentials(database, Vault("s" * 32), lambda: 0.0, chain)
            await desk.create(platform, "openai", "provider", "of the platform")
            assert await desk.inherited(tenant, "openai") == "of the platform"
            await desk.create(reseller, "openai", "provider", "of the reseller")
            assert await desk.inherited(tenant, "openai") == "of the reseller"
            with pytest.raises(NotFound):
                await desk.own(tenant, "openai")
            count = await catalogue_count(database)
            await desk.create(tenant, "openai", "provider", "its own")
            assert await desk.inherited(tenant, "openai") == "its own"
            assert await desk.inherited(reseller, "openai") == "of the reseller"
            assert await catalogue_count(database) == count + 1

    run_real(main())

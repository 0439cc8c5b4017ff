"""MCP servers over the API: who sees and changes what, that secrets stay, and what a try finds."""

import sys
from pathlib import Path

from switchroom.settings import McpProgram, McpSettings
from tests.providers.mcp.desk import HERE
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, site

OPERATOR = McpSettings(programs={"peer": McpProgram(command=(sys.executable, str(HERE / "peer.py")))})
CRM = {"name": "crm", "url": "https://crm.example.com/mcp", "token": "sesame"}
WHERE = "/api/v1/mcp-servers"


def test_a_server_is_added_shown_changed_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            added = await client.post(WHERE, json=CRM)
            assert added.status_code == 201, added.text
            server = added.json()
            assert (server["secrets"], server["settings"]["url"]) == (["token"], CRM["url"])
            changed = await client.patch(f"{WHERE}/crm", json={"filler": "One moment."})
            assert changed.json()["settings"]["filler"] == "One moment."
            listed = await client.get(WHERE)
            shown = await client.get(f"{WHERE}/{server['id']}")
            assert listed.json() == [shown.json()] == [changed.json()]
            assert "sesame" not in added.text + shown.text
            assert (await client.delete(f"{WHERE}/crm")).status_code == 204
            assert (await client.get(f"{WHERE}/crm")).status_code == 404

    run_real(story())


def test_a_server_is_tried_and_its_tools_are_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, mcp=OPERATOR) as here, here.as_user() as client:
            await client.post(WHERE, json={"name": "peer", "program": "peer", "tools": ["add", "echo"]})
            tried = (await client.post(f"{WHERE}/peer/test")).json()
            assert tried["works"] and tried["server"].startswith("peer")
            tools = {tool["name"]: tool for tool in tried["tools"]}
            assert (
                tools["add"]["allowed"]
                and tools["add"]["read_only"]
                and tools["add"]["returns"] == ["total", "parts", "text"]
            )
            assert not tools["die"]["allowed"]
            assert (await client.get(f"{WHERE}/peer/tools")).json() == []  # a try is not kept

    run_real(story())


def test_a_server_that_is_not_there_is_told_and_is_no_error_of_ours(tmp_path: Path) -> None:
    operator = McpSettings(programs={"gone": McpProgram(command=("/does/not/exist",))})

    async def story() -> None:
        async with site(tmp_path, mcp=operator) as here, here.as_user() as client:
            await client.post(WHERE, json={"name": "gone", "program": "gone"})
            tried = (await client.post(f"{WHERE}/gone/test")).json()
            assert not tried["works"] and "cannot be started" in tried["problem"]

    run_real(story())


def test_a_developer_cannot_send_a_credential_to_an_address_of_their_own(tmp_path: Path) -> None:
    theirs = "https://developer.example.net/mcp"

    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.as_user() as admin:
                await admin.post("/api/v1/credentials", json={"name": "crm", "secret": "sesame"})
                made = await admin.post(WHERE, json={"name": "crm", "url": CRM["url"], "credential": "crm"})
                assert made.status_code == 201, made.text
                tenant = here.account.tenant.id
                accounts = here.services.accounts
                builder = await accounts.create_user(tenant, "d@example.com", PASSWORD, name="D", role="developer")
            async with here.as_user(builder) as developer:
                moved = await developer.patch(f"{WHERE}/crm", json={"url": theirs})
                assert (moved.status_code, moved.json()["code"]) == (403, "role")
                assert (await developer.patch(f"{WHERE}/crm", json={"url": theirs, "token": "x"})).status_code == 403
                new = {"name": "mine", "url": theirs}
                assert (await developer.post(WHERE, json={**new, "credential": "crm"})).status_code == 403
                assert (await developer.post(WHERE, json=new)).status_code == 201
                assert (await developer.patch(f"{WHERE}/mine", json={"credential": "crm"})).status_code == 403
                assert (await developer.patch(f"{WHERE}/crm", json={"filler": "One moment."})).status_code == 200
                assert (
                    await developer.patch(f"{WHERE}/crm", json={"url": theirs, "credential": ""})
                ).status_code == 200
            async with here.as_user() as admin:
                back = await admin.patch(f"{WHERE}/crm", json={"url": CRM["url"], "credential": "crm"})
                assert back.status_code == 200, back.text

    run_real(story())


def test_only_an_administrator_of_the_same_tenant_may_change_servers(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.as_user() as client:
                await client.post(WHERE, json=CRM)
            accounts = here.services.accounts
            worker = await accounts.create_user(
                here.account.tenant.id, "w@example.com", PASSWORD, name="W", role="agent"
            )
            async with here.as_user(worker) as client:
                assert (await client.get(f"{WHERE}/crm")).status_code == 200
                assert (await client.post(WHERE, json={**CRM, "name": "two"})).status_code == 403
                assert (await client.post(f"{WHERE}/crm/test")).status_code == 403
                assert (await client.delete(f"{WHERE}/crm")).status_code == 403
            async with here.as_user(await here.stranger()) as client:
                assert (await client.get(WHERE)).json() == []
                for call in (
                    client.get(f"{WHERE}/crm"),
                    client.post(f"{WHERE}/crm/test"),
                    client.get(f"{WHERE}/crm/tools"),
                ):
                    assert (await call).status_code == 404

    run_real(story())

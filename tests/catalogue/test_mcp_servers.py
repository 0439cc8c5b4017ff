"""MCP servers as they are written, stored, sealed and read again; and what no tenant may do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from switchroom.catalogue.mcp_servers import McpServers
from switchroom.errors import Conflict, Invalid, NotFound, Unavailable
from switchroom.identity import TenantId
from switchroom.ports.tool_server import Endpoint, Program, RemoteTool
from switchroom.settings import McpProgram, McpSettings
from switchroom.storage.vault import Vault
from tests.servers.databases import told
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")
OPERATOR = McpSettings(programs={"crm": McpProgram(command=("/opt/crm", "--stdio"), environment=("CRM_TOKEN",))})
CRM = {"name": "crm", "url": "https://crm.example.com/mcp"}


@asynccontextmanager
async def opened(folder: Path, operator: McpSettings = OPERATOR, secret: str = "s" * 32) -> AsyncIterator[McpServers]:
    ticks = count(1_000.0)
    async with migrated(folder) as database:
        yield McpServers(database, Vault(secret), lambda: next(ticks), operator)


def test_a_server_over_http_is_stored_with_its_secrets_sealed(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            values = {
                **CRM,
                "token": "sesame-token",
                "headers": {"X-Team": "sesame-header"},
                "limit": 4,
                "tools": ["find_*"],
            }
            made = await servers.create(TENANT, values)
            assert made.secrets == {"token", "headers.x-team"}
            assert "sesame" not in str(made)
            built = await servers.built("crm", TENANT)
            wanted = {"authorization": "Bearer sesame-token", "x-team": "sesame-header"}
            assert built.reach == Endpoint("https://crm.example.com/mcp", wanted)
            assert (built.rules.limit, built.rules.tools) == (4.0, ("find_*",))
            assert "sesame" not in repr(built)
            stored = await told(tmp_path, "SELECT * FROM mcp_servers")
        assert "crm.example.com" in stored and "sesame" not in stored

    run_real(story())


def test_a_tenant_starts_only_what_the_operator_has_set_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            await servers.create(TENANT, {"name": "crm", "program": "crm", "environment": {"CRM_TOKEN": "sesame"}})
            built = await servers.built("crm", TENANT)
            assert built.reach == Program(("/opt/crm", "--stdio"), {"CRM_TOKEN": "sesame"})
            for program in ("/bin/sh", "crm --evil", "rm"):
                with pytest.raises(Invalid, match="there is no"):
                    await servers.create(TENANT, {"name": "x", "program": program})
            with pytest.raises(Invalid, match="may be given CRM_TOKEN"):
                await servers.create(
                    TENANT, {"name": "x", "program": "crm", "environment": {"LD_PRELOAD": "/tmp/x.so"}}
                )
            with pytest.raises(Invalid, match="command: there is no such field"):
                await servers.create(TENANT, {"name": "x", "program": "crm", "command": ["/bin/sh"]})
        async with opened(tmp_path, McpSettings()) as servers:  # the operator thought better of it
            assert await servers.usable() == []
            assert "there is no 'crm'" in (await servers.get("crm", TENANT)).problem

    run_real(story())


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"url": "ftp://example.com"}, "url: 'ftp://example.com' is no address of a server"),
        ({"url": "https://user:pw@example.com/"}, "without a user or a password"),
        ({"url": "http://169.254.169.254/latest"}, "no address of the public internet"),
        ({"url": "http://[::1]/mcp"}, "no address of the public internet"),
        ({"url": "http://localhost:8080/mcp"}, "no address of the public internet"),
        ({"url": "https://example.com", "program": "crm"}, "one of them says where the server is"),
        ({}, "one of them says where the server is"),
        ({**CRM, "name": "Has Space"}, "name: "),
        ({**CRM, "headers": {"Host": "x"}}, "is no header that may be set"),
        ({**CRM, "token": "line\nbreak"}, "token: it has characters that cannot be sent"),
        ({**CRM, "limit": 0}, "limit: "),
        ({**CRM, "tolls": []}, "did you mean tools?"),
    ],
)
def test_what_cannot_be_used_is_refused_and_said(tmp_path: Path, values: dict[str, object], complaint: str) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            with pytest.raises(Invalid) as refused:
                await servers.create(TENANT, {"name": "x", **values})
            assert complaint in str(refused.value) and "pw" not in str(refused.value).replace("user:pw@", "")

    run_real(story())


def test_secrets_stay_when_something_else_changes_and_go_with_the_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            await servers.create(TENANT, {**CRM, "token": "sesame", "headers": {"x-team": "blue"}})
            changed = await servers.change("crm", TENANT, {"limit": 2.0, "headers": {"x-team": ""}})
            assert changed.secrets == {"token"}
            with pytest.raises(Invalid, match="give the secrets anew"):
                await servers.change("crm", TENANT, {"url": "https://evil.example/mcp"})
            moved = await servers.change("crm", TENANT, {"url": "https://new.example/mcp", "token": "another"})
            assert moved.secrets == {"token"}
            built = await servers.built("crm", TENANT)
            assert built.reach == Endpoint("https://new.example/mcp", {"authorization": "Bearer another"})

    run_real(story())


def test_another_tenant_sees_and_changes_nothing_and_may_use_the_same_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            made = await servers.create(TENANT, CRM)
            for meant in (made.id, "crm"):
                with pytest.raises(NotFound):
                    await servers.get(meant, OTHER)
                with pytest.raises(NotFound):
                    await servers.change(meant, OTHER, {"limit": 1.0})
                with pytest.raises(NotFound):
                    await servers.delete(meant, OTHER)
            await servers.create(OTHER, CRM)
            with pytest.raises(Conflict, match="there is an MCP server 'crm' already"):
                await servers.create(TENANT, CRM)
            assert len(await servers.usable()) == 2

    run_real(story())


def test_what_was_listed_is_known_to_whoever_reads_it_next(tmp_path: Path) -> None:
    tool = RemoteTool("find", "Find.", {"type": "object"}, {"type": "object"}, read_only=True)

    async def story() -> None:
        async with opened(tmp_path) as servers:
            made = await servers.create(TENANT, CRM)
            stamp = await servers.stamp()
            await servers.keep_listing(made.id, (tool,))
            assert await servers.stamp() == stamp  # nobody need connect anew for it
            assert (await servers.built("crm", TENANT)).known == (tool,)
            await servers.change("crm", TENANT, {"enabled": False})
            assert await servers.stamp() != stamp
            assert (await servers.get("crm", TENANT)).tools == (tool,) and await servers.usable() == []

    run_real(story())


def test_secrets_of_another_installation_say_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as servers:
            await servers.create(TENANT, {**CRM, "token": "sesame"})
        async with opened(tmp_path, secret="t" * 32) as servers:
            assert await servers.usable() == []
            with pytest.raises(Unavailable, match="enter them anew"):
                await servers.built("crm", TENANT)

    run_real(story())

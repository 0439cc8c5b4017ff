"""The house as an MCP server: the SDK's client over real sockets, each with an API key."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from switchroom.web.server import serving
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site
from tests.web.story import call

FLOW = Path(__file__).resolve().parents[2] / "examples" / "restaurant.yaml"
EVERYTHING = ("mcp", "calls:write", "admin:write", "agent:process")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Site, str]]:
    """Serve a house whose agent has a restaurant's tools; give its address."""
    shutil.copy(FLOW, folder / "restaurant.yaml")
    async with site(folder) as here, serving(here.app, "127.0.0.1", 0) as port:
        yield here, f"http://127.0.0.1:{port}/mcp"


@asynccontextmanager
async def client(here: Site, url: str, *scopes: str, mode: str = "auto") -> AsyncIterator[Client]:
    user = here.account.user
    made = await here.services.keys.create(user.tenant, "Test", scopes, user.id)
    headers = {"authorization": f"Bearer {made.text}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode, cache=None) as opened:
            yield opened


async def names(opened: Client) -> set[str]:
    return {tool.name for tool in (await opened.list_tools()).tools}


def told(result: CallToolResult) -> Mapping[str, object]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    structured: Mapping[str, object] = result.structured_content
    return structured


def complaint(result: CallToolResult) -> str:
    (block,) = result.content
    assert result.is_error and isinstance(block, TextContent)
    return block.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_program_looks_at_agents_and_calls(tmp_path: Path, mode: str) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url):
            await here.happened(*call(here, "call_1", NOW), *call(here, "call_2", NOW + 60, ends=""))
            async with client(here, url, "mcp", "calls:read", "admin:read", mode=mode) as opened:
                agents = told(await opened.call_tool("list_agents"))["agents"]
                assert [(agent["name"], agent["numbers"]) for agent in agents] == [("Receptionist", ["demo"])]  # type: ignore[attr-defined]
                calls = told(await opened.call_tool("list_calls", {"limit": 1}))
                assert calls["next"] == "call_2"
                live = told(await opened.call_tool("live_calls"))["calls"]
                assert [one["id"] for one in live] == ["call_2"]  # type: ignore[attr-defined]
                found = told(await opened.call_tool("get_call", {"call": "call_1"}))
                assert "I'd like a table for four" in str(found["transcript"])
                assert any(turn["timings"] for turn in found["turns"])  # type: ignore[attr-defined]
                for name in ("get_agent", "list_numbers", "list_trunks", "list_flows", "list_mcp_servers"):
                    told(await opened.call_tool(name, {"agent": "Receptionist"} if name == "get_agent" else {}))

    run_real(story())


def test_the_tools_of_an_agent_are_called_as_by_a_guest_and_twice_is_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), client(here, url, "mcp", "agent:process") as opened:
            day = datetime.now(UTC).date() + timedelta(days=7)
            day += timedelta(days=(4 - day.weekday()) % 7)  # a Friday
            wish = {"party": 4, "day": str(day), "time": "19:30"}
            assert told(await opened.call_tool("check_table", wish))["status"] == "free"
            book = {**wish, "name": "Anderson", "caller": "+442079460000", "idempotency_key": "order-17"}
            first = told(await opened.call_tool("book_table", book))
            assert first["status"] == "booked"
            assert told(await opened.call_tool("book_table", book)) == first
            found = told(await opened.call_tool("find_reservation", {"caller": "+442079460000"}))
            assert (found["status"], found["reservation"], found["party"]) == ("found", first["reservation"], 4)
            assert "day: " in complaint(await opened.call_tool("check_table", {**wish, "day": "someday"}))
            assert "table: " in complaint(await opened.call_tool("check_table", {**wish, "table": 3}))

    run_real(story())


def test_read_tools_say_so_and_what_a_key_may_not_is_not_offered(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url):
            async with client(here, url, *EVERYTHING) as opened:
                tools = {tool.name: tool for tool in (await opened.list_tools()).tools}
                hints = {name: tool.annotations.read_only_hint for name, tool in tools.items() if tool.annotations}
                assert {"list_calls", "get_flow", "validate_flow", "check_table"} <= {
                    n for n, reads in hints.items() if reads
                }
                assert {"publish_flow", "hang_up_call", "book_table"} <= {n for n, reads in hints.items() if not reads}
                assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools.values())
            async with client(here, url, "mcp") as opened:
                assert await names(opened) == {"check_table", "find_reservation", "search_knowledge"}
                assert "there is no tool 'book_table' for this API key" in complaint(
                    await opened.call_tool("book_table", {})
                )
                assert "there is no tool 'list_calls'" in complaint(await opened.call_tool("list_calls"))
            async with client(here, url, "mcp", "calls:read") as opened:
                assert "hang_up_call" not in await names(opened)
                assert "there is no tool" in complaint(await opened.call_tool("hang_up_call", {"call": "call_1"}))

    run_real(story())


def test_flows_are_written_checked_published_and_numbers_bound(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), client(here, url, *EVERYTHING) as opened:
            text = FLOW.read_text(encoding="utf-8")
            broken = told(await opened.call_tool("validate_flow", {"text": text.replace("home:", "house:", 1)}))
            assert broken["valid"] is False and broken["problems"]
            assert told(await opened.call_tool("validate_flow", {"text": text})) == {"valid": True, "problems": []}
            told(await opened.call_tool("create_flow", {"flow": "table", "text": text}))
            published = told(await opened.call_tool("publish_flow", {"flow": "table", "note": "first"}))
            assert published["number"] == 1 and str(published["created_by"]).startswith("key_")
            told(await opened.call_tool("change_flow", {"flow": "table", "text": "flow: nothing"}))
            assert "cannot be published" in complaint(await opened.call_tool("publish_flow", {"flow": "table"}))
            assert told(await opened.call_tool("get_flow", {"flow": "table", "version": 1}))["text"] == text
            told(await opened.call_tool("bind_number", {"number": "+44 20 7946 0000", "agent": "Receptionist"}))
            numbers = told(await opened.call_tool("list_numbers"))["numbers"]
            assert "+442079460000" in str(numbers)

    run_real(story())


def test_a_call_is_hung_up_if_it_is_ours(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), client(here, url, *EVERYTHING) as opened:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            told(await opened.call_tool("hang_up_call", {"call": "call_1"}))
            assert here.control.hung_up == ["call_1"]
            assert "there is no call call_9" in complaint(await opened.call_tool("hang_up_call", {"call": "call_9"}))

    run_real(story())


def test_a_key_of_another_tenant_sees_nothing_of_ours(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url):
            await here.happened(*call(here, "call_1", NOW, ends=""))
            eve = await here.stranger()
            made = await here.services.keys.create(eve.tenant, "Eve", EVERYTHING, eve.id)
            async with httpx2.AsyncClient(headers={"authorization": f"Bearer {made.text}"}) as http:
                async with Client(streamable_http_client(url, http_client=http), cache=None) as opened:
                    assert "check_table" not in await names(opened)
                    for name, field in (("list_agents", "agents"), ("list_calls", "calls"), ("list_flows", "flows")):
                        assert told(await opened.call_tool(name))[field] == []
                    for name in ("get_call", "hang_up_call"):
                        assert "there is no call" in complaint(await opened.call_tool(name, {"call": "call_1"}))
                    wrong = await opened.call_tool("bind_number", {"number": "demo", "agent": here.agent.id})
                    assert "there is no agent" in complaint(wrong)
            assert here.control.hung_up == []

    run_real(story())


def test_input_that_cannot_be_used_is_an_error_of_the_tool_in_clear_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), client(here, url, *EVERYTHING) as opened:
            assert complaint(await opened.call_tool("get_call", {})) == "call: Field required [invalid]"
            assert "did you mean limit?" in complaint(await opened.call_tool("list_calls", {"limits": 3}))
            assert "limit: " in complaint(await opened.call_tool("list_calls", {"limit": 0}))
            known = complaint(await opened.call_tool("get_agent", {"agent": "Nobody"}))
            assert known == "there is no agent 'Nobody'; there are 'Receptionist' [not_found]"
            assert "there is no tool 'launch'" in complaint(await opened.call_tool("launch"))

    run_real(story())


def test_without_a_key_that_is_good_for_it_nobody_comes_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), httpx.AsyncClient() as http:
            user = here.account.user
            narrow = (await here.services.keys.create(user.tenant, "Narrow", ["calls:read"], user.id)).text
            person = here.services.accounts.token(user)
            ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            for token, status, challenge in (
                ("", 401, "Bearer"),
                (f"Bearer {person}", 401, "Bearer"),
                ("Bearer sk_wrong_key", 401, 'Bearer error="invalid_token"'),
                (f"Bearer {narrow}", 403, 'Bearer error="insufficient_scope"'),
            ):
                answer = await http.post(url, json=ask, headers={"authorization": token} if token else {})
                assert (answer.status_code, answer.headers["www-authenticate"]) == (status, challenge)
            wide = (await here.services.keys.create(user.tenant, "Wide", ["mcp"], user.id)).text
            seen = {"authorization": f"Bearer {wide}"}
            assert (await http.get(url, headers=seen)).status_code == 405
            assert (
                await http.post(url, json=ask, headers={**seen, "origin": "https://evil.example"})
            ).status_code == 403
            assert (await http.post(url, content=b"x" * 2_000_000, headers=seen)).status_code in (400, 413)

    run_real(story())


def test_an_agent_calls_somebody_at_a_program_s_wish(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as (here, url), client(here, url, *EVERYTHING) as opened:
            wanted = {"agent": "Receptionist", "to": "+442079460009", "variables": {"name": "Anna"}}
            begun = told(await opened.call_tool("make_call", wanted))
            [made] = here.control.made
            assert begun == {"call": made.call, "state": "dialing"}
            assert (made.to, made.agent, made.variables) == ("+442079460009", here.agent.id, {"name": "Anna"})
            assert "there is no agent" in complaint(await opened.call_tool("make_call", {**wanted, "agent": "Nobody"}))

    run_real(story())

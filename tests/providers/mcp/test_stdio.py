"""Servers that are programs of ours: their tools, their deaths, their oddities. Real processes."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.flow.graph import Exchange
from switchroom.flow.tools import Occasion
from switchroom.identity import TenantId
from switchroom.ports.tool_server import Program, ToolRules
from switchroom.providers.mcp import connection
from switchroom.providers.mcp.servers import probe
from tests.providers.mcp.desk import HERE, PEER, TENANT, call, kept, odd, server, until
from tests.virtual_time import run_real


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST", 0.05)


def test_a_tool_of_a_server_is_called_and_gives_its_fields_as_values() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            assert await call(desk, "add", a=2, b=3) == {"total": 5, "parts": "[2, 3]"}
            assert await call(desk, "echo", text="hello") == {"text": "hello"}
            assert await call(desk, "picture") == {"text": "A map:\n[image, image/png]"}
            spec = desk.tools(TENANT)["add"]
            assert spec.declared.read_only and spec.declared.returns == ("total", "parts", "text")
            assert spec.required == {"a", "b"} and spec.description == "Add two numbers."
            assert not desk.tools(TENANT)["note"].declared.read_only

    run_real(scenario())


def test_a_day_is_written_out_for_a_tool_that_takes_a_text() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            assert await call(desk, "echo", text=date(2026, 11, 27)) == {"text": "2026-11-27"}

    run_real(scenario())


def test_what_a_tenant_says_of_a_server_goes_before_what_the_server_says() -> None:
    rules = ToolRules(("add", "e*"), 3.0, {"add": 1.5}, "One moment.", {"echo": ""}, {"add": False})

    async def scenario() -> None:
        async with kept(server(rules=rules)) as desk:
            tools = desk.tools(TENANT)
            assert {name for name in tools if "." not in name} == {"add", "echo", "environment"}
            add, echo = tools["add"].declared, tools["echo"].declared
            assert (add.limit, add.filler, add.read_only) == (1.5, "One moment.", False)
            assert (echo.limit, echo.filler, echo.read_only) == (3.0, "", True)

    run_real(scenario())


def test_a_name_that_two_servers_have_is_told_apart_by_theirs() -> None:
    async def scenario() -> None:
        two = server(key="mcp_b", name="other", rules=ToolRules(("echo",)))
        async with kept(server(rules=ToolRules(("echo", "add"))), two) as desk:
            assert set(desk.tools(TENANT)) == {"add", "peer.add", "peer.echo", "other.echo"}
            assert await call(desk, "other.echo", text="hi") == {"text": "hi"}

    run_real(scenario())


def test_another_tenant_has_none_of_the_tools() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            assert desk.tools(TenantId("tnt_b")) == {}

    run_real(scenario())


def test_an_error_of_a_tool_is_told_in_its_words() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            with pytest.raises(Unavailable, match="no such city: Atlantis") as told:
                await call(desk, "fail")
            assert told.value.code == "tool_error"
            with pytest.raises(SwitchroomError, match="validation error"):
                await call(desk, "add", a="many", b=1)

    run_real(scenario())


def test_a_huge_result_is_cut_and_told_so() -> None:
    async def scenario() -> None:
        async with kept(server(rules=ToolRules(most=100))) as desk:
            text = (await call(desk, "huge", size=1_000_000))["text"]
            assert text == "x" * 100 + " [cut: 100 of 1000000 characters]"

    run_real(scenario())


def test_a_server_gets_none_of_our_environment_but_what_it_was_given() -> None:
    async def scenario() -> None:
        os.environ["SWITCHROOM_SECRET_OF_TESTS"] = "known to us alone"
        try:
            async with kept(server(Program(PEER.command, {"TOKEN": "theirs"}))) as desk:
                assert await call(desk, "environment", name="SWITCHROOM_SECRET_OF_TESTS") == {"result": "nothing"}
                assert await call(desk, "environment", name="TOKEN") == {"result": "theirs"}
        finally:
            del os.environ["SWITCHROOM_SECRET_OF_TESTS"]

    run_real(scenario())


def test_a_server_that_dies_in_mid_call_fails_that_call_and_is_started_again() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            with pytest.raises(Unavailable, match="went away") as told:
                await call(desk, "die")
            assert told.value.code == "tool_server_down"
            await until(lambda: desk.health("mcp_a").state == "down", desk)
            assert (desk.count("down"), desk.count("up", "connecting")) == (1, 0)
            with pytest.raises(Unavailable, match="'peer' is down: its program ended"):
                await call(desk, "echo", text="hello")
            await until(lambda: desk.health("mcp_a").state == "up", desk)
            assert await call(desk, "echo", text="again") == {"text": "again"}

    run_real(scenario())


def test_a_call_that_takes_too_long_is_given_up_and_others_go_on() -> None:
    async def scenario() -> None:
        async with kept(server(rules=ToolRules(limits={"slow": 0.2}))) as desk:
            with pytest.raises(Unavailable, match=r"longer than 0\.2 seconds") as told:
                await call(desk, "slow", seconds=3600.0)
            assert told.value.code == "tool_timeout"
            assert await call(desk, "echo", text="still here") == {"text": "still here"}

    run_real(scenario())


def test_a_server_that_hangs_is_found_out_by_a_late_call_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER", 0.2)

    async def scenario() -> None:
        async with kept(server(odd("deaf"), ToolRules(limit=0.1))) as desk:
            with pytest.raises(Unavailable, match="longer"):
                await call(desk, "tell")
            await until(lambda: desk.health("mcp_a").state == "down", desk)
            assert "does not answer in time" in desk.health("mcp_a").problem
            await until(lambda: desk.health("mcp_a").state == "up", desk)

    run_real(scenario())


def test_what_a_server_prints_beside_the_protocol_is_passed_over_and_tools_that_cannot_be_used_are_left_out() -> None:
    async def scenario() -> None:
        async with kept(server(odd("plain"))) as desk:
            assert set(desk.tools(TENANT)) == {
                "tell",
                "peer.tell",
            }  # not "no good name!", nor the one with a huge schema

    run_real(scenario())


@pytest.mark.parametrize("kind", ["untrue", "garbage"])
def test_a_result_that_is_not_what_was_declared_is_an_error_of_the_tool_alone(kind: str) -> None:
    async def scenario() -> None:
        async with kept(server(odd(kind))) as desk:
            with pytest.raises(Unavailable, match="does not declare") as told:
                await call(desk, "tell")
            assert told.value.code == "bad_result"
            assert desk.health("mcp_a").state == "up"

    run_real(scenario())


def test_a_line_without_end_ends_the_server_and_not_us() -> None:
    async def scenario() -> None:
        async with kept(server(odd("endless"))) as desk:
            with pytest.raises(Unavailable, match="went away"):
                await call(desk, "tell")
            await until(lambda: "a line of more than" in desk.health("mcp_a").problem, desk)

    run_real(scenario())


def test_a_call_never_waits_for_a_connection() -> None:
    async def scenario() -> None:
        known = server(odd("mute"))
        async with kept(known, up=False) as desk:
            with pytest.raises(KeyError):
                await call(desk, "tell")  # nothing was ever listed
            async with kept(server(Program(("/does/not/exist",))), up=False) as other:
                await until(lambda: other.health("mcp_a").state == "down", other)
                assert "cannot be started" in other.health("mcp_a").problem

    run_real(scenario())


def test_the_tools_of_a_server_that_is_away_are_known_and_fail_at_once() -> None:
    async def scenario() -> None:
        async with kept(server(rules=ToolRules(("echo",)))) as desk:
            listing = desk.listing("mcp_a")
        away = server(Program(("/does/not/exist",)), ToolRules(("echo",)))
        async with kept(replace(away, known=listing), up=False) as desk:
            assert set(desk.tools(TENANT)) == {"echo", "peer.echo"}
            with pytest.raises(Unavailable) as told:
                await call(desk, "echo", text="hello")
            assert told.value.code == "tool_server_down" and told.value.retry_after is not None

    run_real(scenario())


def test_a_tool_that_comes_later_is_found_by_the_next_look() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            before = desk.tools(TENANT)
            assert "grown" not in before and desk.tools(TENANT) is before
            await call(desk, "grow")
            desk._kept["mcp_a"]._look.set()  # what a minute does
            await until(lambda: "grown" in desk.tools(TENANT), desk)
            assert await call(desk, "grown") == {"text": "new"}

    run_real(scenario())


def test_what_a_server_reports_of_its_work_is_passed_on_where_that_is_wanted() -> None:
    async def scenario() -> None:
        async with kept(server(rules=ToolRules(progress=True))) as desk:
            said: list[str] = []
            occasion = Occasion(Exchange(TENANT, "call"), "key", datetime(2026, 11, 21, tzinfo=UTC), said.append)
            assert await desk.tools(TENANT)["slow"].run(occasion, seconds=0.05) == {"result": "done"}
            assert said == ["half way"]
            desk.use([server()])
            await desk.tools(TENANT)["slow"].run(occasion, seconds=0.05)
            assert said == ["half way"]

    run_real(scenario())


def test_the_same_call_carries_the_same_key(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with kept(server(Program(PEER.command, {"NOTES": str(tmp_path / "keys")}))) as desk:
            await call(desk, "note", key="call:1:node")
        assert (tmp_path / "keys").read_text() == "call:1:node\n"

    run_real(scenario())


def test_rules_change_without_a_new_connection_and_a_removed_server_is_let_go() -> None:
    async def scenario() -> None:
        async with kept(server()) as desk:
            connection_ = desk._kept["mcp_a"]
            spec = desk.tools(TENANT)["echo"]
            desk.use([server(rules=ToolRules(("add",)))])
            assert desk._kept["mcp_a"] is connection_ and set(desk.tools(TENANT)) == {"add", "peer.add"}
            desk.use([])
            assert desk.tools(TENANT) == {}
            occasion: object = None
            with pytest.raises(Unavailable, match="was removed"):
                await spec.run(occasion, text="hello")

    run_real(scenario())


def test_a_server_is_tried_without_being_kept() -> None:
    async def scenario() -> None:
        health, tools = await probe(server())
        assert health.state == "up" and health.about is not None and health.about.server.startswith("peer")
        assert "add" in {tool.name for tool in tools}
        health, tools = await probe(server(Program(("/does/not/exist",))))
        assert (health.state, tools) == ("down", ()) and "cannot be started" in health.problem

    run_real(scenario())


def test_no_program_is_left_when_its_server_is_let_go(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = tmp_path / "wrapper.sh"
        script.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nsleep 1000 &\n{PEER.command[0]} {HERE / 'peer.py'}\n")
        script.chmod(0o755)
        async with kept(server(Program((str(script),)))) as desk:
            assert await call(desk, "echo", text="hello") == {"text": "hello"}
        group = int((tmp_path / "pid").read_text())
        for _ in range(100):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the program, or what it started, still runs")

    run_real(scenario())

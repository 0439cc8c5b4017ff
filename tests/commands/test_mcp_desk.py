"""``switchroom mcp``: run as a person runs it, on an installation of its own, with a real server beside it."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from switchroom.catalogue.mcp_form import McpServerForm
from switchroom.commands.mcp_desk import Desk, add, opened, show
from switchroom.commands.mcp_desk import test as try_out
from switchroom.commands.words import fields
from switchroom.settings import McpProgram, McpSettings
from tests.commands.test_trunk_desk import installation
from tests.providers.mcp.desk import HERE
from tests.virtual_time import run_real

WORDS = ["tools=add,echo", 'limits={"add": 2}']
OPERATOR = McpSettings(
    programs={
        "peer": McpProgram(command=(sys.executable, str(HERE / "peer.py"))),
        "gone": McpProgram(command=("/does/not/exist",)),
    }
)


def at_desk(folder: Path, work: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        settings = (await installation(folder)).model_copy(update={"mcp": OPERATOR})
        async with opened(settings, "demo") as desk:
            await work(desk)

    run_real(main())


def test_a_server_is_added_tried_and_listed_with_its_tools(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        await add(desk, {"name": "peer", "program": "peer", **fields(McpServerForm, WORDS)}, said.append)
        await show(desk, said.append)
        assert said == [said[0], "peer  program peer  never reached"]
        assert await try_out(desk, "peer", said.append)
        assert said[2].startswith("peer: works, peer, protocol ")
        assert "  add (reads only)  Add two numbers." in said
        assert "  die (not allowed here)  End in the middle of a call." in said
        await show(desk, said.append)
        assert said[-1] == "peer  program peer  10 tools"
        assert (await desk.servers.built("peer", desk.tenant)).rules.limits == {"add": 2.0}

    at_desk(tmp_path, work)


def test_a_server_that_cannot_be_reached_says_why(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        await show(desk, said.append)
        await add(desk, {"name": "gone", "program": "gone"}, said.append)
        assert not await try_out(desk, "gone", said.append)
        assert said[0] == "There are no MCP servers."
        assert said[-1].startswith("gone: '/does/not/exist' cannot be started")

    at_desk(tmp_path, work)

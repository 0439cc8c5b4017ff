"""Tools of MCP servers in flows: from the database to the call, with real servers beside it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from switchroom.answering import Answering
from switchroom.catalogue.flow_desk import FlowDesk, FlowNotRunnable
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.events import catalogue as happened
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.hosting import hosting
from switchroom.identity import TenantId, UserId
from switchroom.ports import Brain, CallDetails
from switchroom.ports.tool_server import Program
from switchroom.settings import McpProgram, McpSettings
from switchroom.storage.vault import Vault
from switchroom.tooling import Tooling
from tests.calls.rig import ScriptedEar, rig
from tests.providers.mcp.desk import HERE, PEER, TENANT, kept, server, until
from tests.scripted import ScriptedLeg, voice
from tests.storage.stories import migrated
from tests.virtual_time import run_real

OPERATOR = McpSettings(programs={"peer": McpProgram(command=(sys.executable, str(HERE / "peer.py")))})
TEXT = """
flow: notes
home: menu
intents: {note: [take a note, write that down], bye: [goodbye, bye bye], hurry: [hurry up please, come on now]}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu: {type: classify, prompts: ["What else?"], routes: {note: note, bye: bye, hurry: hurry}}
  note: {type: tool, tool: peer.note, next: noted, failed: failed}
  noted: {type: say, text: "It is {note.result}.", next: menu}
  failed: {type: say, text: "My pencil broke.", next: menu}
  hurry: {type: say, text: "I do what I can.", next: menu}
  bye: {type: hang_up, text: "Goodbye."}
"""
ANNA = UserId("usr_anna")


@asynccontextmanager
async def tooled(folder: Path) -> AsyncIterator[tuple[McpServers, Tooling, Answering, FlowDesk]]:
    async with migrated(folder) as database:
        catalogue = Catalogue(database)
        agent = await seed_catalogue(catalogue, TENANT, "flow.yaml")
        await catalogue.save_agent(replace(agent, flow="notes"))
        records = McpServers(database, Vault("s" * 32), lambda: datetime.now(UTC).timestamp(), OPERATOR)
        tooling = Tooling(records)
        answering = Answering(catalogue, database, folder, tools=tooling.servers.tools)
        desk = FlowDesk(database, answering.receptions.examine, lambda: 1.0)
        await desk.create(TENANT, "notes", TEXT, ANNA)
        yield records, tooling, answering, desk


def test_a_flow_may_name_the_tools_of_its_tenants_servers_and_no_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with tooled(tmp_path) as (records, tooling, answering, desk):
            with pytest.raises(FlowNotRunnable, match=r"there is no tool 'peer\.note'"):
                await desk.publish(TENANT, "notes", ANNA)
            async with hosting(tooling.run()):
                made = await records.create(TENANT, {"name": "peer", "program": "peer"})
                await until(lambda: tooling.servers.health(made.id).state == "up", tooling.servers)
                await desk.publish(TENANT, "notes", ANNA)
                plan = await answering.find("demo", "phone_gateway")
                assert plan.greeting == "Good day."
                assert await desk.problems(TenantId("tnt_other"), TEXT)
                while not (await records.get("peer", TENANT)).tools:
                    await until(lambda: True, tooling.servers)

            later = Tooling(records)  # another process, which has not reached the server yet
            await later.load()
            assert "peer.note" in later.servers.tools(TENANT)

    run_real(story())


def test_a_flow_goes_on_with_the_tools_it_was_built_with_until_they_change(tmp_path: Path) -> None:
    async def story() -> None:
        async with tooled(tmp_path) as (records, tooling, answering, desk), hosting(tooling.run()):
            made = await records.create(TENANT, {"name": "peer", "program": "peer"})
            await until(lambda: tooling.servers.health(made.id).state == "up", tooling.servers)
            await desk.publish(TENANT, "notes", ANNA)
            agent = (await answering.receptions.of(await _agent(answering))).reception
            assert (await answering.receptions.of(await _agent(answering))).reception is agent
            await records.change("peer", TENANT, {"filler": "One moment."})
            await until(lambda: tooling.servers.tools(TENANT)["peer.note"].declared.filler != "", tooling.servers)
            other = (await answering.receptions.of(await _agent(answering))).reception
            assert other.plan.tools["peer.note"].declared.filler == "One moment."
            await records.delete("peer", TENANT)
            await until(lambda: not tooling.servers.tools(TENANT), tooling.servers)
            assert (await answering.receptions.of(await _agent(answering))).reception is other  # better than no answer

    run_real(story())


async def _agent(answering: Answering):  # type: ignore[no-untyped-def]
    return (await answering._catalogue.agents(TENANT))[0]


def test_a_tool_result_survives_a_barge_in_when_the_tool_is_at_an_mcp_server(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    reach = Program(PEER.command, {"NOTES": str(notes), "SECONDS": "2.2"})

    async def story() -> None:
        async with kept(server(reach)) as desk:
            plan = Plan(parse(TEXT), desk.tools(TENANT))

            def open_brain(call: CallDetails) -> Brain:
                exchange = Exchange(TENANT, call.id, "", "phone_gateway")
                return FlowBrain(plan, exchange, call.errands, lambda: datetime.now(UTC))

            ear = ScriptedEar(["take a note", "hurry up please"])
            leg = ScriptedLeg([(1.2, voice(0.6)), (2.8, voice(0.6))], leaves=11.0)
            async with rig(ear, open_brain=open_brain, greeting="Good day.") as engine:
                await engine.call(leg)
            (finished,) = engine.of(happened.ToolFinished)
            assert (finished.tool, finished.result) == ("peer.note", {"result": "noted"})
            heard = " ".join(reply.heard for reply in engine.of(happened.ReplySpoken))
            assert "It is noted." in heard and "I do what I can." in heard
            assert len(notes.read_text().splitlines()) == 1

    run_real(story())

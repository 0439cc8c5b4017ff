"""Which version of a flow answers, while it is published, rolled back and talked with."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from switchroom.answering import Answering
from switchroom.catalogue.flow_desk import FlowDesk, FlowNotRunnable
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.errors import Denied, Invalid
from switchroom.flow.errands import DirectErrands
from switchroom.identity import CallId, TenantId, UserId
from switchroom.ports import Brain, CallDetails, CallerSaid, CallPlan, Party, Prompt, Say
from switchroom.storage.db import Database
from tests.storage.stories import migrated
from tests.virtual_time import run_real

TENANT, ANNA = TenantId("tnt_test"), UserId("usr_anna")
TEXT = """
flow: door
home: menu
intents: {weather: [what is the weather like, does it rain today]}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu: {type: classify, prompts: ["What is it?"], routes: {weather: weather}}
  weather: {type: say, text: "It rains.", next: menu}
"""


@dataclass(frozen=True)
class House:
    """An agent that goes by the flow ``door``."""

    database: Database
    catalogue: Catalogue
    answering: Answering
    desk: FlowDesk

    async def plan(self) -> CallPlan:
        return await self.answering.find("demo", "phone_gateway")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with migrated(folder) as database:
        catalogue = Catalogue(database)
        agent = await seed_catalogue(catalogue, TENANT, "flow.yaml")
        await catalogue.save_agent(replace(agent, flow="door"))
        answering = Answering(catalogue, database, folder)
        desk = FlowDesk(database, answering.receptions.examine, lambda: 1.0)
        await desk.create(TENANT, "door", TEXT, ANNA)
        yield House(database, catalogue, answering, desk)


def _answered(plan: CallPlan) -> Brain:
    return plan.open_brain(CallDetails(CallId("call"), Party("+44"), "demo", "phone_gateway", DirectErrands()))


async def _says(brain: Brain, prompt: Prompt) -> str:
    return " ".join([part.text async for part in brain.reply(prompt, ()) if isinstance(part, Say)])


def test_a_publication_answers_the_next_call_and_a_running_one_keeps_what_it_began_with(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            await here.desk.publish(TENANT, "door", ANNA)
            first = await here.plan()
            running = _answered(first)
            assert await _says(running, CallerSaid("hello"))
            await here.desk.change(TENANT, "door", TEXT.replace("It rains.", "The sun shines."), ANNA)
            assert (await here.plan()).flow_version == 1
            await here.desk.publish(TENANT, "door", ANNA)
            second = await here.plan()
            assert [(plan.flow, plan.flow_version) for plan in (first, second)] == [("door", 1), ("door", 2)]
            fresh = _answered(second)
            await _says(fresh, CallerSaid("hello"))
            question = CallerSaid("what is the weather like")
            assert (await _says(running, question)).startswith("It rains.")
            assert (await _says(fresh, question)).startswith("The sun shines.")
            await here.desk.roll_back(TENANT, "door", 1, ANNA)
            third = await here.plan()
            assert third.flow_version == 3
            assert third.open_brain is not second.open_brain

    run_real(story())


def test_a_server_answers_by_what_another_process_published_and_gave_its_agent(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            await here.desk.publish(TENANT, "door", ANNA)
            assert (await here.plan()).flow_version == 1
            other = Database(str(here.database.engine.url))
            desk = FlowDesk(other, here.answering.receptions.examine, lambda: 1.0)
            await desk.create(TENANT, "window", TEXT, ANNA)
            await desk.publish(TENANT, "window", ANNA)
            (agent,) = await Catalogue(other).agents(TENANT)
            await Catalogue(other).save_agent(replace(agent, flow="window"))
            await other.close()
            assert (await here.plan()).flow == "window"

    run_real(story())


def test_an_agent_whose_flow_was_never_published_answers_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            with pytest.raises(Invalid, match="never published") as raised:
                await here.plan()
            assert raised.value.code == "flow_missing"
            assert await here.answering.usable() == []

    run_real(story())


def test_a_flow_that_cannot_run_is_told_line_by_line_and_not_published(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            wrong = TEXT.replace("{weather: weather}", "{weather: whether}").replace("It rains.", "It rains {day}.")
            await here.desk.change(TENANT, "door", wrong, ANNA)
            with pytest.raises(FlowNotRunnable) as raised:
                await here.desk.publish(TENANT, "door", ANNA)
            told = [(problem.line, str(problem)) for problem in raised.value.problems]
            assert told[0] == (7, "menu.routes.weather: there is no node 'whether'; did you mean 'weather'?")
            assert told[1][0] == 8
            assert len(told) == 3
            (problem,) = await here.desk.problems(TENANT, TEXT + "restaurant: {seats: many}\n")
            assert (problem.field, problem.line) == ("restaurant", 9)

    run_real(story())


def test_a_call_by_a_receiver_that_no_start_takes_is_refused_with_a_code(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            phones = TEXT.replace("next: menu}\n  menu", "next: menu, receivers: [phone_gateway]}\n  menu")
            await here.desk.change(TENANT, "door", phones, ANNA)
            await here.desk.publish(TENANT, "door", ANNA)
            assert (await here.plan()).greeting == "Good day."
            with pytest.raises(Denied, match="no conversation by browser") as raised:
                await here.answering.find("demo", "browser")
            assert raised.value.code == "receiver_not_served"
            (agent,) = await here.catalogue.agents(TENANT)
            with pytest.raises(Denied):
                await here.answering.plan_for_text(agent)

    run_real(story())


OUTER = """
flow: outer
home: menu
intents: {sky: [tell me about the sky, how is the sky]}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu: {type: classify, prompts: ["What is it?"], routes: {sky: sky}}
  sky: {type: sub_flow, flow: door, next: menu}
"""
INNER = """
flow: part
home: menu
intents: {weather: [what is the weather like, does it rain today]}
nodes:
  start: {type: start, next: rain}
  menu: {type: classify, prompts: ["What is it?"], routes: {weather: rain}}
  rain: {type: say, text: "It rains.", next: return}
"""


def test_a_part_that_is_published_anew_answers_in_the_flow_that_runs_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            await here.desk.create(TENANT, "outer", OUTER, ANNA)
            with pytest.raises(FlowNotRunnable, match="there is no flow 'door'; publish it first"):
                await here.desk.publish(TENANT, "outer", ANNA)
            await here.desk.change(TENANT, "door", INNER, ANNA)
            await here.desk.publish(TENANT, "door", ANNA)
            await here.desk.publish(TENANT, "outer", ANNA)
            (agent,) = await here.catalogue.agents(TENANT)
            await here.catalogue.save_agent(replace(agent, flow="outer"))
            first = await here.plan()
            assert (first.flow, first.flow_version, first.flow_parts) == ("outer", 1, {"door": 1})
            assert (await here.plan()).open_brain is not None
            await here.desk.change(TENANT, "door", INNER.replace("It rains.", "It snows."), ANNA)
            await here.desk.publish(TENANT, "door", ANNA)
            second = await here.plan()
            assert (second.flow_version, second.flow_parts) == (1, {"door": 2})
            for plan, answer in ((first, "It rains."), (second, "It snows.")):
                brain = _answered(plan)
                await _says(brain, CallerSaid("hello"))
                assert (await _says(brain, CallerSaid("tell me about the sky"))).startswith(answer)

    run_real(story())


def test_a_file_runs_the_files_beside_it_and_is_read_again_when_one_changes(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
            (tmp_path / "door.yaml").write_text(INNER, encoding="utf-8")
            (agent,) = await here.catalogue.agents(TENANT)
            await here.catalogue.save_agent(replace(agent, flow="outer.yaml"))
            for answer in ("It rains.", "It snows."):
                brain = _answered(await here.plan())
                await _says(brain, CallerSaid("hello"))
                assert (await _says(brain, CallerSaid("tell me about the sky"))).startswith(answer)
                (tmp_path / "door.yaml").write_text(INNER.replace("It rains.", "It snows."), encoding="utf-8")
                os.utime(tmp_path / "door.yaml", (1.0, 1.0))
            found = await here.answering.receptions.examine_file(
                tmp_path / "outer.yaml", OUTER.replace("door", "window")
            )
            assert [(problem.line, problem.field) for problem in found] == [(8, "flow")]

    run_real(story())

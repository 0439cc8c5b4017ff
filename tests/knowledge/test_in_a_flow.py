"""A flow without a language model that answers questions from a document (docs/knowledge.md)."""

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.answering import Answering
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.flow.errands import DirectErrands
from switchroom.identity import CallId, TenantId
from switchroom.knowledge.library import Library, Shelf
from switchroom.ports import CallDetails, CallerSaid, CallOpened, Party, Prompt, Say
from tests.knowledge.papers import CARD
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

TENANT = TenantId("tnt_oak")
FLOW = """
flow: questions
home: menu
intents: {question: [where can i, when does, do you have, what about], goodbye: [goodbye, bye]}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu: {type: classify, prompts: ["What would you like to know?"], routes: {question: lookup, goodbye: farewell}}
  lookup: {type: tool, tool: search_knowledge, arguments: {question: exchange.user_message}, next: found, failed: unknown}
  found: {type: branch, by: lookup.status, cases: {found: tell}, otherwise: unknown}
  tell: {type: say, text: "{lookup.answer}", next: menu}
  unknown: {type: say, text: "I do not know that.", next: menu}
  farewell: {type: hang_up, text: "Goodbye."}
"""


def test_a_flow_without_a_model_answers_from_a_document(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
            catalogue = Catalogue(database)
            agent = await seed_catalogue(catalogue, TENANT, "flow.yaml")
            await catalogue.save_agent(replace(agent, flow="flow.yaml"))
            await Library(database, lambda: 1.0).add(
                Shelf(TENANT, agent.id), "House book", CARD.encode(), "text/markdown"
            )
            plan = await Answering(catalogue, database, tmp_path).find("demo", "phone_gateway")
            details = CallDetails(CallId("call"), Party("+44"), "demo", "phone_gateway", DirectErrands())
            brain = plan.open_brain(details)

            async def says(prompt: Prompt) -> str:
                async with aclosing(brain.reply(prompt, ())) as parts:
                    said = [part.text async for part in parts if isinstance(part, Say) and not part.filler]
                return said[0] if said else ""

            await says(CallOpened())
            assert await says(CallerSaid("where can I park")) == "There are twelve parking places behind the house."
            assert await says(CallerSaid("do you have quarks")) == "I do not know that."

    run_real(main())

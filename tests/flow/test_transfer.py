"""Handing a caller over, as a flow sees it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.flow.check import check
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import load, parse
from switchroom.flow.graph import Exchange, Transfer
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.ports import CallerSaid, CallOpened, Say, TransferFailed, TransferTo
from tests.flow.small import NOW, parts, said

EXAMPLE = Path(__file__).parent.parent.parent / "examples/restaurant.yaml"

DESK = """
flow: desk
home: menu
person: "sip:anna@192.0.2.10"
intents:
  person: [can i speak to a person, somebody real please]
  bye: [goodbye]
everywhere: {bye: bye}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu: {type: classify, prompts: ["What is it?", "Pardon?"], routes: {person: person}}
  person: {type: transfer, text: "One moment.", failed: why}
  why: {type: branch, by: person.outcome, cases: {busy: busy}, otherwise: nobody}
  busy: {type: say, text: "They are on the phone.", next: menu}
  nobody: {type: say, text: "Nobody is there.", next: menu}
  bye: {type: hang_up, text: Goodbye.}
"""


def desk(text: str = DESK) -> FlowBrain:
    return FlowBrain(Plan(parse(text), {}), Exchange("tenant", "call"), DirectErrands(), lambda: NOW)


async def asked(talker: FlowBrain) -> FlowBrain:
    await parts(talker, CallOpened())
    assert await parts(talker, CallerSaid("can i speak to a person")) == [
        Say("One moment.", protected=True),
        TransferTo("sip:anna@192.0.2.10"),
    ]
    return talker


@pytest.mark.parametrize(
    ("outcome", "heard"),
    [("busy", "They are on the phone. What is it?"), ("declined", "Nobody is there. What is it?")],
)
def test_who_is_not_taken_hears_why_and_goes_on(outcome: str, heard: str) -> None:
    async def main() -> None:
        talker = await asked(desk())
        assert await said(talker, TransferFailed(outcome)) == heard  # type: ignore[arg-type]
        assert talker.state.waiting
        assert await said(talker, CallerSaid("goodbye")) == "Goodbye. [end]"

    asyncio.run(main())


def test_a_second_attempt_is_made_like_the_first() -> None:
    async def main() -> None:
        talker = await asked(desk())
        await parts(talker, TransferFailed("no_answer"))
        assert await said(talker, CallerSaid("somebody real please")) == "One moment. [to sip:anna@192.0.2.10]"

    asyncio.run(main())


def test_where_nobody_can_be_called_the_caller_goes_on_at_once() -> None:
    async def main() -> None:
        talker = desk(DESK.replace('person: "sip:anna@192.0.2.10"\n', ""))
        await parts(talker, CallOpened())
        assert await said(talker, CallerSaid("can i speak to a person")) == "Nobody is there. What is it?"

    asyncio.run(main())


def test_where_nothing_can_hand_over_the_next_words_find_the_caller_where_they_would_be() -> None:
    async def main() -> None:
        talker = await asked(desk())
        assert await said(talker, CallerSaid("goodbye")) == "Nobody is there. Goodbye. [end]"

    asyncio.run(main())


def test_what_is_no_address_is_found_before_anybody_is_sent_there() -> None:
    flow = parse(DESK.replace("sip:anna@192.0.2.10", "anna").replace("failed: why", 'failed: why, to: "tel:5"'))
    found = [f"{problem.node}.{problem.field}" for problem in check(flow, {})]
    assert found == [".person", "person.to"]


def test_the_restaurant_puts_people_through_once_it_says_to_whom() -> None:
    flow = load(EXAMPLE)
    assert isinstance(flow.nodes[flow.everywhere["person"]], Transfer)
    assert flow.person == "", "as it is, it takes a message"
    assert [problem for problem in check(replace(flow, person="sip:host@192.0.2.10"), {}) if problem.node == ""] == []

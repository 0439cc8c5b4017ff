"""Intents named by a language model, and by the examples when it is late, down, or talks nonsense."""

import asyncio
from collections.abc import Sequence

import pytest

from switchroom.calls.errands import TaskErrands
from switchroom.errors import Unavailable
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.judging import NONE
from switchroom.flow.plan import FlowInvalid, Plan
from switchroom.flow.runner import FlowBrain
from switchroom.ports import (
    CallerSaid,
    CallerTyped,
    CallOpened,
    ModelAnswered,
    ModelFailed,
    Prompt,
    ReplyPart,
    Say,
    TheySaid,
    Utterance,
)
from switchroom.providers.scripted import Bit, ScriptedModel
from tests.flow.agents import wants
from tests.flow.small import NOW
from tests.virtual_time import run

TEXT = """
flow: desk
home: menu
slots: {party: {kind: party}}
intents:
  book: [i would like a table, book a table for me]
  change: [i want to change my booking, move my table]
  bye: [goodbye, bye bye]
everywhere: {bye: bye}
nodes:
  start: {type: start, greeting: "Hello.", next: menu}
  menu:
    type: classify
    by: model
    prompts: ["What is it?", "Pardon?"]
    slots: [party]
    routes: {book: booked, change: changed}
    digits: {"1": book}
    filled: booked
  booked: {type: say, text: "Booked for {party}.", next: menu}
  changed: {type: say, text: Changed., next: menu}
  bye: {type: hang_up, text: Goodbye.}
"""


async def _reply(
    script: Sequence[Sequence[Bit]], *prompts: Prompt, heard: Sequence[Utterance] = ()
) -> tuple[list[ReplyPart], ScriptedModel]:
    """Return the reply to the last of ``prompts``, in a call whose errands have limits."""
    model = ScriptedModel(script)
    plan = Plan(parse(TEXT), {}, lambda _: model)
    parts: list[ReplyPart] = []
    async with asyncio.TaskGroup() as tasks:
        brain = FlowBrain(plan, Exchange("tenant", "call"), TaskErrands(tasks), lambda: NOW)
        for prompt in (CallOpened(), *prompts):
            parts = [part async for part in brain.reply(prompt, heard)]
    return parts, model


def _spoken(parts: Sequence[ReplyPart]) -> str:
    return " ".join(part.text for part in parts if isinstance(part, Say))


def test_a_model_names_the_intent_and_the_slots_are_read_as_ever() -> None:
    async def main() -> None:
        parts, model = await _reply([[wants("book")]], CallerSaid("there are six of us, can you squeeze us in"))
        assert _spoken(parts) == "Booked for six. What is it?"
        [ask] = model.asks
        assert [function.name for function in ask.functions] == ["book", "change", "bye", NONE]
        assert "move my table" in ask.functions[1].description
        assert ask.messages[-1] == TheySaid("there are six of us, can you squeeze us in")
        assert isinstance(parts[0], ModelAnswered) and parts[0].tokens_out == 10

    run(main())


def test_a_model_is_shown_what_was_said_before() -> None:
    async def main() -> None:
        heard = [
            Utterance("agent", "Do you have a booking?", 1.0, 2.0),
            Utterance("caller", "and now another", 3.0, 4.0),
        ]
        _, model = await _reply([[wants("book")]], CallerSaid("and now another"), heard=heard)
        said = [getattr(message, "text", "") for message in model.asks[0].messages]
        assert said == ["[on the line]", "Do you have a booking?", "and now another"]

    run(main())


def test_a_model_that_finds_no_intent_outweighs_examples_that_look_alike() -> None:
    async def main() -> None:
        parts, _ = await _reply([[wants(NONE)]], CallerSaid("i would not like a table"))
        assert _spoken(parts) == "Pardon?"

    run(main())


@pytest.mark.parametrize("line", [[5.0, wants("book")], [Unavailable("no model")], ["i cannot ", Unavailable("gone")]])
def test_the_examples_decide_when_the_model_is_late_or_down(line: Sequence[Bit]) -> None:
    async def main() -> None:
        clock = asyncio.get_running_loop().time
        parts, _ = await _reply([line], CallerSaid("i want to change my booking"))
        assert _spoken(parts) == "Changed. What is it?"
        assert isinstance(parts[0], ModelFailed)
        assert clock() <= 1.5

    run(main())


def test_a_model_that_writes_the_name_is_understood_and_one_that_makes_one_up_is_not() -> None:
    async def main() -> None:
        for line, answer in (
            (["change."], "Changed. What is it?"),
            ([wants("fly")], "Pardon?"),
            (["Sure!"], "Pardon?"),
        ):
            parts, _ = await _reply([line], CallerSaid("hm, the other thing"))
            assert _spoken(parts) == answer

    run(main())


def test_keys_need_no_model() -> None:
    async def main() -> None:
        parts, model = await _reply([], CallerTyped("1"))
        assert _spoken(parts).startswith("Booked") and model.asks == []

    run(main())


def test_a_flow_that_classifies_by_model_cannot_run_without_one() -> None:
    with pytest.raises(FlowInvalid, match=r"menu\.model: there is no language model here"):
        Plan(parse(TEXT), {})

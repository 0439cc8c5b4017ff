"""Flows inside flows: what goes in and out, what stays apart, and what cannot be."""

import pytest

from switchroom.flow.check import check
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange, Flow
from switchroom.flow.linking import DEEPEST, link, needed
from switchroom.flow.plan import Plan
from switchroom.flow.runner import GUARD, FlowBrain
from switchroom.flow.tools import Occasion, tool, tools_of
from switchroom.ports import CallerSaid, CallOpened, Prompt, ToolAnswered, Values
from tests.flow.small import NOW, parts, said
from tests.virtual_time import run

DOOR = """
flow: front door
home: menu
slots:
  pin: {kind: digits, length: 4}
  mine: {kind: digits, length: 4}
intents:
  pay: [i want to pay, pay my bill]
  check: [i want to check in, check me in please]
  weather: [what is the weather like, does it rain]
everywhere: {weather: weather}
nodes:
  start: {type: start, greeting: "Welcome.", next: menu}
  menu: {type: classify, prompts: ["What is it?"], routes: {pay: pay, check: twice}, slots: [mine]}
  pay: {type: sub_flow, flow: identify, given: {pin: mine}, results: {pin: pin}, next: paid}
  twice: {type: sub_flow, flow: identify, results: {pin: pin}, next: checked}
  paid: {type: say, text: "Paid by {pin}.", next: menu}
  checked: {type: say, text: "Checked in {pin}.", next: menu}
  weather: {type: say, text: "It rains.", next: back}
"""
IDENTIFY = """
flow: who is it
home: ask_again
slots:
  pin: {kind: digits, length: 4}
  sure: {kind: yes_no}
intents:
  forgot: [i forgot it, i do not know it]
  weather: [is it sunny, tell me about the sun]
nodes:
  start: {type: start, next: pin}
  pin: {type: ask, slot: pin, prompts: ["Your PIN?", "Four figures?"], routes: {forgot: lost, weather: sun}, next: look}
  look: {type: tool, tool: look_up, next: known, failed: lost}
  known: {type: ask, slot: sure, fresh: true, prompts: ["{look.name}, with {pin}?"], next: sure}
  sure: {type: branch, by: sure, cases: {"yes": return}, otherwise: again}
  again: {type: assign, forget: [pin, look], next: pin}
  lost: {type: say, text: "Never mind.", next: return}
  sun: {type: say, text: "The sun shines.", next: pin}
  ask_again: {type: classify, prompts: ["Shall I?"], routes: {forgot: lost}}
"""


class Registry:
    """Knows everybody by their PIN."""

    @tool(returns=("name",))
    async def look_up(self, occasion: Occasion, pin: str) -> Values:
        """Look somebody up."""
        return {"name": f"number {pin[0]}"}


TOOLS = tools_of(Registry())


def _linked(door: str = DOOR, **others: str) -> Flow:
    flow, problems = link(parse(door), {name: parse(text) for name, text in others.items()})
    assert problems == ()
    return flow


def _brain(door: str = DOOR, **others: str) -> FlowBrain:
    plan = Plan(_linked(door, **(others or {"identify": IDENTIFY})), TOOLS)
    return FlowBrain(plan, Exchange("tenant", "call"), DirectErrands(), lambda: NOW)


def _dialogue(talker: FlowBrain, *turns: tuple[Prompt, str]) -> None:
    async def main() -> None:
        for prompt, answer in turns:
            assert await said(talker, prompt) == answer

    run(main())


def test_a_flow_runs_another_takes_its_results_and_goes_on() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("check me in please"), "Your PIN?"),
        (CallerSaid("four seven one one"), "[look_up ok] number 4, with 4 7 1 1?"),
        (CallerSaid("no"), "Your PIN?"),
        (CallerSaid("double oh one two"), "[look_up ok] number 0, with 0 0 1 2?"),
        (CallerSaid("yes"), "Checked in 0 0 1 2. What is it?"),
    )


def test_what_is_given_need_not_be_asked_for() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("pay my bill, four seven one one"), "[look_up ok] number 4, with 4 7 1 1?"),
        (CallerSaid("yes"), "Paid by 4 7 1 1. What is it?"),
    )


def test_each_run_begins_afresh_and_each_place_has_slots_of_its_own() -> None:
    talker = _brain()
    _dialogue(
        talker,
        (CallOpened(), ""),
        (CallerSaid("check me in please"), "Your PIN?"),
        (CallerSaid("four seven one one"), "[look_up ok] number 4, with 4 7 1 1?"),
        (CallerSaid("yes"), "Checked in 4 7 1 1. What is it?"),
        (CallerSaid("check me in please"), "Your PIN?"),
        (CallerSaid("i forgot it"), "Never mind. Checked in 4 7 1 1. What is it?"),
    )
    assert talker.value("twice/pin") is None and talker.value("pin") == "4711" and talker.value("pay/pin") is None


def test_an_intent_of_the_same_name_means_in_each_flow_what_its_own_examples_say() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("check me in please"), "Your PIN?"),
        (CallerSaid("is it sunny"), "The sun shines. Your PIN?"),
        (CallerSaid("does it rain"), "It rains. Your PIN?"),
    )


def test_the_joined_flow_is_sound_and_every_problem_of_a_part_names_the_node_that_runs_it() -> None:
    assert list(check(_linked(identify=IDENTIFY), TOOLS)) == []
    broken = IDENTIFY.replace("next: pin}\n  ask", "next: pine}\n  ask").replace("{look.name}", "{look.nome}")
    problems = [str(problem) for problem in check(_linked(identify=broken), TOOLS)]
    assert any(problem.startswith("pay/sun.next: there is no node 'pay/pine'") for problem in problems)
    assert any(problem.startswith("twice/known.prompts: nothing sets {twice/look.nome}") for problem in problems)


LOST = '{type: say, text: "Never mind.", next: return}'


def _running(name: str) -> str:
    """Return the part, running another itself."""
    return IDENTIFY.replace(LOST, f"{{type: sub_flow, flow: {name}, next: return}}")


OTHERWISE = IDENTIFY.replace("pin: {kind: digits, length: 4}\n  sure", "code: {kind: digits}\n  sure")
WRONG: list[tuple[dict[str, str], str]] = [
    ({}, "pay.flow: there is no flow 'identify'; publish it first, or write the file beside this"),
    ({"identify": OTHERWISE}, "pay.given.pin: flow 'identify' has no slot 'pin'; it has code, sure"),
    ({"identify": _running("identify")}, "lost.flow: identify -> identify runs itself; no caller could leave it"),
    ({"identify": _running("door"), "door": DOOR}, "pay.flow: identify -> door -> identify runs itself"),
]


@pytest.mark.parametrize(("others", "message"), WRONG)
def test_what_cannot_run_is_told_and_recursion_is_refused(others: dict[str, str], message: str) -> None:
    _, problems = link(parse(DOOR), {name: parse(text) for name, text in others.items()})
    assert any(str(problem).startswith(message) for problem in problems), problems


def test_flows_lie_inside_one_another_but_not_too_deep() -> None:
    others = {f"f{number}": _running(f"f{number + 1}") for number in range(12)}
    door = DOOR.replace("flow: identify", "flow: f0")
    _, problems = link(parse(door), {name: parse(text) for name, text in others.items()})
    assert any(f"more than {DEEPEST} flows inside one another" in str(problem) for problem in problems)
    assert needed(parse(door)) == {"f0"}
    _dialogue(
        _brain(identify=_running("last"), last=IDENTIFY),
        (CallOpened(), ""),
        (CallerSaid("check me in please"), "Your PIN?"),
        (CallerSaid("i forgot it"), "Your PIN?"),
        (CallerSaid("i forgot it"), "Never mind. Checked in . What is it?"),
    )


def test_a_circle_through_a_part_is_found_before_it_runs_or_stopped_and_reported() -> None:
    known_at_once = IDENTIFY.replace("next: known, failed: lost", "next: out, failed: lost")
    known_at_once += "  out: {type: branch, by: look.name, cases: {}, otherwise: home}\n"
    known_at_once += '  home: {type: branch, by: pin, cases: {"9999": known}, otherwise: return}\n'
    door = DOOR.replace('text: "Paid by {pin}.", next: menu', 'text: "Paid.", next: pay')
    endless = known_at_once.replace("next: pin}\n  pin", "next: look}\n  pin")
    assert any("goes in a circle" in str(problem) for problem in check(_linked(door, identify=endless), TOOLS))

    async def main() -> None:
        talker = _brain(door, identify=known_at_once)
        await parts(talker, CallOpened())
        told = await parts(talker, CallerSaid("pay my bill, four seven one one"))
        [report] = [part for part in told if isinstance(part, ToolAnswered) and part.tool == GUARD]
        assert report.error is not None and report.error.code == "flow_loop"

    run(main())


def test_a_flow_that_returns_to_nobody_goes_home() -> None:
    talker = FlowBrain(Plan(parse(IDENTIFY), TOOLS), Exchange("tenant", "call"), DirectErrands(), lambda: NOW)
    _dialogue(
        talker,
        (CallOpened(), "Your PIN?"),
        (CallerSaid("i forgot it"), "Never mind. Shall I?"),
    )

"""Flow files that are wrong, and what is said about them."""

import pytest

from switchroom.errors import Invalid
from switchroom.flow.check import check
from switchroom.flow.file import load, parse
from switchroom.flow.graph import Ask, Classify
from switchroom.flow.plan import FlowInvalid, Plan
from switchroom.flow.problems import FlowUnreadable, located
from switchroom.flow.tools import Occasion, tool, tools_of
from switchroom.ports import Values
from tests.flow.small import SMALL, Counter
from tests.flow.test_intents import EXAMPLE


def _problems(text: str) -> list[str]:
    return [str(problem) for problem in check(parse(text), tools_of(Counter()))]


def test_the_small_flow_is_sound() -> None:
    assert _problems(SMALL) == []


BROKEN = [
    ("next: menu}\n  menu", "next: menue}\n  menu", "start.next: there is no node 'menue'; did you mean 'menu'?"),
    ("routes: {count: party}", "routes: {count: nowhere}", "menu.routes.count: there is no node 'nowhere'"),
    ("routes: {count: party}", "routes: {count: party, fly: party}", "menu.routes.fly: there is no intent 'fly'; give it examples"),
    ("slot: day,", "slot: date,", "day.slot: there is no slot 'date'"),
    ("It rains.", "It rains on {dey}.", "weather.text: nothing sets {dey}; did you mean 'day'?"),
    ("number {count.number}", "number {count.figure}", "counted.text: nothing sets {count.figure}"),
    ("tool: count,", "tool: cuont,", "count.tool: there is no tool 'cuont'; did you mean 'count'?"),
    ("Good day.", "Good {day}.", "start.greeting: {day} is not known before the call; write it out"),
    ("by: agreed", "by: agred", "agreed.by: nothing sets 'agred'"),
    ("home: menu", "home: party", "flow.home: 'party' is not a classify or agent node"),
    ('keys: {"*": repeat}', 'keys: {"*": again}', "flow.keys.*: there is no intent 'again' in everywhere"),
    ("next: back}", "next: repeat}", "weather.next: 'repeat' can only follow an intent; use 'back'"),
    ("also: [day], prompts", "also: [day, agreed2], prompts", "party.also: there is no slot 'agreed2'"),
    ('["How many?", "Sorry, how many?"]', "[]", "party.prompts: write at least one question"),
    ("tool: count, next", "tool: count, arguments: {party: day}, next", "count.arguments.party: tool 'count' wants"),
    ("tool: count, next", "tool: count, arguments: {size: party}, next", "count.arguments.size: tool 'count' takes party"),
    ("tool: count, next", "tool: count, fill: [day], next", "count.fill: tool 'count' does not return 'day'"),
    ("prompts: [\"How many then?\"]", "also: [again], prompts: [\"How many then?\"]", "cannot be told apart in one answer"),
    ("  weather: {", "  island: {type: say, text: Hi., next: menu}\n  weather: {", "island.name: no node leads here"),
    ("next: back", "next: weather", "weather.next: weather -> weather goes in a circle without asking"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_a_broken_flow_says_where_and_what_to_do(old: str, new: str, message: str) -> None:
    text = SMALL.replace("  agreed: {kind: yes_no}", "  agreed: {kind: yes_no}\n  again: {kind: party}")
    assert old in text
    problems = _problems(text.replace(old, new, 1))
    assert any(message in problem for problem in problems), problems


MALFORMED = [
    ("nodes: [", "not YAML"),
    ("- a\n- b", "a flow file is a mapping"),
    ("flow: x\nhome: y", "nodes: Field required"),
    (SMALL.replace("type: branch", "type: brunch"), "nodes.agreed: Input tag 'brunch'"),
    (SMALL.replace("fresh: true\n", "fresh: true\n    colour: red\n"), "nodes.confirm.colour: there is no such field"),
    (SMALL.replace("kind: day", "kind: colour"), "slots.day.kind"),
    (SMALL.replace("home: menu\n", "home: menu\nhome: menu\n"), "'home' is written twice"),
    (SMALL + "  bye: {type: hang_up, text: Again.}\n", "'bye' is written twice"),
    ("", "a flow file is a mapping"),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_a_malformed_file_names_the_place(text: str, message: str) -> None:
    with pytest.raises(Invalid, match="(?s)" + message.replace("[", r"\[")):
        parse(text)


def test_yes_no_and_times_are_words() -> None:
    text = SMALL.replace(
        "agreed: {kind: yes_no}", "agreed: {kind: yes_no}\n  at: {kind: time, first: 17:00, last: 22:00}"
    )
    flow = parse(text.replace('cases: {"yes": note}', "cases: {yes: note, no: party_again}"))
    assert flow.slots["at"].first.hour == 17
    assert "cases.no" not in " ".join(_problems(text))


def test_a_flow_that_cannot_run_is_refused_with_all_its_problems() -> None:
    text = SMALL.replace("It rains.", "{a} {b}")
    with pytest.raises(FlowInvalid) as raised:
        Plan(parse(text), tools_of(Counter()))
    assert [problem.node for problem in raised.value.problems] == ["weather", "weather"]
    assert "nothing sets {a}" in str(raised.value)


class Picky:
    """A tool that needs what nobody knows."""

    @tool(returns=())
    async def count(self, occasion: Occasion, party: int, height: int, colour: str = "") -> Values:
        """Count."""
        return {}


def test_an_argument_that_nothing_provides_is_found() -> None:
    text = SMALL.replace('"You are number {count.number}."', "Thanks.")
    problems = [str(problem) for problem in check(parse(text), tools_of(Picky()))]
    assert problems == ["count.arguments.height: tool 'count' needs it and nothing sets 'height'; map it to a slot"]


def test_the_example_has_the_nodes_it_promises() -> None:
    flow = load(EXAMPLE)
    kinds = {type(node).__name__ for node in flow.nodes.values()}
    assert kinds == {"Start", "Classify", "Ask", "Say", "Tool", "Branch", "Transfer", "HangUp"}
    assert all(len(node.prompts) >= 2 for node in flow.nodes.values() if isinstance(node, Ask | Classify))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(Invalid, match=r"nowhere\.yaml"):
        load(EXAMPLE.with_name("nowhere.yaml"))


def _aliases(levels: int) -> str:
    """Return a text of a few lines that stands for nine to the power of ``levels`` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_aliases(12), r"line 6: it stands for more than 200000 values: use fewer aliases"),
        ("flow: " + "[" * 5000, r"line 1: it has more than 40 lists and mappings inside one another"),
        ("flow: !!timestamp soon", "could not determine a constructor"),
        ("flow: !!int many", "could not determine a constructor"),
        ("flow: !!bool perhaps", "'perhaps' is no truth value"),
        ("flow: x\nflow: y", "'flow' is written twice"),
    ],
)
def test_what_is_hard_to_read_is_refused_before_it_costs_anything(text: str, message: str) -> None:
    with pytest.raises(FlowUnreadable, match=message) as raised:
        parse(text)
    assert located(raised.value.problems, text) == raised.value.problems

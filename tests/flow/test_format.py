"""The format of flow files as JSON Schema, held against what the reader takes and refuses; and lines of problems."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from switchroom.errors import Invalid
from switchroom.flow.file import parse, schema
from switchroom.flow.problems import FlowUnreadable, Problem, located
from tests.flow.agents import KITCHEN
from tests.flow.small import SMALL
from tests.flow.test_intents import EXAMPLE

EXAMPLES = sorted(EXAMPLE.parent.glob("*.yaml"))
VALIDATOR = Draft202012Validator(schema())


class _Yaml(yaml.SafeLoader):
    """YAML 1.2 as editors read it: figures are numbers, yes and 17:00 are texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - a table of PyYAML's


_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Yaml.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))
_Yaml.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))


def _complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.load(text, _Yaml))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_fits_the_schema(path: Path) -> None:
    assert _complaints(path.read_text(encoding="utf-8")) == []


def test_a_route_may_be_a_target_or_say_when() -> None:
    assert _complaints(KITCHEN) == []


WRONG = [
    ("type: branch", "type: brunch"),
    ("fresh: true\n", "fresh: true\n    colour: red\n"),
    ("kind: day", "kind: colour"),
    ("home: menu\n", ""),
    ("type: say, text: My pencil broke., ", "type: say, "),
    ("slots: [party, day]", "slots: party"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_the_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    assert _complaints(SMALL) == []
    assert _complaints(text)
    with pytest.raises(Invalid):
        parse(text)


def test_each_kind_of_node_is_described() -> None:
    described = schema()["$defs"]
    assert isinstance(described, dict)
    assert described["_Transfer"]["title"] == "transfer"
    assert "SIP address" in described["_Transfer"]["description"]


def test_a_field_that_is_no_field_is_told_with_its_line_and_what_was_meant() -> None:
    with pytest.raises(FlowUnreadable) as raised:
        parse(SMALL.replace("forget:", "forgot:"))
    (problem,) = raised.value.problems
    assert (problem.node, problem.field) == ("menu", "forgot")
    assert problem.message == "there is no such field here; did you mean 'forget'?"
    assert SMALL.splitlines()[problem.line - 1].strip().startswith("forget:")


def test_what_is_no_yaml_is_told_with_its_line() -> None:
    with pytest.raises(FlowUnreadable) as raised:
        parse("flow: x\nhome: [menu\nnodes: {}\n")
    assert [problem.line for problem in raised.value.problems] == [3]
    with pytest.raises(FlowUnreadable) as raised:
        parse("flow: x\nhome: y\nhome: z\n")
    assert "line 1: 'home' is written twice" in str(raised.value)


def test_a_problem_gets_the_line_of_its_field_or_of_what_is_nearest() -> None:
    found = located(
        [
            Problem("menu", "routes.count", "a"),
            Problem("menu", "agree", "b"),
            Problem("", "everywhere.fly", "c"),
            Problem("", "zone", "d"),
        ],
        SMALL,
    )
    lines = SMALL.splitlines()
    told = {problem.message: lines[problem.line - 1].strip() for problem in found if problem.line}
    assert told["a"].startswith("routes:")
    assert told["b"] == "menu:"
    assert told["c"].startswith("everywhere:")
    assert [problem.message for problem in found] == ["c", "b", "a", "d"]

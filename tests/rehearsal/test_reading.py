"""Files that cannot be used: each problem with its line, its place, and what to do."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from switchroom.errors import Invalid
from switchroom.rehearsal.expectations import EXPECTATIONS
from switchroom.rehearsal.reading import load, parse, schema
from switchroom.rehearsal.scalars import written
from switchroom.rehearsal.steps import STEPS, PressKeys, SayLine

HEAD = "rehearsal: x\nagent: restaurant.yaml\n"


def problem(text: str) -> str:
    with pytest.raises(Invalid) as raised:
        parse(text, Path("a.yaml"))
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "script:\n  - {say: a, ovr: 3}", "a.yaml:4: script.0.ovr: there is no such field here"),
        (HEAD + "script:\n  - sing: x", "a.yaml:4: script.0: this is no step; a step has one of: say, sound"),
        (HEAD + "script:\n  - expect: [{sad: x}]", "a.yaml:4: script.0.expect.0: this is no expectation; one has"),
        (HEAD + "script:\n  - digits: 12x", "a.yaml:4: script.0.digits: String should match"),
        (
            HEAD + "script:\n  - {sound: cough,\n     over: soon}",
            "a.yaml:5: script.0.over: Input should be a valid number",
        ),
        (
            HEAD + "script: []\nexpect:\n  - {tool: t, times: many}",
            "a.yaml:5: expect.0.times: Input should be a valid int",
        ),
        (HEAD + "script: []\nexpect: [{said: /(/}]", "a.yaml:4: expect.0: /(/ is no regular expression"),
        (HEAD + "script: []\nscript: []", "a.yaml:4: 'script' is written twice in the same place; keep one"),
        ("rehearsal: x\nscript: []", "a.yaml:1: agent: this is missing"),
        ("rehearsal: x\nagent: {flow: x, version: 3}\nscript: []", "a.yaml:2: agent.version: there is no such field"),
        ("- a", "a.yaml: a rehearsal is a mapping"),
        (HEAD + "script: [{said: what?}]", "a.yaml: not YAML"),
    ],
)
def test_a_problem_is_told_with_its_place(text: str, told: str) -> None:
    assert told in problem(text)


def test_all_problems_are_told_at_once() -> None:
    assert len(problem(HEAD + "script:\n  - sing: x\n  - dance: y\n").splitlines()) == 2


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(Invalid, match=r"nowhere\.yaml: cannot be read"):
        load(Path("nowhere.yaml"))


def test_figures_stay_as_they_are_written() -> None:
    piece = parse(HEAD + 'script: [{digits: 0123}, {say: "7"}]', Path("a.yaml"))
    digits, line = piece.rehearsal.script
    assert isinstance(digits, PressKeys)
    assert isinstance(line, SayLine)
    assert (digits.digits, line.say) == ("0123", "7")


def test_the_schema_knows_every_step_and_expectation() -> None:
    text = str(schema())
    assert all(f"'{word}'" in text for word in (*STEPS, *EXPECTATIONS))


@pytest.mark.parametrize("text", ["yes", "true", "", "12:30", 'he said "what?"', "a: b", "back\\slash", "#1", "null"])
def test_a_text_is_written_so_that_it_reads_as_itself(text: str) -> None:
    piece = parse(f"rehearsal: {written(text)}\nagent: a\nscript: []", Path("a.yaml"))
    assert TypeAdapter(str).validate_python(piece.rehearsal.rehearsal) == text


def test_what_no_file_can_hold_becomes_space() -> None:
    piece = parse(f"rehearsal: {written(chr(7) + 'two' + chr(10) + 'lines')}\nagent: a\nscript: []", Path("a.yaml"))
    assert piece.rehearsal.rehearsal == " two lines"

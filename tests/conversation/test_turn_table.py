"""docs/turns.md is the table of the turn machine: every line of it is told to the machine."""

from dataclasses import fields
from pathlib import Path

import pytest

from switchroom.conversation.moves import Decision
from switchroom.conversation.timing import Timing
from tests.conversation.positions import STATES, TOLD, Clocked, at

_DOCUMENT = Path(__file__).parents[2] / "docs" / "turns.md"

Outcome = tuple[str, str, tuple[str, ...]]


def _table(heading: str) -> list[list[str]]:
    section = _DOCUMENT.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _names(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(",") if name.strip()]


def _decided(decisions: list[Decision]) -> tuple[str, ...]:
    return tuple(type(decision).__name__ for decision in decisions)


def _documented() -> dict[tuple[str, str, str], Outcome]:
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    for told, callers, agents, caller_then, agent_then, decided in _table("The table"):
        for caller, agent in STATES:
            if {caller, "any"} & set(_names(callers)) and {agent, "any"} & set(_names(agents)):
                key = (told, caller, agent)
                assert key not in outcomes, f"two lines say what happens in {key}"
                outcomes[key] = (caller_then or caller, agent_then or agent, tuple(_names(decided)))
    return outcomes


_OUTCOMES = _documented()


@pytest.mark.parametrize("told", [*TOLD, "time"])
def test_every_line_of_the_table_is_what_the_machine_does_and_everything_else_does_nothing(told: str) -> None:
    for caller, agent in STATES:
        clocked = at(caller, agent)
        decided = _decided(clocked.tell(told))
        expected = _OUTCOMES.get((told, caller, agent), (caller, agent, ()))
        assert (*clocked.state, decided) == expected, f"{told} in {caller}, {agent}"


def test_every_line_names_inputs_and_states_that_exist() -> None:
    for told, callers, agents, *_ in _table("The table"):
        assert told in TOLD or told == "time"
        assert set(_names(callers)) <= {caller for caller, _ in STATES} | {"any"}
        assert set(_names(agents)) <= {agent for _, agent in STATES} | {"any"}
        assert any(key[0] == told for key in _OUTCOMES)


@pytest.mark.parametrize(("told", "decided"), _table("Conversations"))
def test_a_conversation_goes_as_documented(told: str, decided: str) -> None:
    clocked = Clocked()
    decisions = [decision for name in told.split("; ") for decision in clocked.tell(name)]
    assert _decided(decisions) == tuple(_names(decided))


def test_the_documented_waits_are_those_of_the_machine() -> None:
    timing = Timing()
    documented = {name: float(seconds) for name, seconds, _ in _table("Waits")}
    others = {"fixed", "short", "long", "dictated", "words", "belief", "nudges"}
    assert documented == {f.name: getattr(timing, f.name) for f in fields(timing) if f.name not in others}

"""The transaction tables: every row of docs/sip.md is in the code, and every row of the code is in docs/sip.md."""

import pytest

from switchroom.sip.transactions.transaction import MACHINES, Machine, State, first_interval, next_interval
from tests.sip.document import table

START = "–"

Row = tuple[str, str, str, tuple[str, ...]]


def documented(machine: Machine) -> set[Row]:
    return {
        (state, event, after, tuple(item.strip() for item in actions.split(",") if item.strip()))
        for state, event, after, actions in table(machine.name)
    }


def coded(machine: Machine) -> set[Row]:
    steps = {
        (state.value, event.value, step.state.value, tuple(step.actions))
        for (state, event), step in machine.table.items()
    }
    return steps | {(START, "start", machine.start.state.value, tuple(machine.start.actions))}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_the_document_and_the_code_agree(machine: Machine) -> None:
    assert documented(machine) == coded(machine)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_but_the_last_can_be_left_by_a_timer_or_by_the_user(machine: Machine) -> None:
    for state in {after.state for after in machine.table.values()} - {State.TERMINATED}:
        leaving = [
            event for (before, event), step in machine.table.items() if before is state and step.state is not state
        ]
        assert leaving, state


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_a_timer_that_can_ring_was_started(machine: Machine) -> None:
    started = {
        action[-1] for step in [machine.start, *machine.table.values()] for action in step.actions if "start " in action
    }
    ringing = {event.value[-1] for _, event in machine.table if event.value.startswith("timer")}
    assert ringing == started


@pytest.mark.parametrize("row", table("Timers"), ids=lambda row: row[0])
def test_timers_run_as_long_as_the_document_says(row: list[str]) -> None:
    timer, unreliable, reliable, repeats, _ = row
    assert first_interval(timer, reliable=False) == float(unreliable)
    assert first_interval(timer, reliable=True) == (None if reliable == START else float(reliable))
    if repeats.startswith("doubling"):
        assert next_interval(timer, 0.5) == 1.0
        assert next_interval(timer, 4.0) == (4.0 if repeats == "doubling to 4" else 8.0)

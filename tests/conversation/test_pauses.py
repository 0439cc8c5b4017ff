"""What a caller's pauses teach, in the estimator and in the machine that uses it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.conversation.pauses import LEAST, MOST, USUAL, Pauses
from switchroom.conversation.turns import TurnMachine, VoiceStarted
from tests.conversation.spoken import said


def after(*pauses: float) -> Pauses:
    known = Pauses()
    for pause in pauses:
        known = known.inside_a_turn(pause)
    return known


def test_of_a_stranger_nothing_is_presumed() -> None:
    assert Pauses().scale == 1.0
    assert after(USUAL, USUAL, USUAL).scale == pytest.approx(1.0)


def test_who_searches_for_words_gets_more_time_the_surer_we_are() -> None:
    scales = [after(*[1.0] * times).scale for times in (1, 3, 8)]
    assert scales == sorted(scales)
    assert 1.0 < scales[0] < scales[-1] <= MOST


def test_who_speaks_fluently_waits_a_little_less() -> None:
    assert LEAST <= after(*[0.26] * 20).scale < 0.9


def test_one_turn_cut_off_weighs_more_than_one_pause() -> None:
    assert Pauses().cut_off(0.6, 0.25).scale > after(0.9).scale > 1.0


def test_turns_that_were_over_make_good_what_one_cut_off_taught() -> None:
    known = Pauses().cut_off(0.6, 0.25)
    before = known.scale
    for _ in range(12):
        known = known.finished()
    assert 1.0 <= known.scale < before


def test_the_gaps_of_articulation_and_a_caller_who_went_away_teach_nothing() -> None:
    assert after(0.05, 0.1, 30.0) == Pauses()
    assert Pauses().cut_off(8.0, 0.25) == Pauses().cut_off(0.1, 0.25) == Pauses()


@given(st.lists(st.tuples(st.sampled_from(["inside", "cut", "over"]), st.floats(0.0, 10.0), st.floats(0.0, 2.0))))
def test_whatever_is_seen_the_waits_stay_within_bounds(seen: list[tuple[str, float, float]]) -> None:
    known = Pauses()
    for what, pause, wait in seen:
        match what:
            case "inside":
                known = known.inside_a_turn(pause)
            case "cut":
                known = known.cut_off(pause, wait)
            case _:
                known = known.finished()
        assert LEAST <= known.scale <= MOST
        assert known.weight <= 24.0


def test_agents_3701_a_caller_who_was_cut_off_once_is_given_the_time_they_take() -> None:
    machine = TurnMachine()
    said(machine, "a table for two", 1.0, 2.0)
    machine.expire(2.25)
    assert machine.pauses.weight == 0
    said(machine, "at seven", 2.5, 3.2)
    assert machine.pauses.scale > 1.3
    assert machine.deadline == pytest.approx(3.2 + 0.25 * machine.pauses.scale)


def test_pauses_inside_a_turn_are_learned_and_taken_into_the_next_call() -> None:
    machine = TurnMachine()
    start = 1.0
    for _ in range(6):
        said(machine, "my name is", start, start + 0.5)
        start += 1.2
    machine.handle(VoiceStarted(start), start + 0.1)
    assert machine.pauses.scale > 1.1
    again = TurnMachine(pauses=machine.pauses)
    said(again, "a table for two", 1.0, 2.0)
    assert again.deadline is not None
    assert again.deadline > 2.26


def test_an_interruption_long_after_the_turn_is_no_sign_of_haste() -> None:
    machine = TurnMachine()
    said(machine, "a table for two", 1.0, 2.0)
    machine.expire(2.25)
    said(machine, "wait", 3.4, 3.8)
    assert machine.pauses.weight == 0

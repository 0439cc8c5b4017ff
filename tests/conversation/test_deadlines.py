"""What is done while the caller waits, and when."""

import pytest

from switchroom.conversation.deadlines import (
    Awaited,
    Away,
    Busy,
    Deadlines,
    Done,
    Fill,
    Free,
    Owed,
    Promise,
    Silent,
    Sounds,
    Stall,
    Told,
)
from switchroom.conversation.pace import SPAN, Pace

PROMISE = Promise(no_silence=1.2, lead=0.1, again=4.0, stalled=8.0, tool=12.0)


def waiting(*told: tuple[float, Told], until: float = 30.0) -> list[tuple[float, Fill | Stall]]:
    """Tell a new machine what happens when, and return what it decides, each at its time."""
    machine = Deadlines(PROMISE)
    decided: list[tuple[float, Fill | Stall]] = []
    last = 0.0
    for at, what in [*told, (until, Done())]:
        while machine.deadline is not None and machine.deadline < at:
            now = max(machine.deadline, last)
            decided += [(round(now, 3), decision) for decision in machine.expire(now)]
        machine.handle(what, at)
        last = at
    return decided


def test_a_reply_in_time_is_left_alone() -> None:
    assert waiting((0.3, Owed(0.0, 1.0)), (1.05, Sounds()), (2.0, Done())) == []


def test_silence_is_broken_before_it_is_too_long_and_whoever_is_awaited_is_named() -> None:
    assert waiting((0.3, Owed(0.0, 1.0)), (0.9, Awaited("tts")), (1.15, Sounds()), (2.0, Done())) == [
        (1.1, Fill("filler", "tts"))
    ]


def test_a_reply_that_is_likely_to_be_very_late_is_bridged_sooner() -> None:
    assert waiting((0.3, Owed(0.0, 3.0)), (0.6, Sounds()), until=1.0) == [(0.5, Fill("filler", "llm"))]


def test_one_filler_is_followed_by_requests_for_patience_ever_more_rarely() -> None:
    heard: list[tuple[float, Told]] = [
        (1.2, Sounds()),
        (1.8, Silent()),
        (3.0, Sounds()),
        (4.0, Silent()),
        (8.1, Sounds()),
        (9.0, Silent()),
    ]
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0)), *heard]
    assert waiting(*told, until=8.2) == [
        (1.1, Fill("filler", "llm")),
        (2.9, Fill("patience", "llm")),
        (8.0, Fill("patience", "llm")),
    ]


def test_a_yes_is_not_answered_by_let_me_see() -> None:
    assert waiting((0.3, Owed(0.0, 1.0, short=True)), until=2.0) == [(1.1, Fill("patience", "llm"))]


def test_nobody_is_asked_for_patience_after_a_greeting() -> None:
    assert waiting((0.0, Owed(0.0, 1.0, bridged=False)), until=7.0) == []


def test_after_a_question_the_silence_is_the_callers() -> None:
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0)), (0.5, Sounds()), (2.0, Silent(asked=True))]
    assert waiting(*told, until=9.0) == []


def test_silence_in_the_middle_of_a_reply_is_broken_too() -> None:
    told: list[tuple[float, Told]] = [
        (0.3, Owed(0.0, 1.0)),
        (0.5, Sounds()),
        (1.0, Awaited("tool book")),
        (2.0, Silent()),
    ]
    assert waiting(*told, until=3.5) == [(3.1, Fill("filler", "tool book"))]


def test_a_sentence_that_is_being_spoken_is_not_broken_into() -> None:
    assert waiting((0.3, Owed(0.0, 1.0)), (0.9, Awaited("voice")), until=5.0) == []


def test_a_caller_who_speaks_hears_no_filler() -> None:
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0)), (0.8, Busy()), (4.0, Free())]
    assert waiting(*told, until=6.0) == [(5.1, Fill("filler", "llm"))]


def test_who_is_on_hold_waits_for_nothing() -> None:
    assert waiting((0.3, Owed(0.0, 1.0)), (0.5, Away()), until=500.0) == []


def test_an_agent_that_owes_sound_and_gives_none_is_given_up() -> None:
    """dograh #561, #802: silence after a telephone number, and a call that ran for ever."""
    decided = waiting((0.3, Owed(0.0, 1.0)), until=17.0)
    assert [(at, stall) for at, stall in decided if isinstance(stall, Stall)] == [
        (8.3, Stall("llm", 8.0, 1)),
        (16.3, Stall("llm", 8.0, 2)),
    ]


def test_what_is_said_to_bridge_a_wait_is_no_progress() -> None:
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0))]
    told += [(1.2, Sounds()), (1.8, Silent()), (3.0, Sounds()), (4.0, Silent()), (8.1, Sounds()), (9.0, Silent())]
    stalls = [(at, what) for at, what in waiting(*told, until=10.0) if isinstance(what, Stall)]
    assert stalls == [(9.0, Stall("llm", 8.7, 1))]


def test_progress_is_no_stall_and_a_tool_has_a_limit_of_its_own() -> None:
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0)), (7.0, Awaited("tool book")), (18.0, Awaited("llm"))]
    stalls = [(at, what) for at, what in waiting(*told, until=28.0) if isinstance(what, Stall)]
    assert stalls == [(26.0, Stall("llm", 8.0, 1))]


def test_a_pause_that_nobody_ends_is_a_stall() -> None:
    """pipecat #5106: a paused voice hung the call for ever."""
    told: list[tuple[float, Told]] = [(0.3, Owed(0.0, 1.0)), (0.5, Sounds()), (1.0, Silent()), (1.0, Busy())]
    assert waiting(*told, until=10.0) == [(9.0, Stall("llm", 8.0, 1))]


def test_a_reply_that_came_ends_the_row_of_stalls() -> None:
    decided = waiting((0.0, Owed(0.0, 1.0)), (10.0, Done()), (10.0, Owed(10.0, 11.0)), until=19.0)
    assert [stall.count for _, stall in decided if isinstance(stall, Stall)] == [1, 1]


def test_a_row_of_stalls_goes_on_over_replies_that_were_given_up() -> None:
    decided = waiting((0.0, Owed(0.0, 1.0)), (10.0, Done(well=False)), (10.0, Owed(10.0, 11.0)), until=19.0)
    assert [stall.count for _, stall in decided if isinstance(stall, Stall)] == [1, 2]


def test_what_a_reply_takes_is_learned_and_what_was_long_ago_forgotten() -> None:
    pace = Pace()
    assert pace.reply == pytest.approx(1.0)
    for _ in range(SPAN):
        pace.note("llm", 3.0)
        pace.note("tts", 0.1)
    assert pace.reply == pytest.approx(3.1)
    for _ in range(SPAN):
        pace.note("llm", 0.2)
    assert pace.reply == pytest.approx(0.3)
    assert not pace.late(1.2)
    assert pace.late(0.4)

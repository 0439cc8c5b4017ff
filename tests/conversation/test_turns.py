"""The turn machine in literal times: who waits how long for what, and what a turn then holds."""

import pytest

from switchroom.conversation.turns import (
    Agent,
    AgentStarted,
    AgentStopped,
    AskFinal,
    Caller,
    CallerLeft,
    CallerWrote,
    Commit,
    Decision,
    DigitPressed,
    Dismiss,
    Expected,
    GiveUp,
    Heard,
    Held,
    Missed,
    Nudge,
    PauseSpeech,
    ReplyOwed,
    Resumed,
    ResumeSpeech,
    StopSpeech,
    Timing,
    TurnMachine,
    VoiceStarted,
    VoiceStopped,
)
from switchroom.ports import Patience
from tests.conversation.spoken import said, speaking


def test_silence_counts_from_the_end_of_speech() -> None:
    machine = TurnMachine()
    assert said(machine, "a table for two", 1.0, 2.0) == []
    assert machine.deadline == pytest.approx(2.25)
    assert machine.expire(2.24) == []
    assert machine.expire(2.25) == [Commit(1, "a table for two", "", 0.9, 1.0, 2.0, understood=2.15)]
    assert machine.deadline is None


def test_words_that_call_for_more_get_more_time() -> None:
    machine = TurnMachine()
    said(machine, "a table for", 1.0, 2.0)
    assert machine.deadline == pytest.approx(2.8)


@pytest.mark.parametrize(
    ("patience", "text", "due"),
    [
        (Patience.SHORT, "yes", 2.2),
        (Patience.LONG, "seven thirty", 2.5),
        (Patience.LONG, "my address is", 3.6),
        (Patience.DICTATED, "i have lost my umbrella", 3.6),
    ],
)
def test_what_the_brain_expects_scales_the_wait(patience: Patience, text: str, due: float) -> None:
    machine = TurnMachine()
    machine.handle(Expected(patience), 0.0)
    said(machine, text, 1.0, 2.0)
    assert machine.deadline == pytest.approx(due)


def test_a_number_with_too_few_digits_is_waited_for() -> None:
    machine = TurnMachine()
    machine.handle(Expected(digits=4), 0.0)
    said(machine, "four seven two", 1.0, 2.0)
    assert machine.deadline == pytest.approx(2.8)


def test_fixed_endpointing_is_the_same_for_all_words() -> None:
    for text in ("a table for", "a table for two"):
        machine = TurnMachine(Timing(fixed=0.5))
        machine.handle(Expected(Patience.LONG), 0.0)
        said(machine, text, 1.0, 2.0)
        assert machine.deadline == pytest.approx(2.5)


def test_a_final_that_comes_after_the_silence_commits_at_once() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(2.0), 2.1)
    decisions = machine.handle(Heard("a table for two", final=True), 2.6)
    assert [type(decision) for decision in decisions] == [Commit]


def test_a_caller_who_was_only_thinking_goes_on_with_the_same_turn() -> None:
    machine = TurnMachine()
    said(machine, "a table for", 1.0, 2.0)
    machine.handle(VoiceStarted(2.5), 2.6)
    machine.handle(VoiceStopped(3.0), 3.1)
    machine.handle(Heard("a table for two", final=True), 3.15)
    (commit,) = machine.expire(3.25)
    assert commit == Commit(1, "a table for two", "", 1.0, 1.0, 3.0, understood=3.15)


def test_a_final_of_the_past_does_not_end_a_turn_that_went_on() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(1.5), 1.6)
    machine.handle(VoiceStarted(1.7), 1.8)
    machine.handle(VoiceStopped(2.0), 2.1)
    assert machine.handle(Heard("a table", final=True), 2.15) == []
    assert machine.expire(2.3) == []
    (commit,) = machine.handle(Heard("a table for two", final=True), 2.35)
    assert isinstance(commit, Commit)
    assert commit.text == "a table for two"


def test_a_newer_final_is_waited_for_as_long_as_the_one_before_took() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(1.5), 1.6)
    machine.handle(VoiceStarted(1.7), 1.8)
    machine.handle(VoiceStopped(2.0), 2.1)
    machine.handle(Heard("a table for two", final=True), 2.15)
    assert machine.deadline == pytest.approx(2.0 + 0.65 + 0.3)


def test_words_after_a_cough_are_not_lost_to_a_slow_recogniser() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(1.2), 1.3)
    machine.handle(VoiceStarted(1.4), 1.5)
    machine.handle(VoiceStopped(1.8), 1.9)
    assert machine.handle(Heard("", final=True), 2.7) == []
    assert machine.expire(3.1) == []
    (commit,) = machine.handle(Heard("two", final=True), 3.3)
    assert isinstance(commit, Commit)
    assert commit.text == "two"


def test_a_final_of_the_past_does_not_take_back_what_a_partial_has_told_since() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(1.5), 1.6)
    machine.handle(VoiceStarted(2.0), 2.1)
    machine.handle(Heard("a table for two", final=False), 2.4)
    machine.handle(VoiceStopped(2.6), 2.7)
    machine.handle(Heard("a table", final=True), 2.9)
    assert machine.deadline is not None
    (commit,) = machine.expire(machine.deadline)
    assert isinstance(commit, Commit)
    assert commit.text == "a table for two"


def test_without_a_final_transcript_the_partial_one_is_the_turn() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Heard("a table", final=False, confidence=0.5), 1.5)
    machine.handle(VoiceStopped(2.0), 2.1)
    assert machine.deadline == pytest.approx(6.0)
    assert machine.expire(6.0) == [Commit(1, "a table", "", 0.5, 1.0, 2.0)]
    assert machine.handle(Heard("a table for two", final=True), 6.1) == []


@pytest.mark.parametrize(("failure", "missed"), [(Missed("stt_died"), "stt_died"), (None, "late")])
def test_a_turn_that_nobody_understood_says_why(failure: Missed | None, missed: str) -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(2.0), 2.1)
    if failure is not None:
        machine.handle(failure, 2.2)
    (commit,) = machine.expire(10.0)
    assert isinstance(commit, Commit)
    assert (commit.text, commit.missed) == ("", missed)


def test_a_cough_while_nobody_speaks_is_no_turn() -> None:
    machine = TurnMachine()
    said(machine, "", 1.0, 1.2)
    assert machine.expire(2.0) == [Dismiss()]
    assert machine.state == (Caller.QUIET, Agent.SILENT)


def test_hesitation_alone_is_no_turn_but_a_hum_answers() -> None:
    machine = TurnMachine()
    said(machine, "um", 1.0, 1.2)
    assert machine.expire(2.0) == [Dismiss()]
    said(machine, "uh huh", 3.0, 3.2)
    assert [type(decision) for decision in machine.expire(4.0)] == [Commit]


def test_who_has_spoken_for_too_long_has_had_their_turn() -> None:
    machine = TurnMachine(Timing(floor=5.0))
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Heard("and another thing", final=False), 5.0)
    assert machine.expire(6.0) == [AskFinal()]
    (commit,) = machine.handle(Heard("and another thing is", final=True), 6.3)
    assert isinstance(commit, Commit)
    assert (commit.text, commit.ended) == ("and another thing is", 6.0)
    assert machine.handle(VoiceStopped(7.0), 7.1) == []


def test_who_has_spoken_for_too_long_has_had_their_turn_without_a_final_transcript_too() -> None:
    machine = TurnMachine(Timing(floor=5.0))
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Heard("and another thing", final=False), 5.0)
    assert machine.expire(6.0) == [AskFinal()]
    assert machine.deadline == 10.0
    (commit,) = machine.expire(10.0)
    assert isinstance(commit, Commit)
    assert commit.text == "and another thing"


def typed(machine: TurnMachine, keys: str, now: float) -> list[Decision]:
    return [decision for key in keys for decision in machine.handle(DigitPressed(key), now)]


def test_digits_are_complete_by_their_number_and_a_late_hash_is_nothing() -> None:
    machine = TurnMachine()
    machine.handle(Expected(digits=4), 0.0)
    assert typed(machine, "1234", 1.0) == [Commit(1, digits="1234", started=1.0, ended=1.0)]
    machine.handle(AgentStarted(), 1.5)
    assert typed(machine, "#", 2.0) == []
    assert typed(machine, "#", 2.1) == [StopSpeech(), Commit(2, digits="#", started=2.1, ended=2.1)]


def test_digits_end_with_a_hash_or_a_pause() -> None:
    machine = TurnMachine()
    assert typed(machine, "12#", 1.0) == [Commit(1, digits="12", started=1.0, ended=1.0)]
    machine.handle(AgentStopped(), 1.1)
    typed(machine, "34", 2.0)
    assert machine.deadline == 4.0
    assert machine.expire(4.0) == [Commit(2, digits="34", started=2.0, ended=2.0)]


def test_digits_count_for_more_than_the_words_around_them() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Heard("my number", final=False), 1.5)
    (commit,) = typed(machine, "12#", 2.0)
    assert isinstance(commit, Commit)
    assert (commit.digits, commit.text) == ("12", "my number")


@pytest.mark.parametrize("key", ["", "12", "x", "é"])
def test_what_is_no_key_is_ignored(key: str) -> None:
    machine = TurnMachine()
    assert machine.handle(DigitPressed(key), 1.0) == []
    assert machine.state == (Caller.QUIET, Agent.SILENT)


def test_writing_is_a_turn_at_once() -> None:
    machine = speaking()
    assert machine.handle(CallerWrote(" the "), 1.0) == [
        StopSpeech(),
        Commit(1, "the", started=1.0, ended=1.0),
    ]
    assert machine.handle(CallerWrote("  "), 1.1) == []


def test_silence_is_broken_three_times_and_then_for_good() -> None:
    machine = TurnMachine(Timing(silence=5.0, nudges=3))
    now, decided = 0.0, []
    for _ in range(4):
        machine.handle(AgentStarted(), now)
        machine.handle(AgentStopped(), now + 1.0)
        assert machine.deadline == now + 6.0
        now += 6.0
        decided += machine.expire(now)
    assert decided == [Nudge(1), Nudge(2), Nudge(3), GiveUp()]


def test_a_word_of_the_caller_starts_the_count_anew_and_a_cough_does_not() -> None:
    machine = TurnMachine()
    machine.handle(AgentStopped(), 0.0)
    assert machine.expire(7.0) == [Nudge(1)]
    machine.handle(AgentStopped(), 8.0)
    said(machine, "", 9.0, 9.2)
    machine.expire(10.1)
    assert machine.expire(15.0) == [Nudge(2)]
    machine.handle(AgentStopped(), 16.0)
    said(machine, "hello", 17.0, 17.5)
    machine.expire(18.0)
    machine.handle(AgentStopped(), 19.0)
    assert machine.expire(26.0) == [Nudge(1)]


def test_nobody_is_nudged_on_hold_and_the_agent_waits() -> None:
    machine = speaking()
    assert machine.handle(Held(), 1.0) == [PauseSpeech()]
    assert machine.deadline is None
    assert machine.handle(VoiceStarted(2.0), 2.1) == []  # their music
    assert machine.handle(Resumed(), 60.0) == [ResumeSpeech()]
    assert machine.handle(VoiceStopped(60.1), 60.2) == [Dismiss()]
    machine.handle(AgentStopped(), 61.0)
    assert machine.deadline == 68.0


def test_a_reply_that_is_ready_on_hold_waits_for_the_caller() -> None:
    machine = TurnMachine()
    machine.handle(Held(), 0.0)
    machine.handle(ReplyOwed(), 1.0)
    assert machine.handle(AgentStarted(), 2.0) == [PauseSpeech()]
    assert machine.handle(Resumed(), 9.0) == [ResumeSpeech()]


def test_words_said_just_before_the_hold_are_answered() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Held(), 1.2)
    machine.handle(VoiceStopped(1.3), 1.4)
    machine.handle(Heard("one second please", final=True), 1.5)
    assert [type(decision) for decision in machine.expire(3.0)] == [Commit]


def test_the_last_words_of_a_caller_who_hung_up_are_kept() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    assert machine.handle(CallerLeft(), 2.0) == []
    assert machine.deadline == pytest.approx(6.0)
    (commit,) = machine.handle(Heard("and for", final=True), 2.1)
    assert isinstance(commit, Commit)
    assert (commit.text, commit.ended) == ("and for", 2.0)
    assert machine.deadline is None
    assert machine.handle(VoiceStarted(2.2), 2.3) == []
    assert machine.handle(CallerLeft(), 2.4) == []


def test_the_number_of_the_coming_turn_is_known() -> None:
    machine = TurnMachine()
    assert machine.next_turn == 1
    said(machine, "hello", 1.0, 2.0)
    machine.expire(3.0)
    assert machine.next_turn == 2

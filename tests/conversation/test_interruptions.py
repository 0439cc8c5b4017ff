"""What stops the agent, what it only pauses for, and what becomes of a reply that nobody has heard yet."""

import pytest

from switchroom.conversation.turns import (
    Agent,
    AgentStarted,
    AgentStopped,
    Caller,
    Commit,
    Dismiss,
    Expected,
    Heard,
    Missed,
    PauseSpeech,
    ReplyOwed,
    ResumeSpeech,
    StopSpeech,
    Timing,
    TurnMachine,
    VoiceStarted,
    VoiceStopped,
    Withdraw,
)
from switchroom.ports import Patience
from tests.conversation.spoken import said, speaking


def test_the_agent_pauses_in_the_tick_in_which_a_voice_starts() -> None:
    assert speaking().handle(VoiceStarted(1.0), 1.1) == [PauseSpeech()]


@pytest.mark.parametrize("text", ["mhm", "uh huh", "yeah", "okay", "okay okay", "yeah i see", "Right.", "um, okay", ""])
def test_a_listener_who_agrees_does_not_interrupt(text: str) -> None:
    machine = speaking()
    assert said(machine, text, 1.0, 1.3) == [PauseSpeech(), ResumeSpeech(), Dismiss()]
    assert machine.state == (Caller.QUIET, Agent.SPEAKING)


@pytest.mark.parametrize("text", ["wait", "stop", "no", "yes but", "okay stop", "hold on", "tomorrow", "yes no sorry"])
def test_real_words_interrupt(text: str) -> None:
    machine = speaking()
    decisions = said(machine, text, 1.0, 1.3)
    assert decisions[:2] == [PauseSpeech(), StopSpeech()]
    (commit,) = machine.expire(3.0)
    assert isinstance(commit, Commit)
    assert (commit.turn, commit.text) == (1, text)


def test_a_partial_of_one_small_word_waits_for_the_second() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0), 1.1)
    assert machine.handle(Heard("the", final=False), 1.3) == []
    assert machine.handle(Heard("the other", final=False), 1.5) == [StopSpeech()]


def test_a_recogniser_that_guesses_can_be_asked_for_two_words_and_for_certainty() -> None:
    machine = speaking(Timing(words=2, belief=0.4))
    machine.handle(VoiceStarted(1.0), 1.1)
    assert machine.handle(Heard("seven", final=False, confidence=0.8), 1.3) == []
    assert machine.handle(Heard("seven people", final=False, confidence=0.3), 1.4) == []
    assert machine.handle(Heard("seven people", final=False, confidence=0.8), 1.5) == [StopSpeech()]


def test_a_sound_without_words_lets_the_agent_go_on_soon() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(1.3), 1.4)
    assert machine.deadline == pytest.approx(1.8)
    assert machine.expire(1.8) == [ResumeSpeech()]


def test_a_long_noise_is_ignored_until_it_stops() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0), 1.1)
    assert machine.deadline == pytest.approx(2.3)
    assert machine.expire(2.3) == [ResumeSpeech()]
    assert machine.handle(VoiceStarted(3.0), 3.1) == []
    machine.handle(VoiceStopped(4.0), 4.1)
    assert machine.handle(Heard("", final=True), 4.2) == [Dismiss()]
    assert machine.handle(VoiceStarted(5.0), 5.1) == [PauseSpeech()]


def test_flickering_noise_cannot_keep_the_agent_paused() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0), 1.1)
    now = 1.1
    while machine.state[1] is Agent.PAUSED:
        now += 0.2
        machine.handle(VoiceStopped(now), now)
        machine.handle(VoiceStarted(now + 0.1), now + 0.1)
        assert machine.deadline is not None
        machine.expire(now)
    assert now < 1.1 + Timing().suspense + 0.3


def test_a_yes_over_the_last_words_of_a_question_is_an_answer() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0, remaining=0.7), 1.1)
    machine.handle(VoiceStopped(1.4), 1.5)
    assert machine.handle(Heard("yes", final=True), 1.55) == [StopSpeech()]


def test_who_asked_for_a_short_answer_is_answered_earlier() -> None:
    machine = speaking()
    machine.handle(Expected(Patience.SHORT), 0.5)
    machine.handle(VoiceStarted(1.0, remaining=1.7), 1.1)
    machine.handle(VoiceStopped(1.4), 1.5)
    assert machine.handle(Heard("yes", final=True), 1.55) == [StopSpeech()]


def test_what_stopped_the_agent_is_a_turn_even_if_it_was_misheard() -> None:
    machine = speaking()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(Heard("tomorrow", final=False), 1.3)
    machine.handle(VoiceStopped(1.4), 1.5)
    machine.handle(Heard("", final=True), 1.6)
    (commit,) = machine.expire(3.0)
    assert isinstance(commit, Commit)
    assert (commit.text, commit.missed) == ("", "unclear")


def test_a_protected_sentence_is_not_paused_and_what_was_said_is_kept() -> None:
    machine = TurnMachine()
    machine.handle(ReplyOwed(), 0.0)
    machine.handle(AgentStarted(protected=True), 0.1)
    assert said(machine, "a table for two", 1.0, 2.0) == []
    assert machine.deadline is None
    (commit,) = machine.handle(AgentStopped(), 4.0)
    assert isinstance(commit, Commit)
    assert commit.text == "a table for two"


def test_a_caller_who_goes_on_before_the_reply_is_heard_gets_one_reply_to_all() -> None:
    machine = TurnMachine()
    said(machine, "book a table", 1.0, 2.0)
    machine.expire(2.25)
    assert said(machine, "for two at seven", 2.4, 3.2) == [Withdraw(1)]
    (commit,) = machine.expire(3.6)
    assert isinstance(commit, Commit)
    assert (commit.turn, commit.text, commit.continues) == (2, "book a table for two at seven", 1)
    assert (commit.started, commit.ended) == (1.0, 3.2)


def test_a_reply_that_is_ready_while_the_caller_makes_a_sound_is_held_back() -> None:
    machine = TurnMachine()
    said(machine, "book a table", 1.0, 2.0)
    machine.expire(2.25)
    machine.handle(VoiceStarted(2.5), 2.6)
    assert machine.handle(AgentStarted(), 2.7) == [PauseSpeech()]
    assert machine.handle(Heard("for two", final=False), 2.9) == [StopSpeech(), Withdraw(1)]


def test_a_turn_that_was_withdrawn_is_committed_again_if_nothing_follows() -> None:
    machine = TurnMachine()
    said(machine, "book a table", 1.0, 2.0)
    machine.expire(2.25)
    machine.handle(VoiceStarted(2.4), 2.5)
    machine.handle(Heard("for", final=False), 2.6)
    machine.handle(Heard("for two", final=False), 2.7)
    machine.handle(VoiceStopped(2.8), 2.9)
    machine.handle(Heard("", final=True), 3.0)
    (commit,) = machine.expire(4.0)
    assert isinstance(commit, Commit)
    assert (commit.turn, commit.text, commit.missed) == (2, "book a table", None)


def test_a_reply_that_nobody_asked_for_does_not_take_the_floor_from_a_turn_that_goes_on() -> None:
    machine = TurnMachine()
    said(machine, "book a table", 1.0, 2.0)
    machine.expire(2.25)
    machine.handle(VoiceStarted(2.4), 2.5)
    machine.handle(Heard("for two", final=False), 2.6)
    machine.handle(VoiceStopped(2.8), 2.9)
    assert machine.handle(ReplyOwed(), 2.95) == [Withdraw(None)]
    machine.handle(Heard("", final=True), 3.0)
    assert machine.handle(ReplyOwed(), 3.1) == [Withdraw(None)]
    (commit,) = machine.expire(4.0)
    assert isinstance(commit, Commit)
    assert (commit.text, commit.continues) == ("book a table", 1)


def test_a_turn_that_nobody_understood_is_still_answered_after_it_was_withdrawn() -> None:
    machine = TurnMachine()
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(2.0), 2.1)
    machine.handle(Missed("stt_died"), 2.2)
    machine.expire(3.0)
    machine.handle(VoiceStarted(3.0), 3.1)
    assert machine.handle(Heard("for two", final=False), 3.3) == [Withdraw(1)]
    machine.handle(VoiceStopped(3.4), 3.5)
    machine.handle(Heard("", final=True), 3.6)
    (commit,) = machine.expire(5.0)
    assert isinstance(commit, Commit)
    assert (commit.turn, commit.missed) == (2, "stt_died")

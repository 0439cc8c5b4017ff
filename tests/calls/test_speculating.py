"""Replies that are begun before the turn is over, in whole calls: sooner when the guess was right, unheard of when it was not."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

import pytest

from switchroom.errors import Unavailable
from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import (
    CallerSaid,
    EndCall,
    Errands,
    Prompt,
    ReplyPart,
    Say,
    SpeechToText,
    ToolAnswered,
    ToolCalled,
    Utterance,
    Voice,
)
from switchroom.providers.scripted import Line, ScriptedRecogniser
from tests.calls.rig import GREETING, Rig, ScriptedMind, ScriptedSpeech, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

LONG = "This is a rather long sentence about the opening hours of our restaurant."
THINKS = 0.2
HOURS = Line("when are you open", 0.1, ((0.3, "when are you open"),))
ANSWERS: Mapping[str, Sequence[ReplyPart | float]] = {
    "when are you open": [THINKS, Say("From nine to five.")],
    "goodbye now": [THINKS, Say("Goodbye."), EndCall()],
}


def live(
    lines: Sequence[Line],
    script: list[tuple[float, Samples]],
    *,
    mind: ScriptedMind | None = None,
    speech: ScriptedSpeech | None = None,
    leaves: float = 12.0,
    **plan: object,
) -> tuple[Rig, ScriptedLeg]:
    """Live a call in which the caller says ``lines`` by ``script``."""
    leg = ScriptedLeg(script, leaves=leaves)
    ear: SpeechToText = ScriptedRecogniser(lines)

    async def main() -> Rig:
        thinking = mind or ScriptedMind(ANSWERS, ahead=True)
        async with rig(ear, thinking, speech=speech, **plan) as engine:  # type: ignore[arg-type]
            await engine.call(leg)
        return engine

    return run(main()), leg


def after_decision(reply: happened.ReplySpoken | happened.ReplyInterrupted) -> float:
    return reply.timings["sent"] - reply.timings["decision"]


def test_a_reply_that_was_guessed_is_heard_in_the_tick_after_the_decision() -> None:
    engine, _ = live([HOURS], [(3.0, voice(1.0))])
    (_, reply) = engine.of(happened.ReplySpoken)
    assert reply.heard == "From nine to five."
    assert 0 <= after_decision(reply) <= 0.0201
    assert reply.timings["brain"] < reply.timings["decision"]


def test_without_guessing_the_same_reply_is_as_late_as_the_thought_takes() -> None:
    engine, _ = live([HOURS], [(3.0, voice(1.0))], guesses=0)
    assert after_decision(engine.of(happened.ReplySpoken)[1]) >= THINKS


def test_a_reply_is_guessed_after_a_barge_in_too() -> None:
    mind = ScriptedMind({**ANSWERS, "hours": [Say(LONG)]}, ahead=True)
    stop = Line("when are you open", 0.1, ((0.3, "when are"), (0.6, "when are you open")))
    engine, _ = live([Line("hours"), stop], [(3.0, voice(1.0)), (6.0, voice(1.3))], mind=mind)
    assert len(engine.of(happened.ReplyInterrupted)) == 1
    reply = engine.of(happened.ReplySpoken)[-1]
    assert reply.heard == "From nine to five."
    assert after_decision(reply) <= 0.0201
    assert [utterance.text for utterance in mind.context[-1]][:2] == [GREETING, "hours"]


def test_a_guess_that_was_wrong_is_never_heard_and_told_only_as_dropped() -> None:
    line = Line("when are you open on sundays", 0.1, ((0.5, "when are you open"),))
    engine, leg = live([line], [(3.0, voice(2.0))])
    assert [event.heard for event in engine.of(happened.ReplySpoken)] == [
        GREETING,
        "You said when are you open on sundays.",
    ]
    (dropped,) = engine.of(happened.SpeculationDropped)
    assert (dropped.turn, dropped.attempt, dropped.why) == (1, 1, "changed")
    assert dropped.letters == dropped.rendered == len("From nine to five.")
    assert not any(2.0 < start < 5.0 for start, _ in leg.audible())
    assert len(engine.of(happened.ReplyStarted)) == 2


def test_one_turn_gets_one_reply_however_often_it_was_guessed() -> None:
    partials = tuple((0.5 + at, f"i want a table for {at + 2}") for at in range(5))
    engine, _ = live([Line("i want a table for 7", 0.1, partials)], [(3.0, voice(5.5))])
    assert len(engine.of(happened.TurnEnded)) == 1
    assert [event.turn for event in engine.of(happened.ReplySpoken)] == [0, 1]
    assert len(engine.of(happened.SpeculationDropped)) == 2
    assert len([prompt for prompt in engine.mind.prompts if isinstance(prompt, CallerSaid)]) == 3


def test_a_brain_that_has_not_answered_by_the_decision_goes_on_thinking() -> None:
    mind = ScriptedMind({"when are you open": [2.0, Say("From nine to five.")]}, ahead=True)
    engine, _ = live([HOURS], [(3.0, voice(1.0))], mind=mind)
    reply = engine.of(happened.ReplySpoken)[1]
    assert reply.heard == "From nine to five."
    assert reply.timings["sent"] < 2.0
    assert len(mind.prompts) == 2


def test_the_rest_of_a_guessed_reply_follows_its_first_sentence() -> None:
    mind = ScriptedMind({"when are you open": [Say("From nine."), Say("Until five."), 0.2, Say(LONG)]}, ahead=True)
    engine, leg = live([HOURS], [(3.0, voice(1.0))], mind=mind)
    text = f"From nine. Until five. {LONG}"
    assert engine.of(happened.ReplySpoken)[1].heard == text
    sounding = sum(end - start for start, end in leg.audible() if start > 3.0)
    assert abs(sounding - 0.06 * (len(text) - 2)) < 0.1


def test_a_tool_that_was_read_ahead_is_told_with_the_turn() -> None:
    called, answered = ToolCalled("hours", {}), ToolAnswered("hours", 0.1)
    mind = ScriptedMind({"when are you open": [called, answered, Say("From nine to five.")]}, ahead=True)
    engine, _ = live([HOURS], [(3.0, voice(1.0))], mind=mind)
    topics = [event.topic for event in engine.events if not event.ephemeral and getattr(event, "turn", 0) == 1]
    assert topics[:5] == ["turn.started", "transcript.final", "turn.ended", "tool.started", "tool.finished"]


def test_a_tool_of_a_dropped_guess_is_not_told() -> None:
    mind = ScriptedMind({"when are you open": [ToolCalled("hours", {}), Say("From nine.")]}, ahead=True)
    line = Line("when are you open on sundays", 0.1, ((0.5, "when are you open"),))
    engine, _ = live([line], [(3.0, voice(2.0))], mind=mind)
    assert engine.of(happened.ToolStarted) == []


def test_goodbye_that_was_guessed_ends_the_call_once_it_was_said() -> None:
    line = Line("goodbye now", 0.1, ((0.5, "goodbye now"),))
    engine, _ = live([line], [(3.0, voice(1.0))], leaves=30.0)
    assert [event.reason for event in engine.of(happened.CallCompleted)] == ["agent_hangup"]
    assert engine.of(happened.ReplySpoken)[-1].heard == "Goodbye."


def test_a_caller_who_hangs_up_over_a_guess_is_answered_by_nobody() -> None:
    engine, _ = live([HOURS], [(3.0, voice(3.0))], leaves=4.6)
    assert [event.heard for event in engine.of(happened.ReplySpoken)] == [GREETING]
    assert [event.why for event in engine.of(happened.SpeculationDropped)] == ["left"]
    assert [event.text for event in engine.of(happened.TurnEnded)] == ["when are you open"]


class Forgetful(ScriptedMind):
    """Fails whenever it thinks ahead."""

    def branch(self, errands: Errands) -> ScriptedMind:
        class Failing(ScriptedMind):
            async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
                raise Unavailable("the model is too busy", code="llm_busy")
                yield EndCall()

        return Failing()


def test_a_guess_that_failed_is_no_apology_for_the_turn_is_simply_answered() -> None:
    engine, _ = live([HOURS], [(3.0, voice(1.0))], mind=Forgetful(ANSWERS))
    assert [event.heard for event in engine.of(happened.ReplySpoken)] == [GREETING, "From nine to five."]
    assert engine.of(happened.ProviderFailed) == []
    assert [event.why for event in engine.of(happened.SpeculationDropped)] == ["failed"]


class OnceBroken(ScriptedSpeech):
    """A voice that fails at a text the first time."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        if text == self._text:
            self._text = ""
            raise Unavailable("the voice died", code="voice_died")
        yield voice(0.06 * len(text), 4000)


def test_a_voice_that_fails_at_a_guess_is_asked_again_for_the_turn() -> None:
    engine, _ = live([HOURS], [(3.0, voice(1.0))], speech=OnceBroken("From nine to five."))
    assert [event.heard for event in engine.of(happened.ReplySpoken)] == [GREETING, "From nine to five."]


def test_a_brain_that_cannot_think_ahead_answers_as_ever() -> None:
    engine, _ = live([HOURS, HOURS], [(3.0, voice(1.0)), (8.0, voice(1.0))], mind=ScriptedMind(ANSWERS), leaves=14.0)
    assert [event.turn for event in engine.of(happened.ReplySpoken)] == [0, 1, 2]
    assert engine.of(happened.SpeculationDropped) == []


class Counting(ScriptedMind):
    """A brain whose branches know how many turns it took to become them."""

    depth = 0

    def branch(self, errands: Errands) -> ScriptedMind:
        twin = Counting(self.answers, prompts=self.prompts, context=self.context)
        twin.depth = self.depth + 1
        return twin

    async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
        self.prompts.append(prompt)
        yield Say(f"Depth {self.depth}.")


@pytest.mark.parametrize(("words", "depth"), [("when are you open", 2), ("when are you open on sundays", 1)])
def test_only_a_branch_whose_guess_was_right_becomes_the_brain(words: str, depth: int) -> None:
    first = Line(words, 0.3, ((0.5, "when are you open"),))
    engine, _ = live([first, HOURS], [(3.0, voice(2.0)), (8.0, voice(1.0))], mind=Counting(), leaves=14.0)
    assert engine.of(happened.ReplySpoken)[-1].heard == f"Depth {depth}."


def test_an_interrupted_guess_is_cut_off_like_any_other_reply() -> None:
    mind = ScriptedMind({"when are you open": [Say(LONG)]}, ahead=True)
    engine, _ = live([HOURS, Line("stop that")], [(3.0, voice(1.0)), (6.0, voice(1.0))], mind=mind, leaves=14.0)
    (cut,) = engine.of(happened.ReplyInterrupted)
    assert LONG.startswith(cut.heard)
    assert engine.of(happened.ReplySpoken)[-1].heard == "You said stop that."


@pytest.mark.parametrize("tidies", [0.3, 2.0])
def test_a_guess_waits_until_the_reply_before_has_tidied_up(tidies: float) -> None:
    class Slow(ScriptedMind):
        running = most = 0

        async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                if prompt == CallerSaid("hours"):
                    yield Say(LONG)
                    await asyncio.sleep(5.0)
                elif isinstance(prompt, CallerSaid):
                    yield Say("From nine to five.")
            finally:
                await asyncio.sleep(tidies if prompt == CallerSaid("hours") else 0.0)
                self.running -= 1

        def branch(self, errands: Errands) -> ScriptedMind:
            assert self.running == 0, "the brain is asked for a branch while it replies"
            return ScriptedMind(ANSWERS)

    mind = Slow()
    stop = Line("when are you open", 0.1, ((0.3, "when are you open"),))
    engine, _ = live([Line("hours"), stop], [(3.0, voice(1.0)), (6.0, voice(1.3))], mind=mind, leaves=18.0)
    assert engine.of(happened.ReplySpoken)[-1].heard == "From nine to five."
    assert mind.most == 1

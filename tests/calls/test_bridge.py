"""A transcript that is late is no reason for silence."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import pytest

from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import (
    Capability,
    Digit,
    Expecting,
    Heard,
    Held,
    Hints,
    Interrupted,
    LegCommand,
    Patience,
    PlayMusic,
    PressKeys,
    Resumed,
    Say,
    SendDigits,
    Signal,
    Voice,
)
from tests.calls.rig import Rig, ScriptedEar, ScriptedMind, ScriptedSpeech, rig
from tests.calls.test_watch import STOCK, silences
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

ANSWER = Say("From nine to five.")


@dataclass
class PartialEar(ScriptedEar):
    """It shows at once, when the voice stops, what it has understood so far."""

    partial: str = ""

    def pause(self) -> None:
        if self._report is not None:
            self._report(Heard(self.partial, final=False))
        super().pause()


@dataclass
class SignalLeg(ScriptedLeg):
    """A leg on which something happens at ``at`` seconds."""

    at: Sequence[tuple[float, Signal]] = ()

    def hear(self, now: float) -> bytes | None:
        sound = super().hear(now)
        while self.at and self.answered is not None and now - self.answered >= self.at[0][0]:
            self.signal(self.at[0][1])
            self.at = self.at[1:]
        return sound


def live(
    ear: ScriptedEar, leg: ScriptedLeg, mind: ScriptedMind | None = None, **plan: object
) -> tuple[Rig, ScriptedLeg]:
    async def main() -> Rig:
        async with rig(ear, mind or ScriptedMind({"hours": [ANSWER]}), **{**STOCK, **plan}) as engine:  # type: ignore[arg-type]
            await engine.call(leg)
        return engine

    engine = run(main())
    assert engine.of(happened.CallFailed) == []
    return engine, leg


def asks(*also: tuple[float, Samples], leaves: float = 14.0) -> ScriptedLeg:
    return ScriptedLeg([(3.0, voice(1.0)), *also], leaves=leaves)


def fillers(engine: Rig) -> list[tuple[int, str, str]]:
    return [(event.turn, event.text, event.owner) for event in engine.of(happened.FillerSpoken)]


@pytest.mark.parametrize("takes", [0.3, 1.1, 1.3, 2.0, 3.0])
def test_a_recogniser_that_is_late_leaves_no_more_silence_than_was_promised(takes: float) -> None:
    engine, leg = live(ScriptedEar(["hours"], delay=takes), asks())
    assert max(silences(leg, 4.0, 8.0)) <= 1.221
    assert [event.turn for event in engine.of(happened.TurnEnded)] == [1]
    assert [event.turn for event in engine.of(happened.ReplyStarted)] == [0, 1]
    assert engine.of(happened.ReplySpoken)[-1].heard.endswith("From nine to five.")


def test_what_is_said_meanwhile_belongs_to_the_reply_and_the_wait_to_the_recogniser() -> None:
    mind = ScriptedMind({"hours": [ANSWER]})
    engine, _ = live(ScriptedEar(["hours", "bye"], delay=2.0), asks((9.0, voice(1.0)), leaves=14.0), mind)
    assert fillers(engine)[0] == (1, "Let me see.", "stt")
    assert [event.heard for event in engine.of(happened.ReplySpoken)][1] == "Let me see. From nine to five."
    assert [said.text for said in mind.context[-1]][:3] == [
        "Hello, how can I help you?",
        "hours",
        "Let me see. From nine to five.",
    ]
    timed = engine.of(happened.TurnTimed)[0]
    assert 1.1 <= timed.whole <= 1.2
    assert timed.shares["stt"] > 1.0
    assert sum(timed.shares.values()) == pytest.approx(timed.whole, abs=0.001)


def test_a_caller_who_goes_on_silences_it_and_is_answered_once() -> None:
    ear = ScriptedEar(["hours"], delay=2.0)
    engine, leg = live(ear, asks((5.4, voice(1.0))))
    assert [owner for _, _, owner in fillers(engine)].count("stt") == 1
    assert not [start for start, end in leg.audible() if 5.5 < start < 6.4 or 5.5 < end < 6.4]
    assert [event.turn for event in engine.of(happened.TurnEnded)] == [1]
    assert [event.turn for event in engine.of(happened.ReplyStarted)] == [0, 1]
    assert engine.of(happened.ReplySpoken)[-1].heard.endswith("From nine to five.")


def test_the_brain_is_shown_what_a_caller_heard_before_they_went_on() -> None:
    mind = ScriptedMind({"hours": [ANSWER]})
    live(ScriptedEar(["hours"], delay=2.0), asks((5.6, voice(1.0))), mind)
    (cut,) = [said for said in mind.context[-1] if said.who == "agent" and said.interrupted]
    assert "Let me see.".startswith(cut.text)


@pytest.mark.parametrize(
    ("partial", "expecting"),
    [
        ("a table for", Expecting(Hints("scripted"))),
        ("four one five", Expecting(Hints("scripted"), digits=8)),
        ("baker street", Expecting(Hints("scripted"), Patience.LONG)),
    ],
)
def test_nobody_is_told_to_wait_who_may_only_be_thinking(partial: str, expecting: Expecting) -> None:
    mind = ScriptedMind({"hours": [ANSWER]}, expecting=expecting)
    engine, _ = live(PartialEar(["hours"], delay=3.0, partial=partial), asks(), mind)
    assert "stt" not in [owner for _, _, owner in fillers(engine)]


def test_a_whole_sentence_of_which_the_final_transcript_is_late_is_bridged() -> None:
    engine, _ = live(PartialEar(["hours"], delay=3.0, partial="when are you open?"), asks())
    assert fillers(engine)[0] == (1, "Let me see.", "stt")


def test_nobody_is_told_to_wait_after_a_cough() -> None:
    engine, _ = live(ScriptedEar([""], delay=3.0), ScriptedLeg([(3.0, voice(0.2))], leaves=9.0))
    assert fillers(engine) == []


def test_a_voice_that_was_none_leaves_nothing_behind() -> None:
    engine, _ = live(ScriptedEar(["", "hours"], delay=2.0), asks((8.0, voice(1.0)), leaves=16.0))
    assert engine.of(happened.ReplySpoken)[-1].heard == "One moment. From nine to five."
    assert [event.turn for event in engine.of(happened.TurnEnded)] == [1]


def test_a_key_silences_it_and_what_was_typed_is_answered() -> None:
    leg = SignalLeg([(3.0, voice(1.0))], leaves=14.0, at=[(5.4, Digit("1", "rfc4733")), (5.6, Digit("#", "rfc4733"))])
    mind = ScriptedMind({"CallerTyped": [Say("One.")]})
    engine, _ = live(ScriptedEar(["hours"], delay=3.0), leg, mind)
    assert [event.turn for event in engine.of(happened.ReplyStarted)] == [0, 1]
    assert engine.of(happened.ReplySpoken)[-1].heard == "One."


def test_hold_silences_it() -> None:
    leg = SignalLeg([(3.0, voice(1.0))], leaves=16.0, at=[(5.3, Held()), (9.0, Resumed())])
    engine, _ = live(ScriptedEar(["hours"], delay=2.0), leg)
    assert not [start for start, _ in leg.audible() if 5.4 < start < 6.0]
    assert [event.turn for event in engine.of(happened.ReplyStarted)] == [0, 1]


def test_a_caller_who_hangs_up_meanwhile_ends_the_call_at_once() -> None:
    engine, _ = live(ScriptedEar(["hours"], delay=3.0), asks(leaves=5.3))
    assert [event.reason for event in engine.of(happened.CallEnded)] == ["caller_hangup"]
    assert [event.turn for event in engine.of(happened.TurnEnded)] == [1]


def test_a_reply_that_was_thought_ahead_follows_what_was_said() -> None:
    mind = ScriptedMind({"hours": [ANSWER]}, ahead=True)
    engine, leg = live(PartialEar(["hours"], delay=1.5, partial="hours"), asks(), mind)
    assert engine.of(happened.ReplySpoken)[-1].heard == "Let me see. From nine to five."
    assert engine.of(happened.TurnTimed)[-1].adopted
    assert max(silences(leg, 4.0, 8.0)) <= 1.221


def test_silence_after_an_interruption_counts_from_the_end_of_speech() -> None:
    story = Say("There is a very long story about that, as you know.")
    mind = ScriptedMind({"tell me": [story], "when are you open and": [2.0, ANSWER]})
    ear = PartialEar(["tell me", "when are you open and"], delay=0.1, partial="when are you open and")
    _, leg = live(ear, ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(1.0))], leaves=14.0), mind)
    assert max(silences(leg, 7.0, 10.0)) <= 1.221


class SlowOnce(ScriptedSpeech):
    """A voice that takes its time for one sentence."""

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        if text == "Late.":
            await asyncio.sleep(3.0)
        yield voice(0.06 * len(text), 4000)


def test_a_filler_after_a_reply_that_was_withdrawn_before_its_first_sound_breaks_no_call() -> None:
    mind = ScriptedMind({"one": [Say("Late.")], "one hours": [2.0, ANSWER]})
    script = [(3.0, voice(1.0)), (4.6, voice(1.0))]

    async def main() -> Rig:
        async with rig(ScriptedEar(["one", "hours"]), mind, speech=SlowOnce(), **STOCK) as engine:  # type: ignore[arg-type]
            await engine.call(ScriptedLeg(script, leaves=14.0))
        return engine

    engine = run(main())
    assert engine.of(happened.CallFailed) == []
    assert engine.of(happened.ReplySpoken)[-1].heard == "Let me see. From nine to five."


def test_a_filler_after_music_was_not_heard_before_it_was_said() -> None:
    mind = ScriptedMind({"hours": [PlayMusic(2.0), 5.0, ANSWER]})
    leg = SignalLeg([(3.0, voice(1.0))], leaves=14.0, at=[(7.6, Interrupted())])
    engine, _ = live(ScriptedEar(["hours"]), leg, mind, music=voice(1.0, 2000))
    (cut,) = engine.of(happened.ReplyInterrupted)
    assert (cut.heard, cut.unheard) != ("Let me see.", "")


class PressingLeg(ScriptedLeg):
    """A leg that takes its time to press keys."""

    async def do(self, command: LegCommand) -> None:
        await super().do(command)
        if isinstance(command, SendDigits):
            await asyncio.sleep(4.0)


def test_nothing_is_said_into_the_keys_that_are_pressed() -> None:
    mind = ScriptedMind({"hours": [PressKeys("123456789"), Say("Done.")]})
    leg = PressingLeg([(3.0, voice(1.0))], leaves=14.0, can=frozenset({Capability.SEND_DIGITS}))
    engine, _ = live(ScriptedEar(["hours"]), leg, mind)
    assert fillers(engine) == []
    assert engine.of(happened.ReplySpoken)[-1].heard == "Done."

"""What callers hear while they wait, and that no wait is for ever."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import (
    CallOpened,
    Capability,
    Expecting,
    Hints,
    Patience,
    Prompt,
    ReplyPart,
    Say,
    ToolAnswered,
    ToolCalled,
    Utterance,
    Voice,
)
from tests.calls.rig import GREETING, Rig, ScriptedEar, ScriptedMind, ScriptedSpeech, rig
from tests.calls.test_transfer import HandingLeg
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

STOCK: dict[str, object] = {
    "fillers": ("Let me see.", "One moment."),
    "patience": "I am still looking, please bear with me.",
    "giving_up": "I am sorry, this does not work today.",
    "apology": "I am sorry, could you say that again?",
}
HANGS = 1000.0


def live(
    texts: Sequence[str],
    script: list[tuple[float, Samples]],
    mind: ScriptedMind,
    *,
    leaves: float | None = 30.0,
    leg: ScriptedLeg | None = None,
    speech: ScriptedSpeech | None = None,
    **plan: object,
) -> tuple[Rig, ScriptedLeg]:
    leg = leg or ScriptedLeg(script, leaves=leaves)

    async def main() -> Rig:
        async with rig(ScriptedEar(list(texts)), mind, speech=speech, **{**STOCK, **plan}) as engine:  # type: ignore[arg-type]
            await engine.call(leg)
        return engine

    return run(main()), leg


def silences(leg: ScriptedLeg, after: float, before: float) -> list[float]:
    """Return how long the leg heard nothing between sounds, from ``after`` on."""
    heard = [(after, after), *((start, end) for start, end in leg.audible() if after <= start < before)]
    return [later[0] - earlier[1] for earlier, later in pairwise(heard)]


def heard(engine: Rig) -> list[str]:
    return [event.heard for event in engine.of(happened.ReplySpoken)]


@pytest.mark.parametrize("thinks", [0.1, 0.9, 1.3, 2.0, 3.5])
def test_the_caller_never_hears_more_silence_than_was_promised(thinks: float) -> None:
    mind = ScriptedMind({"hours": [thinks, Say("From nine to five.")]})
    engine, leg = live(["hours"], [(3.0, voice(1.0))], mind, leaves=12.0)
    assert max(silences(leg, 4.0, 9.0)) <= 1.2 + 0.021
    assert heard(engine)[-1].endswith("From nine to five.")
    assert len(engine.of(happened.ReplyStarted)) == 2


def test_a_filler_is_part_of_the_one_reply_and_names_who_was_awaited() -> None:
    mind = ScriptedMind({"hours": [2.0, Say("From nine to five.")]})
    engine, _ = live(["hours", "bye"], [(3.0, voice(1.0)), (10.0, voice(1.0))], mind, leaves=14.0)
    assert heard(engine)[1] == "Let me see. From nine to five."
    (filler,) = engine.of(happened.FillerSpoken)
    assert (filler.turn, filler.text, filler.owner) == (1, "Let me see.", "llm")
    assert mind.context[-1][2].text == "Let me see. From nine to five."
    timed = engine.of(happened.TurnTimed)[0]
    assert 1.1 <= timed.whole <= 1.2
    assert timed.shares["llm"] > 0.8
    assert timed.shares["wire"] <= 0.0201


def test_the_reply_follows_its_filler_without_a_gap_and_without_overlap() -> None:
    mind = ScriptedMind({"hours": [1.3, Say("From nine to five.")]})
    _, leg = live(["hours"], [(3.0, voice(1.0))], mind, leaves=12.0)
    spoken = [end - start for start, end in leg.audible() if start > 4.0]
    assert spoken == [pytest.approx(0.06 * len("Let me see.From nine to five."), abs=0.03)]


class LateVoice(ScriptedSpeech):
    """A voice that takes two seconds to begin, except for what is known beforehand."""

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        if text == "From nine to five.":
            await asyncio.sleep(2.0)
        yield voice(0.06 * len(text), 4000)


def test_a_filler_goes_in_front_of_the_sentence_whose_voice_is_late() -> None:
    mind = ScriptedMind({"hours": [Say("From nine to five.")]})
    engine, leg = live(
        ["hours", "stop it"], [(3.0, voice(1.0)), (6.6, voice(1.0))], mind, leaves=12.0, speech=LateVoice()
    )
    assert engine.of(happened.FillerSpoken)[0].owner == "tts"
    (cut,) = engine.of(happened.ReplyInterrupted)
    assert cut.heard.startswith("Let me see. From")
    assert f"{cut.heard} {cut.unheard}" == "Let me see. From nine to five."
    assert max(silences(leg, 4.0, 7.0)) <= 1.221


def test_no_filler_is_said_twice_in_a_row() -> None:
    mind = ScriptedMind({"hours": [1.5, Say("From nine to five.")]})
    script = [(3.0 + 6 * turn, voice(1.0)) for turn in range(4)]
    engine, _ = live(["hours"] * 4, script, mind, leaves=27.0)
    said = [event.text for event in engine.of(happened.FillerSpoken)]
    assert len(said) == 4
    assert all(one != other for one, other in pairwise(said))


def test_a_yes_is_not_answered_by_a_filler() -> None:
    mind = ScriptedMind({"yes": [2.0, Say("Booked.")]}, expecting=Expecting(Hints("yes"), Patience.SHORT))
    engine, _ = live(["yes"], [(3.0, voice(0.6))], mind, leaves=12.0)
    assert [event.text for event in engine.of(happened.FillerSpoken)] == [STOCK["patience"]]


def test_a_tool_that_takes_long_is_not_silent() -> None:
    """openai-agents #1763, #489: silence while a tool runs."""
    mind = ScriptedMind({"book": [ToolCalled("book", {}), 6.0, ToolAnswered("book", 6.0), Say("It is booked.")]})
    engine, leg = live(["book"], [(3.0, voice(1.0))], mind, leaves=18.0)
    assert [event.owner for event in engine.of(happened.FillerSpoken)] == ["tool book"] * 2
    assert all(1.0 < silence <= 1.22 for silence in silences(leg, 4.0, 12.0)[:2])
    assert engine.of(happened.ReplyStalled) == []


def test_a_brain_that_falls_silent_after_a_telephone_number_is_recovered() -> None:
    """dograh #561: a receptionist goes silent once a phone number was given."""
    mind = ScriptedMind({"five five five one two": [HANGS], "hello": [Say("Here I am.")]})
    texts, script = ["five five five one two", "hello"], [(3.0, voice(1.0)), (20.0, voice(0.6))]
    engine, _ = live(texts, script, mind)
    (stalled,) = engine.of(happened.ReplyStalled)
    assert (stalled.turn, stalled.owner, stalled.count) == (1, "llm", 1)
    assert str(STOCK["apology"]) in [event.heard for event in engine.of(happened.ReplySpoken)]
    assert heard(engine)[-1] == "Here I am."
    assert len(engine.of(happened.TurnTimed)) == 2


def test_an_agent_that_stalls_again_is_given_up_and_the_call_ends() -> None:
    """dograh #640, #802: calls that stay up until the caller hangs up."""
    engine, _ = live(
        ["one", "two"],
        [(3.0, voice(1.0)), (18.0, voice(1.0))],
        ScriptedMind({"one": [HANGS], "two": [HANGS]}),
        leaves=None,
    )
    assert [event.count for event in engine.of(happened.ReplyStalled)] == [1, 2]
    assert heard(engine)[-1] == STOCK["giving_up"]
    assert [event.reason for event in engine.of(happened.CallEnded)] == ["error"]


def test_the_caller_of_an_agent_that_is_given_up_is_handed_to_a_person() -> None:
    leg = HandingLeg([(3.0, voice(1.0)), (18.0, voice(1.0))], leaves=30.0)
    mind = ScriptedMind({"one": [HANGS], "two": [HANGS]})
    engine, _ = live(["one", "two"], [], mind, leg=leg, person="sip:anna@192.0.2.10")
    assert leg.asked == ["sip:anna@192.0.2.10"]
    assert engine.of(happened.TransferRequested)


def test_nobody_is_handed_over_twice_by_an_agent_that_is_broken() -> None:
    script = [(3.0, voice(1.0)), (18.0, voice(1.0)), (40.0, voice(1.0))]
    leg = ScriptedLeg(script, can=frozenset[Capability]())

    class Silent(ScriptedMind):
        async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
            if not isinstance(prompt, CallOpened):
                await asyncio.sleep(HANGS)
            yield Say("Yes?")

    engine, _ = live(["one", "two", "three"], [], Silent(), leg=leg, person="sip:anna@192.0.2.10")
    assert len(engine.of(happened.TransferRequested)) == 1
    assert [event.reason for event in engine.of(happened.CallEnded)] == ["error"]


def test_a_reply_that_stalls_in_the_middle_keeps_what_was_heard_of_it() -> None:
    mind = ScriptedMind({"hours": [Say("We open at nine."), HANGS]})
    engine, _ = live(["hours"], [(3.0, voice(1.0))], mind, leaves=20.0, fillers=(), patience="")
    (cut,) = engine.of(happened.ReplyInterrupted)
    assert cut.heard == "We open at nine."
    assert len(engine.of(happened.TurnTimed)) == 1
    assert engine.of(happened.ReplyStalled)[0].owner == "llm"


def test_a_caller_who_goes_on_speaking_hears_no_filler_over_their_words() -> None:
    mind = ScriptedMind({"a table": [3.0, Say("For when?")], "a table on friday": [Say("Fine.")]})
    engine, _ = live(["a table", "on friday"], [(3.0, voice(1.0)), (4.9, voice(2.0))], mind, leaves=12.0)
    assert engine.of(happened.FillerSpoken) == []
    assert heard(engine)[-1] == "Fine."


class Deaf(ScriptedLeg):
    """A leg that never delivers audio."""

    def hear(self, now: float) -> bytes | None:
        super().hear(now)
        return None


def test_a_call_that_never_delivers_audio_does_not_run_for_ever() -> None:
    """dograh #802."""
    mind = ScriptedMind({"CallerSilent": [Say("Are you still there?")]})
    engine, _ = live([], [], mind, leg=Deaf())
    assert [event.reason for event in engine.of(happened.CallCompleted)] == ["timeout"]
    assert engine.of(happened.CallCompleted)[0].duration < 60.0


def test_a_call_is_no_longer_than_its_limit_whatever_the_far_side_acknowledges() -> None:
    """bolna #842, #1050: lost acknowledgements of played audio let calls of 300 s last 4,591 s."""

    class Reading(ScriptedMind):
        async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
            while True:
                yield Say("And so on and so forth, for as long as there is a wire to speak into.")

    engine, _ = live([], [], Reading(), leaves=None, max_duration=60.0)
    assert engine.of(happened.CallCompleted)[0].duration == pytest.approx(60.0, abs=1.0)


def test_comfort_noise_is_a_silent_caller() -> None:
    """AIReceptionist #11: comfort noise defeated the detection of silence."""
    noise = (np.random.default_rng(3).standard_normal(16000 * 90) * 60).astype(np.int16)
    mind = ScriptedMind({"CallerSilent": [Say("Are you still there?")]})
    engine, _ = live([], [(0.0, noise)], mind, leaves=None)
    assert [event.reason for event in engine.of(happened.CallCompleted)] == ["timeout"]


def test_a_call_that_ends_while_its_sentences_are_rendered_leaves_nothing_behind() -> None:
    class Endless(ScriptedSpeech):
        async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
            if text == "Let me see.":
                await asyncio.sleep(HANGS)
            yield voice(0.06 * len(text), 4000)

    engine, _ = live([], [], ScriptedMind(), leaves=3.0, speech=Endless())
    assert engine.of(happened.CallCompleted)[0].duration < 5.0
    assert GREETING in heard(engine)

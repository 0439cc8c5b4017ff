"""Calls whose providers fail: in virtual time, with the engine as it is."""

import asyncio
from collections.abc import Callable
from math import inf

import pytest

from switchroom.errors import Unavailable
from switchroom.events import catalogue as happened
from switchroom.ports import CallerSaid, CallOpened, Say, Speech, SpeechToText, Tell, TextToSpeech
from switchroom.providers.failover.chain import Chain, Link
from switchroom.providers.failover.recogniser import FailoverRecogniser
from switchroom.providers.failover.voice import FailoverVoice
from switchroom.providers.scripted import Line, ScriptedRecogniser, ScriptedVoice
from tests.calls.rig import GREETING, Rig, ScriptedMind, rig
from tests.providers.failover.providers import FOREVER, BrittleVoice
from tests.providers.failover.test_recogniser import BrittleRecogniser
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

DROPPED = Unavailable("the socket closed", code="dropped")
HOURS = "We open at nine in the morning. We close at ten at night. On Sundays we rest."


def _speech(
    tasks: asyncio.TaskGroup, ears: tuple[SpeechToText, ...], voices: tuple[TextToSpeech, ...]
) -> Callable[[Tell], Speech]:
    heard = tuple(Link(f"ear {index}", ear) for index, ear in enumerate(ears))
    spoken = tuple(Link(f"voice {index}", one) for index, one in enumerate(voices))
    return lambda tell: Speech(
        FailoverRecogniser(Chain(heard, "stt", tell)), FailoverVoice(Chain(spoken, "tts", tell, shun=inf), tasks)
    )


async def _called(
    leg: ScriptedLeg, *, ears: tuple[SpeechToText, ...], voices: tuple[TextToSpeech, ...] = (ScriptedVoice(),)
) -> Rig:
    mind = ScriptedMind({"hours": [Say(HOURS)]})
    async with asyncio.TaskGroup() as tasks, rig(mind=mind, open_speech=_speech(tasks, ears, voices)) as engine:
        await engine.call(leg)
    return engine


def test_a_caller_who_tells_their_number_is_answered_though_the_recogniser_died_561() -> None:
    async def main() -> None:
        said = "five five five oh one two three four"
        leg = ScriptedLeg([(3.0, voice(3.0)), (14.0, voice(1.0))])
        ears = (BrittleRecogniser(after=16000), ScriptedRecogniser([Line(said), Line("goodbye")]))
        engine = await _called(leg, ears=ears)
        assert engine.mind.prompts == [CallOpened(), CallerSaid(said), CallerSaid("goodbye")]
        (switched,) = engine.of(happened.ProviderSwitched)
        assert (switched.capability, switched.to_provider, switched.why) == ("stt", "ear 1", "failed")
        assert [event.provider for event in engine.of(happened.ProviderFailed)] == ["ear 0"]

    run(main())


def test_a_voice_that_drops_before_anything_was_heard_is_replaced_without_a_trace_in_the_sound() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(4.0, voice(1.0)), (16.0, voice(1.0))])
        first = BrittleVoice([(-1, 0.0)] * 3 + [(2, DROPPED)])
        second = ScriptedVoice()
        ears = (ScriptedRecogniser([Line("hours"), Line("goodbye")]),)
        engine = await _called(leg, ears=ears, voices=(first, second))
        assert second.said[0] == HOURS
        assert HOURS in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


@pytest.mark.parametrize("voices", [1, 2], ids=["itself", "another"])
def test_the_agent_does_not_stop_after_its_first_sentence_until_the_caller_speaks_2941(voices: int) -> None:
    async def main() -> None:
        leg = ScriptedLeg([(4.0, voice(1.0)), (30.0, voice(1.0))])
        first = BrittleVoice([(-1, 0.0)] * 3 + [(4, FOREVER)])
        second = ScriptedVoice()
        ears = (ScriptedRecogniser([Line("hours"), Line("goodbye")]),)
        engine = await _called(leg, ears=ears, voices=(first, second)[:voices])
        again = first.said[-2] if voices == 1 else second.said[0]
        assert HOURS.endswith(again)
        assert again[0].isupper()  # from where a sentence begins
        spoken = engine.of(happened.ReplySpoken)[1]
        assert spoken.heard.endswith("On Sundays we rest.")
        assert spoken.end < 30.0
        assert not engine.of(happened.ReplyInterrupted)

    run(main())


def test_a_caller_may_interrupt_while_the_voice_is_being_replaced() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(4.0, voice(1.0)), (7.5, voice(1.5)), (16.0, voice(1.0))])
        first = BrittleVoice([(-1, 0.0)] * 3 + [(1, FOREVER)])
        second = BrittleVoice(first=1.0)
        ears = (ScriptedRecogniser([Line("hours"), Line("wait a moment please"), Line("goodbye")]),)
        engine = await _called(leg, ears=ears, voices=(first, second))
        assert [prompt.text for prompt in engine.mind.prompts if isinstance(prompt, CallerSaid)] == [
            "hours",
            "wait a moment please",
            "goodbye",
        ]
        assert (first.open, second.open) == (0, 0)
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["agent_hangup"]

    run(main())


def test_when_no_voice_is_left_the_apology_that_was_rendered_beforehand_is_heard() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(4.0, voice(1.0))], leaves=20.0)
        dying = BrittleVoice([(-1, 0.0)] * 3 + [(0, DROPPED)] * 9)
        engine = await _called(leg, ears=(ScriptedRecogniser([Line("hours")]),), voices=(dying,))
        heard = [event.heard for event in engine.of(happened.ReplySpoken)]
        assert heard[0] == GREETING
        assert heard[1].startswith("I'm sorry, I'm having some trouble")
        assert [event.provider for event in engine.of(happened.ProviderFailed)][:2] == ["voice 0", "tts"]

    run(main())

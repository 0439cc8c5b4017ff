"""Whole calls in virtual time: what the caller does, and what must come of it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from switchroom.events import catalogue as happened
from switchroom.ports import (
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    Digit,
    HangUp,
    Interrupted,
    Left,
    Prompt,
    ReplyPart,
    Say,
    Typed,
    Utterance,
)
from tests.calls.rig import GREETING, ScriptedEar, ScriptedMind, ScriptedSpeech, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

LONG = "This is a rather long sentence about the opening hours of our restaurant."


def test_a_turn_gets_one_reply_and_goodbye_ends_the_call() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["book a table", "goodbye"])) as engine:
            leg = await engine.call(ScriptedLeg([(3.0, voice(1.5)), (8.0, voice(1.0))]))
        assert engine.mind.prompts == [CallOpened(), CallerSaid("book a table", 0.9), CallerSaid("goodbye", 0.9)]
        assert [event.heard for event in engine.of(happened.ReplySpoken)] == [
            GREETING,
            "You said book a table.",
            "You said goodbye.",
        ]
        assert isinstance(leg.commands[-1], HangUp)
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["agent_hangup"]

    run(main())


def test_the_brain_is_shown_what_was_really_heard() -> None:
    async def main() -> None:
        mind = ScriptedMind({"hours": [Say(LONG)]})
        async with rig(ScriptedEar(["hours", "wait stop", "goodbye"]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(1.0)), (10.0, voice(1.0))]))
        cut = engine.of(happened.ReplyInterrupted)
        assert len(cut) == 1
        assert cut[0].heard
        assert LONG.startswith(cut[0].heard)
        assert f"{cut[0].heard} {cut[0].unheard}" == LONG
        shown = [utterance.text for utterance in mind.context[2]]
        assert shown == [GREETING, "hours", cut[0].heard, "wait stop"]
        assert mind.context[2][2].interrupted

    run(main())


def test_the_agent_falls_silent_within_a_tenth_of_a_second_of_a_voice() -> None:
    async def main() -> None:
        mind = ScriptedMind({"hours": [Say(LONG)]})
        async with rig(ScriptedEar(["hours", "wait stop", "goodbye"]), mind) as engine:
            leg = await engine.call(ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(1.0)), (10.0, voice(1.0))]))
        assert any(start < 6.0 < end <= 6.1 for start, end in leg.audible())

    run(main())


def test_a_cough_pauses_the_agent_and_no_more() -> None:
    async def main() -> None:
        mind = ScriptedMind({"hours": [Say(LONG)]})
        async with rig(ScriptedEar(["hours", "", "goodbye"]), mind) as engine:
            leg = await engine.call(ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(0.3)), (14.0, voice(1.0))]))
        assert engine.of(happened.ReplyInterrupted) == []
        assert LONG in [event.heard for event in engine.of(happened.ReplySpoken)]
        sounding = sum(min(end, 14.0) - max(start, 4.0) for start, end in leg.audible() if start < 14.0 and end > 4.0)
        assert abs(sounding - 0.06 * len(LONG)) < 0.1  # nothing lost, nothing said twice

    run(main())


def test_mhm_over_the_agent_is_no_turn() -> None:
    async def main() -> None:
        mind = ScriptedMind({"hours": [Say(LONG)]})
        async with rig(ScriptedEar(["hours", "mhm", "goodbye"]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(0.5)), (14.0, voice(1.0))]))
        assert engine.of(happened.ReplyInterrupted) == []
        assert len(engine.of(happened.TurnEnded)) == 2

    run(main())


def test_a_silent_caller_is_asked_again_and_then_let_go() -> None:
    async def main() -> None:
        mind = ScriptedMind({"CallerSilent": [Say("Are you still there?")]})
        async with rig(mind=mind, silence=5.0, nudges=2) as engine:
            leg = await engine.call(ScriptedLeg())
        assert mind.prompts == [CallOpened(), CallerSilent(1), CallerSilent(2)]
        assert engine.of(happened.CallCompleted)[0].reason == "timeout"
        assert isinstance(leg.commands[-1], HangUp)
        assert [event.answers for event in engine.of(happened.ReplySpoken)] == [
            "opening",
            "silence",
            "silence",
            "silence",
        ]
        said = [event.heard for event in engine.of(happened.ReplySpoken)]
        assert said[:-1] == [GREETING, "Are you still there?", "Are you still there?"]
        assert said[-1].endswith("Goodbye.")

    run(main())


def test_hanging_up_mid_sentence_keeps_the_last_words() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["a table for four", "and my name is"])) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (8.0, voice(5.0))], leaves=9.0))
        assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["a table for four", "and my name is"]
        assert engine.of(happened.CallCompleted)[0].reason == "caller_hangup"
        assert len(engine.mind.prompts) == 2  # nobody is left to answer

    run(main())


def test_hanging_up_while_the_agent_speaks_writes_what_was_heard() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["hours"]), ScriptedMind({"hours": [Say(LONG)]})) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=6.0))
        (cut,) = engine.of(happened.ReplyInterrupted)
        assert LONG.startswith(cut.heard)
        assert cut.unheard

    run(main())


def test_keys_make_a_turn_and_stop_the_agent() -> None:
    async def main() -> None:
        async with rig() as engine:
            leg = ScriptedLeg(leaves=6.0)
            engine.offer(leg)
            await asyncio.sleep(1.0)
            leg.signal(Digit("4", "rfc4733"))
            leg.signal(Digit("4", "inband"))
            leg.signal(Digit("#", "rfc4733"))
            await engine.until_idle()
        assert CallerTyped("4") in engine.mind.prompts or CallerTyped("4#") in engine.mind.prompts
        assert len(engine.of(happened.DigitPressed)) == 2

    run(main())


def test_a_recogniser_that_fails_is_apologised_for() -> None:
    async def main() -> None:
        mind = ScriptedMind({"CallerUnheard": [Say("Sorry, could you repeat that?")]})
        async with rig(ScriptedEar([None, "goodbye"]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (8.0, voice(1.0))]))
        assert CallerUnheard("stt_died") in mind.prompts
        assert [event.capability for event in engine.of(happened.ProviderFailed)] == ["stt"]
        assert "Sorry, could you repeat that?" in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


def test_a_voice_that_fails_is_replaced_by_the_rendered_apology() -> None:
    async def main() -> None:
        broken = "You said book a table."
        speech = ScriptedSpeech([broken])
        async with rig(ScriptedEar(["book a table", "goodbye"]), speech=speech, apology="I am sorry.") as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (8.0, voice(1.0))]))
        assert "I am sorry." in [event.heard for event in engine.of(happened.ReplySpoken)]
        assert engine.of(happened.CallCompleted)

    run(main())


def test_words_after_a_turn_that_came_too_early_are_written_once() -> None:
    async def main() -> None:
        slow = ScriptedEar(["a table for four", "on friday", "goodbye"])
        mind = ScriptedMind({"a table for four": [1.0, Say("For when?")]})
        async with rig(slow, mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (4.5, voice(0.8)), (9.0, voice(0.8))]))
        assert CallerSaid("a table for four on friday", 0.9) in mind.prompts
        assert [event.text for event in engine.of(happened.TranscriptFinal)] == [
            "a table for four",
            "on friday",
            "goodbye",
        ]
        assert "For when?" not in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


def test_what_is_typed_in_a_browser_is_a_turn() -> None:
    async def main() -> None:
        async with rig() as engine:
            leg = ScriptedLeg(leaves=8.0)
            engine.offer(leg)
            await asyncio.sleep(3.0)
            leg.signal(Typed("book a table"))
            await engine.until_idle()
        assert "You said book a table." in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


def test_the_interrupt_button_stops_the_agent() -> None:
    async def main() -> None:
        async with rig(greeting=LONG) as engine:
            leg = ScriptedLeg(leaves=5.0)
            engine.offer(leg)
            await asyncio.sleep(1.0)
            leg.signal(Interrupted())
            await engine.until_idle()
        assert len(engine.of(happened.ReplyInterrupted)) == 1
        assert leg.audible()[-1][1] < 1.1

    run(main())


def test_a_call_never_outlives_its_cap() -> None:
    async def main() -> None:
        async with rig(max_duration=4.0) as engine:
            leg = await engine.call(ScriptedLeg([(2.0, voice(60.0))]))
        assert engine.of(happened.CallCompleted)[0].reason == "timeout"
        assert isinstance(leg.commands[-1], HangUp)

    run(main())


def test_a_caller_who_leaves_before_the_answer_is_not_answered() -> None:
    async def main() -> None:
        async with rig() as engine:
            leg = ScriptedLeg()
            leg.attach = lambda report: report(Left("cancelled"))  # type: ignore[method-assign]
            await engine.call(leg)
        assert engine.of(happened.CallConnected) == []
        assert engine.of(happened.CallEnded)[0].reason == "caller_hangup"

    run(main())


def test_events_of_the_journal_are_numbered_without_a_gap() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["goodbye"])) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))]))
        kept = [event.sequence for event in engine.events if not event.ephemeral]
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) < len(engine.events)

    run(main())


def test_a_reply_that_follows_an_interruption_at_once_is_written_down() -> None:
    async def main() -> None:
        async with rig(greeting=LONG) as engine:
            leg = ScriptedLeg(leaves=9.0)
            engine.offer(leg)
            await asyncio.sleep(1.0)
            leg.signal(Typed("book a table"))
            await engine.until_idle()
        assert "You said book a table." in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


def test_a_transcript_that_comes_late_stops_a_paused_agent_and_is_answered() -> None:
    async def main() -> None:
        ear = ScriptedEar(["hours", "wait stop please", "goodbye"], delay=0.35)
        async with rig(ear, ScriptedMind({"hours": [Say(LONG)]})) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(0.6)), (12.0, voice(1.0))]))
        assert len(engine.of(happened.ReplyInterrupted)) == 1
        assert "You said wait stop please." in [event.heard for event in engine.of(happened.ReplySpoken)]

    run(main())


def test_a_brain_never_makes_two_replies_at_once_however_long_it_tidies_up() -> None:
    class Slow(ScriptedMind):
        running = most = 0

        async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                yield Say(LONG)
                await asyncio.sleep(5.0)
            finally:
                await asyncio.sleep(0.3)
                self.running -= 1

    async def main() -> None:
        mind = Slow()
        async with rig(mind=mind) as engine:
            leg = ScriptedLeg(leaves=20.0)
            engine.offer(leg)
            await asyncio.sleep(3.0)
            for text in ("one", "two", "three"):
                leg.signal(Typed(text))
                await asyncio.sleep(0.05)
            await engine.until_idle()
        assert (mind.most, mind.running) == (1, 0)

    run(main())


def test_a_call_that_is_cancelled_hangs_up_and_writes_its_end() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig() as engine:
            engine.offer(leg)
            await asyncio.sleep(2.0)
            (call,) = (task for task in asyncio.all_tasks() if task.get_name() == "call")
            call.cancel()
            await engine.until_idle()
        assert isinstance(leg.commands[-1], HangUp)
        assert len(engine.of(happened.CallCompleted)) == 1

    run(main())


def test_a_monologue_without_a_pause_loses_no_words() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["a long story", "and its end"])) as engine:
            engine.offer(ScriptedLeg([(2.0, voice(40.0))]))
            await asyncio.sleep(45.0)
        assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["a long story", "and its end"]
        assert [event.heard for event in engine.of(happened.ReplySpoken)][1:3] == [
            "You said a long story.",
            "You said and its end.",
        ]

    run(main())


def test_who_goes_on_just_after_a_long_turn_was_cut_is_understood() -> None:
    async def main() -> None:
        ear = ScriptedEar(["a long story", "and its end"], delay=1.5)
        async with rig(ear) as engine:
            engine.offer(ScriptedLeg([(2.0, voice(30.2)), (32.6, voice(0.5))]))
            await asyncio.sleep(40.0)
        assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["a long story", "and its end"]

    run(main())

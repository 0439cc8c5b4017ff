"""How long callers wait and for whom, as a call tells it at every turn."""

import asyncio

import pytest

from switchroom.events import catalogue as happened
from switchroom.ports import Began, Digit, Left, Say, ToolAnswered, ToolCalled
from switchroom.providers.scripted import Line, ScriptedRecogniser, ScriptedVoice
from tests.calls.rig import ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run


def test_the_shares_of_a_turn_add_up_from_wire_to_wire() -> None:
    mind = ScriptedMind(
        {"book": [ToolCalled("look", {}), 0.4, ToolAnswered("look", 0.4), 0.3, Began(), 0.1, Say("At seven then.")]}
    )

    async def main() -> None:
        async with rig(ScriptedRecogniser([Line("book", 0.5)]), mind, speech=ScriptedVoice(first=0.15)) as engine:
            leg = await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=9.0))
        (timed,) = engine.of(happened.TurnTimed)
        assert sum(timed.shares.values()) == pytest.approx(timed.whole, abs=1e-3)
        assert timed.shares["tool"] == pytest.approx(0.4)
        assert timed.shares["llm"] == pytest.approx(0.4)
        assert timed.shares["tts"] == pytest.approx(0.15)
        assert timed.shares["stt"] == pytest.approx(0.5)
        assert list(timed.stages) == ["noticed", "transcript", "decision", "token", "brain", "voice", "sent"]
        spoken = next(start for start, _ in leg.audible() if start > 4.0)
        assert timed.whole == pytest.approx(spoken - 4.0, abs=0.07)  # the end of speech is known to two windows

    run(main())


def test_a_turn_is_timed_when_its_reply_is_heard_and_not_when_the_call_is_over() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["one", "two"])) as engine:
            engine.offer(leg := ScriptedLeg([(3.0, voice(1.0)), (8.0, voice(1.0))], leaves=14.0))
            await asyncio.sleep(6.0)
            assert [timed.turn for timed in engine.of(happened.TurnTimed)] == [1]
            await engine.until_idle()
        assert leg.over
        assert [timed.turn for timed in engine.of(happened.TurnTimed)] == [1, 2]

    run(main())


def test_keys_are_waited_for_and_not_transcribed() -> None:
    async def main() -> None:
        async with rig(mind=ScriptedMind({"CallerTyped": [Say("Thank you.")]})) as engine:
            engine.offer(leg := ScriptedLeg())
            await asyncio.sleep(4.0)
            leg.signal(Digit("4", "rfc4733"))
            await asyncio.sleep(6.0)
            leg.signal(Left())
        (timed,) = engine.of(happened.TurnTimed)
        assert timed.shares["endpointing"] == pytest.approx(2.0, abs=0.03)
        assert timed.shares["stt"] == 0.0

    run(main())


def test_a_turn_that_went_on_is_timed_once_from_its_last_word() -> None:
    mind = ScriptedMind({"a table": [2.0, Say("For when?")], "a table on friday": [Say("For how many?")]})

    async def main() -> None:
        async with rig(ScriptedEar(["a table", "on friday"]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (4.6, voice(0.8))], leaves=10.0))
        (timed,) = engine.of(happened.TurnTimed)
        assert timed.turn == 2
        assert timed.whole < 1.5

    run(main())


def test_no_wait_is_longer_than_the_call_when_the_recogniser_answers_late() -> None:
    """livekit/agents #6093, #2606: a transcript of long ago is no delay of hundreds of seconds."""

    async def main() -> None:
        async with rig(ScriptedRecogniser([Line("hello there", 3.5)])) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=12.0))
        (timed,) = engine.of(happened.TurnTimed)
        (ended,) = engine.of(happened.CallCompleted)
        assert 3.5 <= timed.whole <= 3.7 < ended.duration
        assert timed.shares["stt"] == pytest.approx(3.5)

    run(main())


def test_a_guess_that_was_right_is_no_wait_for_the_model() -> None:
    mind = ScriptedMind({"open today": [0.2, Say("From nine.")]}, ahead=True)

    async def main() -> None:
        async with rig(ScriptedRecogniser([Line("open today", 0.1, ((0.5, "open today"),))]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=9.0))
        (timed,) = engine.of(happened.TurnTimed)
        assert (timed.guesses, timed.adopted, timed.wasted) == (1, True, 0)
        assert timed.shares["llm"] == timed.shares["tts"] == 0.0
        assert 0 < timed.shares["wire"] <= 0.0201

    run(main())


def test_what_was_written_in_vain_is_counted_with_the_turn() -> None:
    mind = ScriptedMind({"open today": [Say("From nine.")]}, ahead=True)

    async def main() -> None:
        line = Line("open today or not", 0.1, ((0.5, "open today"),))
        async with rig(ScriptedRecogniser([line]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.5))], leaves=9.0))
        (timed,) = engine.of(happened.TurnTimed)
        assert (timed.guesses, timed.wasted) == (2, len("From nine."))

    run(main())

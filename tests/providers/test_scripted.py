import asyncio
from contextlib import aclosing

import numpy as np
import pytest

from switchroom.errors import Unavailable
from switchroom.media.frame import RATE
from switchroom.ports import (
    CallerSaid,
    CallerSilent,
    CallOpened,
    EndCall,
    Heard,
    HearingFailed,
    Hints,
    ReplyPart,
    Say,
    Voice,
)
from switchroom.providers.scripted import Line, ScriptedBrain, ScriptedRecogniser, ScriptedVoice, spoken_evenly
from tests.virtual_time import run

SECOND = np.zeros(RATE, np.int16)
HINTS = Hints("here")


class Notes:
    """What was reported, and when."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, Heard | HearingFailed]] = []

    def __call__(self, heard: Heard | HearingFailed) -> None:
        self.taken.append((asyncio.get_running_loop().time(), heard))


def test_a_final_comes_its_delay_after_the_pause() -> None:
    async def main() -> None:
        notes = Notes()
        ear = ScriptedRecogniser([Line("good morning", 0.2)]).listen("en", lambda: HINTS, notes)
        ear.begin()
        ear.hear(SECOND)
        await asyncio.sleep(1)
        ear.pause()
        await asyncio.sleep(1)
        assert notes.taken == [(1.2, Heard("good morning", final=True))]

    run(main())


def test_partials_come_with_the_audio() -> None:
    async def main() -> None:
        notes = Notes()
        line = spoken_evenly("a table for two", 2.0, first=0.5, every=0.5)
        ear = ScriptedRecogniser([line]).listen("en", lambda: HINTS, notes)
        ear.begin()
        for _ in range(20):
            ear.hear(SECOND[:1600])
            await asyncio.sleep(0.1)
        assert [(round(at, 1), heard) for at, heard in notes.taken] == [
            (0.4, Heard("a", final=False)),
            (0.9, Heard("a table", final=False)),
            (1.4, Heard("a table for", final=False)),
        ]

    run(main())


def test_a_second_pause_reports_anew_and_replaces_the_first() -> None:
    async def main() -> None:
        notes = Notes()
        ear = ScriptedRecogniser([Line("yes please", 0.3)]).listen("en", lambda: HINTS, notes)
        ear.begin()
        ear.pause()
        await asyncio.sleep(0.2)
        ear.hear(SECOND)
        ear.pause()
        await asyncio.sleep(1)
        assert [at for at, _ in notes.taken] == [0.5]

    run(main())


def test_utterances_take_the_lines_in_turn_and_hints_are_asked_at_each() -> None:
    async def main() -> None:
        notes = Notes()
        recogniser = ScriptedRecogniser([Line("one"), Line("", fails=True)])
        ear = recogniser.listen("en", lambda: HINTS, notes)
        for _ in range(3):
            ear.begin()
            ear.pause()
            await asyncio.sleep(1)
        first, second, third = (heard for _, heard in notes.taken)
        assert first == Heard("one", final=True)
        assert isinstance(second, HearingFailed)
        assert third == Heard("", final=True, confidence=0.0)
        assert recogniser.asked == [HINTS] * 3

    run(main())


def test_a_closed_ear_reports_nothing() -> None:
    async def main() -> None:
        notes = Notes()
        ear = ScriptedRecogniser([Line("one"), Line("two", None)]).listen("en", lambda: HINTS, notes)
        ear.begin()
        ear.pause()
        ear.close()
        await asyncio.sleep(1)
        assert notes.taken == []

    run(main())


def test_each_call_starts_the_script_when_told_to() -> None:
    async def main() -> None:
        notes = Notes()
        recogniser = ScriptedRecogniser([Line("one", 0.0), Line("two", 0.0)], again=True)
        for _ in range(2):
            ear = recogniser.listen("en", lambda: HINTS, notes)
            ear.begin()
            ear.pause()
            await asyncio.sleep(0.1)
        assert [heard for _, heard in notes.taken] == [Heard("one", final=True)] * 2

    run(main())


def test_the_voice_keeps_its_times_and_its_length() -> None:
    async def main() -> None:
        clock = asyncio.get_running_loop().time
        voice = ScriptedVoice()
        text = "x" * 10
        came = []
        async with aclosing(voice.speak(text, Voice())) as pieces:
            async for piece in pieces:
                came.append((round(clock(), 3), len(piece)))
        assert came == [(round(0.15 + 0.02 * n, 3), 1600) for n in range(6)]
        assert voice.said == [text] and voice.abandoned == []

    run(main())


def test_an_abandoned_voice_says_so() -> None:
    async def main() -> None:
        voice = ScriptedVoice()
        async with aclosing(voice.speak("never mind", Voice())) as pieces:
            await anext(pieces)
        assert voice.abandoned == ["never mind"]

    run(main())


def test_a_voice_fails_at_what_it_was_told_to_fail_at() -> None:
    async def main() -> None:
        async with aclosing(ScriptedVoice(fails=frozenset({"no"})).speak("no", Voice())) as pieces:
            with pytest.raises(Unavailable):
                await anext(pieces)

    run(main())


def test_the_brain_answers_by_keyword_in_its_own_time() -> None:
    async def main() -> None:
        clock = asyncio.get_running_loop().time
        brain = ScriptedBrain(
            {"table": "For how many? And when.", "bye": "Goodbye.", "": "Pardon?"}, "Hello.", goodbye=frozenset({"bye"})
        )

        async def ask(prompt: CallOpened | CallerSaid | CallerSilent) -> list[ReplyPart]:
            async with aclosing(brain.reply(prompt, [])) as parts:
                return [part async for part in parts]

        assert await ask(CallOpened()) == [Say("Hello.")]
        assert round(clock(), 3) == 0.3
        assert await ask(CallerSaid("A table please")) == [Say("For how many?"), Say("And when.")]
        assert round(clock(), 3) == 0.3 + 0.33 + 0.03
        assert await ask(CallerSaid("bye")) == [Say("Goodbye."), EndCall()]
        assert await ask(CallerSilent(1)) == [Say("Pardon?")]
        assert brain.closed == 0

    run(main())


def test_the_brain_counts_replies_that_were_not_wanted() -> None:
    async def main() -> None:
        brain = ScriptedBrain({"": "One. Two."})
        async with aclosing(brain.reply(CallerSaid("x"), [])) as parts:
            await anext(parts)
        assert brain.closed == 1

    run(main())

"""The scripted recogniser understands what it was really given the sound of."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import numpy as np
import pytest

from switchroom.events.catalogue import TranscriptPartial
from switchroom.media.frame import RATE
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.rehearsal.ear import KnowingRecogniser
from switchroom.rehearsal.lines import Line, Spoken, synthetic
from switchroom.rehearsal.steps import MakeSound, Pause, SayLine
from tests.rehearsal.theatre import held
from tests.virtual_time import run

Story = Callable[[Listening], Coroutine[None, None, None]]


def understood(line: Line, story: Story) -> list[Heard | HearingFailed]:
    """Return what is reported of ``line``, said at second 10, while ``story`` happens at the ear."""

    async def main() -> list[Heard | HearingFailed]:
        reports: list[Heard | HearingFailed] = []
        await asyncio.sleep(10)
        ear = KnowingRecogniser(Spoken([line.starting(10.0)])).listen("en", lambda: Hints(""), reports.append)
        await story(ear)
        await asyncio.sleep(5)
        return reports

    return run(main())


async def give(ear: Listening, seconds: float) -> None:
    """Let the ear hear so long, in pieces of 100 ms."""
    for _ in range(round(seconds * 10)):
        await asyncio.sleep(0.1)
        ear.hear(np.zeros(RATE // 10, np.int16))


def finals(reports: list[Heard | HearingFailed]) -> list[str]:
    return [report.text for report in reports if isinstance(report, Heard) and report.final]


LINE = synthetic(SayLine(say="one two three four", seconds=4.0))


def test_words_are_guessed_as_they_are_said_and_told_for_certain_after_the_pause() -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 4.0)
        ear.pause()

    reports = understood(LINE, story)
    guesses = [report.text for report in reports if isinstance(report, Heard) and not report.final]
    assert guesses == ["one", "one two", "one two three"]
    assert finals(reports) == ["one two three four"]


def test_a_word_whose_sound_was_not_given_is_not_understood() -> None:
    async def story(ear: Listening) -> None:
        await asyncio.sleep(1.0)  # voice detection is late
        ear.begin()
        await give(ear, 2.0)  # and the caller is gone
        ear.pause()

    assert finals(understood(LINE, story)) == ["two three"]


def test_what_goes_on_after_a_pause_is_told_together() -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 2.0)
        ear.pause()
        await give(ear, 2.0)
        ear.pause()

    assert finals(understood(LINE, story)) == ["one two", "one two three four"]


def test_a_new_utterance_has_only_its_own_words() -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 2.0)
        ear.pause()
        await asyncio.sleep(0.2)
        ear.begin()
        await give(ear, 1.8)
        ear.pause()

    assert finals(understood(LINE, story)) == ["one two", "three four"]


def test_a_closed_ear_tells_nothing() -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 4.0)
        ear.pause()
        ear.close()

    assert not finals(understood(LINE, story))


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (SayLine(say="for two", heard="for you too"), "for you too"),
        (SayLine(say=("for", Pause(0.5), "two people"), heard="four to people please"), "four to people please"),
        (SayLine(say="anything", heard=""), ""),
        (MakeSound(sound="mhm"), "mhm"),
        (MakeSound(sound="cough"), ""),
    ],
)
def test_a_line_is_understood_as_the_rehearsal_says(step: SayLine | MakeSound, text: str) -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 3.0)
        ear.pause()

    assert finals(understood(synthetic(step), story)) == [text]


def test_a_line_at_which_the_recogniser_fails_is_a_failure() -> None:
    async def story(ear: Listening) -> None:
        ear.begin()
        await give(ear, 3.0)
        ear.pause()

    reports = understood(synthetic(SayLine(say="for two", unheard=True)), story)
    assert isinstance(reports[-1], HearingFailed)


def test_guesses_are_those_of_the_rehearsal(tmp_path: Path) -> None:
    line = "{say: a table for two, seconds: 3, partials: [eight, a tale, a table fort]}"
    result = held(f"script: [{line}]\nexpect: [{{understood: a table for two}}]", tmp_path)
    assert result.passed
    assert [event.text for _, event in result.record.of(TranscriptPartial)] == ["eight", "a tale", "a table fort"]

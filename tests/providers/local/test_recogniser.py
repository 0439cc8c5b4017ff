import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from switchroom.errors import Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.providers.local.recogniser import PocketsphinxRecogniser
from tests.providers.local.speech import by_telephone, cough, said
from tests.virtual_time import run_real

pytestmark = pytest.mark.speech

BOOKING = (
    "i would like a table for four people",
    "a table for two please",
    "tomorrow at half past six",
    "on friday at seven thirty p m",
    "yes please",
    "no",
)
TABLES = Hints("tables", BOOKING * 5)
COLOURS = Hints("colours", ("my favourite colour is green", "it is yellow", "blue and red") * 5)


class Ear:
    """An ear, and what it reported."""

    def __init__(self, recogniser: PocketsphinxRecogniser, hints: Hints = TABLES) -> None:
        self.hints = hints
        self.partials: list[Heard] = []
        self._finals: asyncio.Queue[Heard | HearingFailed] = asyncio.Queue(10)
        self.listening: Listening = recogniser.listen("en-GB", lambda: self.hints, self._take)

    def _take(self, heard: Heard | HearingFailed) -> None:
        if isinstance(heard, Heard) and not heard.final:
            self.partials.append(heard)
        else:
            self._finals.put_nowait(heard)

    async def final(self) -> Heard | HearingFailed:
        return await self._finals.get()

    async def understand(self, samples: Samples) -> Heard | HearingFailed:
        """Hear one utterance at once."""
        self.listening.begin()
        self.listening.hear(samples)
        self.listening.pause()
        return await self.final()


@asynccontextmanager
async def recogniser(patience: float = 20.0) -> AsyncIterator[PocketsphinxRecogniser]:
    made, ready = PocketsphinxRecogniser(patience=patience), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run(ready.set))
        await ready.wait()
        yield made
        running.cancel()


def words(heard: Heard | HearingFailed) -> str:
    assert isinstance(heard, Heard) and heard.final
    return heard.text


@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_telephone_speech_is_understood(voice: str) -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made)
            for sentence in ("a table for two please", "tomorrow at half past six", "yes please"):
                heard = await ear.understand(by_telephone(said(sentence, voice)))
                assert words(heard) == sentence
                assert isinstance(heard, Heard) and heard.confidence > 0.5

    run_real(main())


def test_sounds_that_are_no_words_have_no_text() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made)
            rng = np.random.default_rng(2)
            noise = (rng.standard_normal(RATE) * 2000).astype(np.int16)
            for sound in (by_telephone(cough()), by_telephone(cough(5)), by_telephone(noise), np.zeros(RATE, np.int16)):
                heard = await ear.understand(sound)
                assert heard == Heard("", final=True, confidence=0.0)
            ear.listening.begin()
            ear.listening.pause()
            assert words(await ear.final()) == ""

    run_real(main())


def test_partials_come_while_the_caller_speaks_and_a_final_at_the_pause() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made)
            sound = by_telephone(said("i would like a table for four people"))
            ear.listening.begin()
            for start in range(0, len(sound), 1600):
                ear.listening.hear(sound[start : start + 1600])
                while made.pool.busy:
                    await asyncio.sleep(0.005)
            ear.listening.pause()
            assert words(await ear.final()) == "i would like a table for four people"
            assert len(ear.partials) >= 3
            assert any(partial.text.startswith("i would like") for partial in ear.partials)

    run_real(main())


def test_an_utterance_that_goes_on_is_reported_anew_as_a_whole() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made)
            ear.listening.begin()
            ear.listening.hear(by_telephone(said("tomorrow")))
            ear.listening.pause()
            assert words(await ear.final()) == "tomorrow"
            ear.listening.hear(by_telephone(said("at half past six")))
            ear.listening.pause()
            assert words(await ear.final()) == "tomorrow at half past six"
            assert words(await ear.understand(by_telephone(said("no")))) == "no"

    run_real(main())


def test_hints_change_from_utterance_to_utterance() -> None:
    async def main() -> None:
        async with recogniser() as made:
            made.prepare([TABLES, COLOURS])
            ear = Ear(made)
            green = by_telephone(said("my favourite colour is green"))
            assert words(await ear.understand(green)) != "my favourite colour is green"
            ear.hints = COLOURS
            assert words(await ear.understand(green)) == "my favourite colour is green"

    run_real(main())


def test_without_hints_anything_may_be_said() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made, Hints(""))
            assert "weather" in words(await ear.understand(said("the weather is very nice today")))

    run_real(main())


def test_a_killed_worker_costs_the_caller_nothing() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear = Ear(made)
            sound = by_telephone(said("a table for two please"))
            ear.listening.begin()
            ear.listening.hear(sound)
            ear.listening.pause()
            await asyncio.sleep(0.03)
            os.kill(made.pool.pids[0], signal.SIGKILL)
            assert words(await ear.final()) == "a table for two please"
            assert made.pool.restarts == 1

    run_real(main())


def test_a_stopped_worker_makes_a_failure_in_time() -> None:
    async def main() -> None:
        async with recogniser(patience=0.3) as made:
            ear = Ear(made)
            pid = made.pool.pids[0]
            os.kill(pid, signal.SIGSTOP)
            heard = await ear.understand(by_telephone(said("no")))
            assert isinstance(heard, HearingFailed) and isinstance(heard.error, Unavailable)
            while pid in made.pool.pids or not made.pool.pids:
                await asyncio.sleep(0.01)

    run_real(main())


def test_a_closed_ear_and_a_begun_utterance_forget_what_was_unfinished() -> None:
    async def main() -> None:
        async with recogniser() as made:
            ear, other = Ear(made), Ear(made)
            ear.listening.begin()
            ear.listening.hear(by_telephone(said("yes please")))
            ear.listening.pause()
            ear.listening.begin()
            ear.listening.hear(by_telephone(said("no")))
            ear.listening.pause()
            assert words(await ear.final()) == "no"
            ear.listening.pause()
            ear.listening.close()
            assert words(await other.understand(by_telephone(said("yes please")))) == "yes please"
            assert ear._finals.empty()

    run_real(main())


def test_only_english_is_understood() -> None:
    with pytest.raises(Unavailable, match="English"):
        PocketsphinxRecogniser().listen("de", lambda: TABLES, lambda _heard: None)

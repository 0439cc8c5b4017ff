import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import numpy as np
import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Voice
from switchroom.providers.local.conditioning import level
from switchroom.providers.local.engines import choose, find_engines
from switchroom.providers.local.voice import Cache, LocalVoice
from tests.virtual_time import run_real

pytestmark = pytest.mark.speech

GREETING = "Hello, this is the Copper Table. How can I help you?"
LONG = " ".join(["We serve dinner every evening from five until half past nine."] * 12)


@asynccontextmanager
async def voice(engine: str = "auto") -> AsyncIterator[LocalVoice]:
    made, ready = LocalVoice(engine), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run(ready.set))
        await ready.wait()
        yield made
        running.cancel()


async def rendered(made: LocalVoice, text: str, how: Voice) -> list[Samples]:
    async with aclosing(made.speak(text, how)) as pieces:
        return [piece async for piece in pieces]


def loudness(samples: Samples) -> float:
    return float(20 * np.log10(level(samples) / 32768))


@pytest.mark.parametrize("engine", [engine.name for engine in find_engines() if engine.role == "voice"])
def test_an_engine_speaks_at_the_usual_level_without_silence_around(engine: str) -> None:
    async def main() -> None:
        async with voice(engine) as made:
            assert made.name == engine
            sound = np.concatenate(await rendered(made, GREETING, Voice()))
            loud = np.flatnonzero(np.abs(sound.astype(int)) > 200)
            assert 2 < len(sound) / RATE < 6
            assert -23 < loudness(sound) < -17
            assert np.abs(sound.astype(int)).max() < 32_000
            assert loud[0] < 0.06 * RATE and len(sound) - loud[-1] < 0.2 * RATE

    run_real(main())


def test_voices_and_speeds_differ_and_an_unknown_voice_is_replaced() -> None:
    async def main() -> None:
        async with voice() as made:
            slow, usual, fast = [
                sum(len(piece) for piece in await rendered(made, GREETING, Voice("slt", speed)))
                for speed in (0.8, 1.0, 1.3)
            ]
            assert slow > 1.1 * usual > 1.2 * fast
            other = np.concatenate(await rendered(made, GREETING, Voice("rms")))
            assert abs(len(other) - usual) > 0.02 * usual
            unknown = np.concatenate(await rendered(made, GREETING, Voice("no such voice; rm -rf /")))
            assert abs(len(unknown) - usual) < 0.02 * usual

    run_real(main())


def test_what_was_prepared_is_there_at_once_and_in_one_piece() -> None:
    async def main() -> None:
        async with voice() as made:
            await made.prepare([GREETING, "One moment please."], Voice())
            os.kill(made.pool.pids[0], signal.SIGSTOP)
            (whole,) = await rendered(made, GREETING, Voice())
            assert len(whole) > RATE and not whole.flags.writeable

    run_real(main())


def test_an_abandoned_text_stops_the_worker() -> None:
    async def main() -> None:
        async with voice() as made:
            async with aclosing(made.speak(LONG, Voice())) as pieces:
                await anext(pieces)
            assert len(await rendered(made, "Yes.", Voice())) >= 1
            assert made.pool.restarts == 0
            async with aclosing(made.speak(LONG, Voice())) as pieces:
                first = await anext(pieces)
            assert len(first) < 3 * RATE, "what was abandoned is not kept"

    run_real(main())


def test_a_voice_killed_in_the_middle_goes_on_where_it_was() -> None:
    async def main() -> None:
        async with voice() as made:
            whole = np.concatenate(await rendered(made, LONG, Voice()))
        async with voice() as made:
            got: list[Samples] = []
            async with aclosing(made.speak(LONG, Voice())) as pieces:
                async for piece in pieces:
                    if not got:
                        os.kill(made.pool.pids[0], signal.SIGKILL)
                    got.append(piece)
            assert made.pool.restarts == 1
            assert np.array_equal(np.concatenate(got), whole)

    run_real(main())


def test_a_voice_that_hangs_is_unavailable_in_time() -> None:
    async def main() -> None:
        made, ready = LocalVoice(patience=0.2), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(made.run(ready.set))
            await ready.wait()
            os.kill(made.pool.pids[0], signal.SIGSTOP)
            with pytest.raises(Unavailable):
                await rendered(made, GREETING, Voice())
            running.cancel()

    run_real(main())


def test_nothing_to_say_is_silence_and_too_much_is_refused() -> None:
    async def main() -> None:
        async with voice() as made:
            assert await rendered(made, " ... ", Voice()) == []
            with pytest.raises(Invalid):
                await rendered(made, "x" * 6000, Voice())

    run_real(main())


def test_engines_are_found_with_their_versions() -> None:
    found = {engine.name: engine for engine in find_engines()}
    assert found["pocketsphinx"].version == "5.1.1"
    assert "slt" in found["flite"].detail
    assert ("espeak-ng" in found) == (shutil.which("espeak-ng") is not None)


def test_a_missing_engine_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="libflite1"):
        LocalVoice("no-such-engine")
    with pytest.raises(Unavailable, match="libflite1"):
        choose("no-such-engine")


def test_the_cache_forgets_what_was_used_least_recently() -> None:
    cache = Cache(3000)
    sounds = {name: np.zeros(500, np.int16) for name in "abcd"}
    for name in "abc":
        cache.put((Voice(), name), sounds[name])
    assert cache.get((Voice(), "a")) is sounds["a"]
    cache.put((Voice(), "d"), sounds["d"])
    assert cache.get((Voice(), "b")) is None
    assert cache.get((Voice(speed=2.0), "a")) is None
    assert cache.get((Voice(), "a")) is sounds["a"] and cache.get((Voice(), "d")) is sounds["d"]

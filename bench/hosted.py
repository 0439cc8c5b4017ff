"""Hosted speech alone: what opening a provider costs, and a second of a Deepgram stream and of Cartesia's speech.

The vendors are servers on loopback in a process of their own, so that what is measured is only ours: the plugin, its
socket and the adapter, as ten calls at once.
"""

import argparse
import asyncio
import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
from tests.providers.vendors.cartesia import Cartesia
from tests.providers.vendors.deepgram import Deepgram, Line

from bench.engine import ROOT
from bench.figures import Figures, calibrate, gathered, show
from switchroom.media.frame import RATE
from switchroom.ports import Heard, HearingFailed, Hints, SpeechToText, TextToSpeech, Voice
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.recogniser import open_recogniser
from switchroom.providers.vendors.voice import open_voice

_CALLS = 10
_SECONDS = 5.0
_WORDS = "I would like to book a table for four people on Friday please thank you"
_SENTENCE = "A table for two at seven, under the name of Lovelace. "


async def serve() -> None:
    """Be the vendors until the input ends."""
    ears, mouth = Deepgram(script=[Line((_WORDS,)) for _ in range(1000)]), Cartesia(pace=0.02)
    async with ears.running() as ears_at, mouth.running() as mouth_at:
        print(ears_at, mouth_at, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextlib.asynccontextmanager
async def _longest_hold() -> AsyncIterator[list[float]]:
    """Yield a list whose only number grows to the longest time for which the event loop was held."""
    held = [0.0]

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            held[0] = max(held[0], time.perf_counter() - before - 0.005)

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        yield held
        watching.cancel()


async def _hear(stt: SpeechToText) -> tuple[float, int]:
    """Return the CPU milliseconds of a second of one call's sound, and how many calls were understood."""
    reports: list[Heard | HearingFailed] = []
    piece = np.random.default_rng(1).integers(-8000, 8000, RATE // 10).astype(np.int16)
    ears = [stt.listen("en", lambda: Hints(""), reports.append) for _ in range(_CALLS)]
    await asyncio.sleep(0.5)
    cpu, started = time.process_time(), time.perf_counter()
    for ear in ears:
        ear.begin()
    for number in range(round(_SECONDS * 10)):
        for ear in ears:
            ear.hear(piece)
        await asyncio.sleep(max(0.0, started + (number + 1) / 10 - time.perf_counter()))
    for ear in ears:
        ear.pause()
    await asyncio.sleep(0.3)
    spent = time.process_time() - cpu
    for ear in ears:
        ear.close()
    understood = sum(isinstance(report, Heard) and report.final and report.text == _WORDS for report in reports)
    return spent / (_CALLS * _SECONDS) * 1e3, understood


async def _speak(tts: TextToSpeech) -> float:
    """Return the CPU milliseconds of a second of speech."""

    async def one() -> float:
        length = 0
        async with aclosing(tts.speak(_SENTENCE, Voice())) as pieces:
            async for piece in pieces:
                length += len(piece)
        return length / RATE

    await one()
    cpu = time.process_time()
    async with asyncio.TaskGroup() as calls:
        tasks = [calls.create_task(one()) for _ in range(_CALLS)]
    return (time.process_time() - cpu) / sum(task.result() for task in tasks) * 1e3


async def measure(ears: str, mouth: str) -> Figures:
    """Open both providers and use them."""
    before = calibrate()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, started = time.process_time(), time.perf_counter()
    async with contextlib.AsyncExitStack() as stack:
        async with _longest_hold() as held:
            opening = open_recogniser(Choice("ears", "deepgram", key="right", url=ears))
            stt = await stack.enter_async_context(opening)
        opened = time.perf_counter() - started, time.process_time() - cpu
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
        heard, understood = await _hear(stt)
    async with open_voice(Choice("mouth", "cartesia", key="right", url=mouth)) as tts:
        spoken = await _speak(tts)
    found = [
        ("opening_the_first_provider", opened[0], "s"),
        ("cpu_of_opening", opened[1], "s"),
        ("event_loop_held_meanwhile", held[0] * 1e3, "ms at most"),
        ("memory_of_opening", grown / 1024, "MiB RSS"),
        ("a_second_heard_by_deepgram", heard, "ms CPU"),
        ("a_second_spoken_by_cartesia", spoken, "ms CPU"),
        ("calls_understood", understood, f"of {_CALLS}"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("hosted", {"calls": _CALLS}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help="be the vendors")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, "-m", "bench.hosted", "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vendors:
        assert vendors.stdin is not None
        assert vendors.stdout is not None
        ears, mouth = vendors.stdout.readline().split()
        try:
            show(asyncio.run(measure(ears, mouth)), as_json=given.json)
        finally:
            vendors.stdin.close()


if __name__ == "__main__":
    main()

"""The process under measurement: one engine with scripted providers behind a real SIP port.

It prints its port, serves until it reads a line, and prints what it noticed about itself: the time and work of each tick,
its CPU time every quarter second, and the events of all calls. Noticing costs a few microseconds per tick.
"""

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import structlog

from bench import dialogue
from bench.figures import calibrate
from bench.providers import PLAN, KnowingRecogniser, OneAgent, voice_for
from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import Metronome
from switchroom.calls.recorder import Disk
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.conversation.timing import Timing
from switchroom.events.bus import Bus
from switchroom.events.catalogue import Event
from switchroom.media.plane import Plane
from switchroom.media.silero import SileroNetwork
from switchroom.media.voice_network import Rows, VoiceNetwork, Windows
from switchroom.settings import SipSettings
from switchroom.storage.journal_writer import writing
from switchroom.transports.sip.endpoint import SipEndpoint

_TOLD = {"CallStarted", "TranscriptFinal", "ReplyStarted", "ReplySpoken", "ReplyInterrupted", "ReplyPaused"} | {
    "ReplyResumed",
    "TurnTimed",
    "SpeculationDropped",
    "CallCompleted",
    "CallFailed",
    "ProviderFailed",
}
_EVERY = 0.25


class TimedNetwork:
    """Times what another network does."""

    def __init__(self, network: VoiceNetwork) -> None:
        self._network = network
        self.lags = network.lags
        self.spent = 0
        """Nanoseconds of CPU."""

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        """See VoiceNetwork."""
        started = time.thread_time_ns()
        found = self._network.probabilities(windows, rows)
        self.spent += time.thread_time_ns() - started
        return found

    def reset(self, rows: Rows) -> None:
        """See VoiceNetwork."""
        self._network.reset(rows)

    def grow(self, rows: int) -> None:
        """See VoiceNetwork."""
        self._network.grow(rows)


class TimedPlane:
    """Notes when each tick was due, how late it began and how long it took."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.ticks: list[tuple[float, float, float]] = []

    def tick(self, now: float) -> None:
        """See Plane."""
        started = time.monotonic()
        self._plane.tick(now)
        self.ticks.append((now, started - now, time.monotonic() - started))


@dataclass
class Notes:
    """What is noticed. Times are those of the wall clock."""

    usage: list[tuple[float, float, float, float]] = field(default_factory=list)
    """(when, CPU seconds, CPU seconds of the network, resident MiB)"""
    told: list[dict[str, object]] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    """Events per call; they are numbered from 1 without a gap, so fewer than the highest means that some were lost."""
    highest: dict[str, int] = field(default_factory=dict)

    async def store(self, events: Sequence[Event]) -> None:
        """Take the place of the journal."""
        for event in events:
            self.counted[event.call] = self.counted.get(event.call, 0) + 1
            self.highest[event.call] = max(self.highest.get(event.call, 0), event.sequence)
            kind = type(event).__name__
            if kind in _TOLD:
                self.told.append({"kind": kind, **asdict(event)})


@dataclass(frozen=True, slots=True)
class Scripted:
    """How the providers are scripted: a folder for recordings, guesses per turn, and the time until the model's first word."""

    recordings: str | None = None
    guesses: int = 0
    model: float = dialogue.MODEL


@dataclass(frozen=True)
class Engine:
    """What runs."""

    endpoint: SipEndpoint
    plane: TimedPlane
    network: TimedNetwork
    notes: Notes


@asynccontextmanager
async def running(port: int, scripted: Scripted) -> AsyncIterator[Engine]:
    """Run an engine like main.py does, with everything scripted that is not the engine."""
    network = TimedNetwork(SileroNetwork(16))
    plane, bus, notes = Plane(lambda _: network), Bus(), Notes()
    stories = {voice: dialogue.make(voice).lines for voice in dialogue.VOICES}
    async with AsyncExitStack() as stack:
        recordings = None if scripted.recordings is None else Path(scripted.recordings)
        disk = stack.enter_context(Disk()) if recordings is not None else None
        timing = Timing(fixed=dialogue.ENDPOINTING)
        tts = voice_for(PLAN)
        equipment = Equipment(plane, KnowingRecogniser(stories), tts, bus.publish, disk, recordings, timing)
        timed = TimedPlane(plane)
        metronome = Metronome(timed, idle=lambda: plane.measure().rows == 0)
        agent = OneAgent(scripted.guesses, scripted.model)
        switchboard = Switchboard(equipment, agent, Limits(calls=1000, lateness=10.0), metronome)
        settings = SipSettings(host="127.0.0.1", port=port, rtp_first=40000, rtp_last=48998)
        endpoint = SipEndpoint(settings, switchboard.offer)
        await endpoint.open()
        await stack.enter_async_context(writing(bus, notes.store))
        async with asyncio.TaskGroup() as tasks:
            served = [tasks.create_task(part.run()) for part in (metronome, endpoint, switchboard)]
            yield Engine(endpoint, timed, network, notes)
            await switchboard.drain(3.0)
            for task in served:
                task.cancel()


async def _watch(engine: Engine) -> None:
    page = resource.getpagesize()
    while True:
        used = resource.getrusage(resource.RUSAGE_SELF)
        with open("/proc/self/statm", encoding="ascii") as memory:  # noqa: ASYNC230, PTH123 - a file that is none
            resident = int(memory.read().split()[1]) * page / 2**20
        cpu = used.ru_utime + used.ru_stime
        engine.notes.usage.append((time.time(), cpu, engine.network.spent / 1e9, resident))
        await asyncio.sleep(_EVERY)


async def serve(scripted: Scripted) -> None:
    """Run until a line comes from standard input."""
    before = calibrate()
    async with running(0, scripted) as engine, asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(engine))
        print(json.dumps({"port": engine.endpoint.address[1]}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        watching.cancel()
    notes = engine.notes
    offset = time.time() - time.monotonic()
    report = {
        "ticks": [(due + offset, late, work) for due, late, work in engine.plane.ticks],
        "usage": notes.usage,
        "told": notes.told,
        "lost": {call: highest - notes.counted[call] for call, highest in notes.highest.items()},
        "calibrations": [before, calibrate()],
    }
    print(json.dumps(report), flush=True)


def main() -> None:
    """Serve; the only argument says how, as JSON."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(serve(Scripted(**json.loads(sys.argv[1])) if len(sys.argv) > 1 else Scripted()))


if __name__ == "__main__":
    main()

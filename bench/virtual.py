"""A whole call in virtual time: the dialogue through the real engine and the real voice network, with nobody waiting.

This is what a test of a conversation costs.
"""

import argparse
import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from tests.virtual_time import run

from bench import dialogue
from bench.figures import Figures, calibrate, gathered, show
from bench.providers import PLAN, KnowingRecogniser, OneAgent, voice_for
from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import Metronome
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.conversation.timing import Timing
from switchroom.events.catalogue import Event, ReplySpoken
from switchroom.identity import LegId
from switchroom.media.frame import Encoding
from switchroom.media.plane import Plane
from switchroom.ports import CallOffer, Capability, HangUp, Left, LegCommand, Party, Signal


@dataclass
class TapeLeg:
    """A leg that plays PCMU and hangs up at its end."""

    tape: bytes
    id: LegId = field(default_factory=lambda: LegId("leg_bench"))
    party: Party = field(default_factory=lambda: Party("sip:bench-0@virtual"))
    encoding: Encoding = Encoding.PCMU
    can: frozenset[Capability] = frozenset()
    delay: float = 0.0
    keys_in_sound: bool = False
    codec: str = "PCMU"
    heard: int = 0
    _at: int = 0
    _report: Callable[[Signal], None] = field(default=lambda _: None)

    def attach(self, report: Callable[[Signal], None]) -> None:
        """See Leg."""
        self._report = report

    def hear(self, now: float) -> bytes | None:  # noqa: ARG002
        """See Leg."""
        payload = self.tape[self._at : self._at + 160]
        self._at += 160
        if len(payload) == 160:
            return payload
        if len(self.tape) < self._at <= len(self.tape) + 160:
            self._report(Left("hangup"))
        return None

    def speak(self, payload: bytes, now: float) -> None:  # noqa: ARG002
        """See Leg."""
        self.heard += 1

    async def do(self, command: LegCommand) -> None:
        """See Leg."""
        if isinstance(command, HangUp):
            self._report(Left("hangup"))

    def media(self) -> Mapping[str, float]:
        """See Leg."""
        return {}


async def _call(voice: str, events: list[Event]) -> float:
    """Make one call; return how many virtual seconds it took."""
    made = dialogue.make(voice)
    plane = Plane()
    timing = Timing(fixed=dialogue.ENDPOINTING)
    equipment = Equipment(plane, KnowingRecogniser({voice: made.lines}), voice_for(PLAN), events.append, timing=timing)
    metronome = Metronome(plane)
    switchboard = Switchboard(equipment, OneAgent(), Limits(), metronome)
    clock = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as tasks:
        ticking = tasks.create_task(metronome.run())
        tasks.create_task(switchboard.run())
        await asyncio.sleep(0.005)
        began = clock()
        switchboard.offer(CallOffer(TapeLeg(made.ulaw), voice, "phone_gateway", "virtual"))
        await switchboard.drain(made.duration + 10)
        ticking.cancel()
    return clock() - began


def measure(rounds: int = 3) -> Figures:
    """Make the call some times and return the median."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    voice = dialogue.VOICES[-1]
    dialogue.make(voice)
    before = calibrate()
    taken: list[float] = []
    virtual, events = 0.0, list[Event]()
    for _ in range(rounds):
        events.clear()
        started = time.process_time()
        virtual = run(_call(voice, events))
        taken.append(time.process_time() - started)
    seconds = sorted(taken)[rounds // 2]
    spoken = sum(isinstance(event, ReplySpoken) for event in events)
    found = [
        ("virtual_seconds", virtual, "s"),
        ("real_seconds", seconds, "s CPU"),
        ("real_seconds_per_minute", seconds * 60 / virtual, "s CPU"),
        ("times_faster", virtual / seconds, "x"),
        ("replies_spoken", float(spoken), "replies"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("virtual", {"voice": voice}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()

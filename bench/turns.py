"""What turn-taking costs without sound: the turn machine, thinking ahead and the deadlines of one call, tick by tick.

A caller speaks for three seconds in every ten, a recogniser reports five times a second meanwhile, and a reply is owed and heard.
Everything is told and asked as a call does it; nothing is rendered.
"""

import argparse
import time
from collections.abc import Mapping

from bench.figures import Figures, calibrate, gathered, show
from switchroom.conversation import deadlines, turns
from switchroom.conversation.deadlines import Deadlines
from switchroom.conversation.moves import Commit, Decision
from switchroom.conversation.speculation import Speculation
from switchroom.conversation.turns import TurnMachine
from switchroom.ports import Heard

_TICK = 0.02
_PERIOD = 10.0
_WORDS = "i would like to book a table for four people on friday evening at half past seven please"


class Call:
    """One call's machines."""

    def __init__(self) -> None:
        self.turns = TurnMachine()
        self.ahead = Speculation()
        self.deadlines = Deadlines()
        self.commits = 0
        self.guesses = 0

    def tell(self, told: turns.Input, now: float) -> None:
        """As calls.floor does."""
        match told:
            case turns.AgentStarted():
                self.deadlines.handle(deadlines.Sounds(), now)
            case turns.AgentStopped():
                self.deadlines.handle(deadlines.Done(), now)
            case _:
                pass
        self.ahead.handle(told, now)
        self._decided(self.turns.handle(told, now), now)

    def tick(self, now: float) -> None:
        """As calls.floor does after every tick."""
        if self.turns.deadline is not None and now >= self.turns.deadline:
            self._decided(self.turns.expire(now), now)
        self._think(now)
        if self.deadlines.deadline is not None:
            self.deadlines.expire(now)

    def _decided(self, decided: list[Decision], now: float) -> None:
        for decision in decided:
            self.ahead.handle(decision, now)
            if isinstance(decision, Commit):
                self.commits += 1
                self.deadlines.handle(deadlines.Owed(decision.ended, now + 0.5), now)
        self._think(now)

    def _think(self, now: float) -> None:
        if self.ahead.deadline is not None and now >= self.ahead.deadline:
            self.guesses += len(self.ahead.expire(now))


def _script() -> dict[int, turns.Input]:
    """Return what a call is told in ten seconds, by tick: a turn of three seconds, a reply of four."""
    words = _WORDS.split()
    partials = range(60, 200, 10)
    return {
        50: turns.VoiceStarted(0.94),
        **{tick: Heard(" ".join(words[: (tick - 50) // 9 + 1]), final=False) for tick in partials},
        205: turns.VoiceStopped(4.0),
        215: Heard(_WORDS, final=True),
        245: turns.AgentStarted(),
        450: turns.AgentStopped(),
    }


def _moved(told: turns.Input, start: float) -> turns.Input:
    match told:
        case turns.VoiceStarted(at):
            return turns.VoiceStarted(start + at)
        case turns.VoiceStopped(at):
            return turns.VoiceStopped(start + at)
        case _:
            return told


def _period(call: Call, script: Mapping[int, turns.Input], start: float) -> None:
    for tick in range(round(_PERIOD / _TICK)):
        now = start + tick * _TICK
        told = script.get(tick)
        if told is not None:
            call.tell(_moved(told, start), now)
        call.tick(now)


def measure(seconds: float) -> Figures:
    """Live one call for so many seconds of its own time."""
    before, call, script = calibrate(), Call(), _script()
    periods = round(seconds / _PERIOD)
    started = time.process_time()
    for period in range(periods):
        _period(call, script, 1000.0 + period * _PERIOD)
    spent = time.process_time() - started
    found = [
        ("cpu_per_call_second", spent * 1e3 / (periods * _PERIOD), "ms"),
        ("turns", call.commits, f"of {periods}"),
        ("guesses", call.guesses, "guesses"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("turns", {"seconds": seconds}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    show(measure(given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()

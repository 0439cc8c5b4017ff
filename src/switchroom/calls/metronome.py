"""The clock of the media plane: one tick every 20 ms, on time, measured.

A tick is due at a fixed grid of times. A late one is made up for at once; after more than ``CATCH_UP`` the grid is
moved on, because old audio helps nobody. Garbage is collected between two ticks when there is time left, and never of
its own accord inside one.
"""

import asyncio
import gc
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Protocol

from switchroom.media.frame import TICK

CATCH_UP = 0.2
_SAMPLES = 3000  # ticks of the last minute
RECENT = 250
"""Ticks of the last five seconds."""
_SPARE = 0.008
_COLLECT_EVERY = 50


class Ticking(Protocol):
    """What is driven."""

    def tick(self, now: float) -> None: ...


class Metronome:
    """Drives ``plane`` until cancelled. ``lateness`` and ``work`` are seconds per tick of about the last minute."""

    def __init__(self, plane: Ticking, idle: Callable[[], bool] = lambda: False) -> None:
        self._plane = plane
        self._idle = idle
        self.lateness: deque[float] = deque(maxlen=_SAMPLES)
        self.work: deque[float] = deque(maxlen=_SAMPLES)
        self.skipped = 0
        self.ticks = 0

    async def run(self) -> None:
        """Tick for ever. Safe to cancel between ticks."""
        clock = asyncio.get_running_loop().time
        due = clock() + TICK
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            while True:
                await asyncio.sleep(due - clock())
                started = clock()
                self._plane.tick(due)
                ended = clock()
                self._note(started - due, ended - started)
                due += TICK
                if ended - due > CATCH_UP:
                    missed = int((ended - due) / TICK)
                    self.skipped += missed
                    due += missed * TICK
                if due - clock() > _SPARE:
                    self._collect()
        finally:
            gc.enable()
            gc.unfreeze()

    def _note(self, late: float, work: float) -> None:
        self.ticks += 1
        self.lateness.append(late)
        self.work.append(work)

    def _collect(self) -> None:
        if self.ticks % _COLLECT_EVERY == 0:
            full = self.ticks % (_COLLECT_EVERY * (10 if self._idle() else 60)) == 0
            gc.collect(2 if full else 1)

    def late(self, share: float = 0.99, last: int = _SAMPLES) -> float:
        """Return the lateness that ``share`` of the ``last`` ticks stayed below; 0 until there were so many or a minute's."""
        if len(self.lateness) < min(last, RECENT):
            return 0.0
        recent = sorted(islice(reversed(self.lateness), last))
        return recent[min(len(recent) - 1, int(share * len(recent)))]

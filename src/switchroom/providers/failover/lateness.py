"""How long a provider takes as a rule, and so when it is late: percentiles of what it took lately."""

from collections import deque
from dataclasses import dataclass, field
from math import ceil

WINDOW = 200
"""So many answers are remembered."""

LEAST = 20
"""Fewer say nothing about the slowest of them."""

MOMENT = 0.001
"""The shortest wait: sums of floats may fall short of a deadline by less."""


@dataclass(slots=True)
class Took:
    """The seconds that answers took to begin, the latest of them."""

    samples: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def add(self, seconds: float) -> None:
        """Take another."""
        self.samples.append(max(seconds, 0.0))

    def percentile(self, share: float) -> float | None:
        """Return what ``share`` of the answers did not exceed; None while there are too few to tell."""
        if len(self.samples) < LEAST:
            return None
        ranked = sorted(self.samples)
        return ranked[max(ceil(share * len(ranked)) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for a provider, in seconds.

    ``hedge`` and ``soonest`` are when a second is asked beside it: when it is later than 19 of 20 of its own answers, but never
    sooner than ``soonest``; while too little is known, after ``hedge`` (None: never). ``first`` is when it is given up before its
    first sign, ``stall`` between two.
    """

    first: float
    stall: float
    soonest: float
    hedge: float | None = None

    def late(self, took: Took) -> float | None:
        """Return after how many seconds a second one is asked; None: not at all."""
        usual = took.percentile(0.95)
        wait = self.hedge if usual is None else max(usual, self.soonest)
        return wait if wait is not None and wait < self.first else None

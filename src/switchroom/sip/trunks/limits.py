"""How many calls, and how many at once: a token bucket and counts, with ``now`` given.

may, then began        a call that is let in takes a token of its second and a place until it is over
refused                says which limit it was, and after how many seconds it is worth asking again
"""

import math
from dataclasses import dataclass
from typing import Literal

Direction = Literal["in", "out"]
Limit = Literal["calls_per_second", "inbound", "outbound", "calls"]

BUSY_AGAIN = 5
"""Seconds after which a place may have become free."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """``calls_per_second`` is both ways together; the others count calls that are up or on their way. 0: no limit."""

    calls_per_second: float = 0.0
    inbound: int = 0
    outbound: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One call too many."""

    limit: Limit
    retry_after: int


class Bucket:
    """Fills with ``rate`` tokens a second, up to one second's worth and at least one."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._size = max(1.0, rate)
        self._tokens = self._size
        self._at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until there is a token; 0 if there is one."""
        self._fill(now)
        return 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / self._rate

    def take(self, now: float) -> None:
        """Take a token, be there one or not."""
        self._fill(now)
        self._tokens -= 1.0

    def _fill(self, now: float) -> None:
        self._tokens = min(self._size, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)


class Load:
    """The calls of one trunk now."""

    def __init__(self, limits: CallLimits) -> None:
        self.limits = limits
        self.inbound = 0
        self.outbound = 0
        self._bucket = Bucket(limits.calls_per_second)

    def change(self, limits: CallLimits) -> None:
        """Go on under other limits; the calls that are up stay."""
        if limits.calls_per_second != self.limits.calls_per_second:
            self._bucket = Bucket(limits.calls_per_second)
        self.limits = limits

    def may(self, direction: Direction, now: float) -> Exceeded | None:
        """Return which limit another call would break, None if none."""
        limits = self.limits
        if limits.calls and self.inbound + self.outbound >= limits.calls:
            return Exceeded("calls", BUSY_AGAIN)
        if direction == "in" and limits.inbound and self.inbound >= limits.inbound:
            return Exceeded("inbound", BUSY_AGAIN)
        if direction == "out" and limits.outbound and self.outbound >= limits.outbound:
            return Exceeded("outbound", BUSY_AGAIN)
        wait = self._bucket.wait(now) if limits.calls_per_second else 0.0
        return Exceeded("calls_per_second", math.ceil(wait)) if wait else None

    def began(self, direction: Direction, now: float) -> None:
        """Count a call that was let in."""
        if self.limits.calls_per_second:
            self._bucket.take(now)
        if direction == "in":
            self.inbound += 1
        else:
            self.outbound += 1

    def ended(self, direction: Direction) -> None:
        """Give its place back."""
        if direction == "in":
            self.inbound -= 1
        else:
            self.outbound -= 1

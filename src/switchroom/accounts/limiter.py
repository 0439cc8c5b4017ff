"""How often somebody may guess: after a few free tries every further failure locks the key for twice as long.

    key is      and it        becomes
    open        fails         open while tries are free, else locked until now + lock, lock doubling up to ``longest``
    open        succeeds      forgotten
    locked      (asks)        locked: told for how long
    any         rests         forgotten after ``forget`` seconds without a failure

State is in memory and bounded: the key that failed longest ago is forgotten first.
"""

from collections import OrderedDict
from dataclasses import dataclass

from switchroom.errors import Limited


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: float
    until: float


class Limiter:
    """Counts failures per key."""

    def __init__(
        self, *, free: int, lock: float = 5.0, longest: float = 3600.0, forget: float = 86400.0, keys: int = 10_000
    ) -> None:
        self._free = free
        self._lock = lock
        self._longest = longest
        self._forget = forget
        self._most = keys
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def check(self, key: str, now: float) -> None:
        """Raise Limited while ``key`` is locked."""
        found = self._failures.get(key)
        if found is not None and now < found.until:
            wait = found.until - now
            raise Limited(f"too many wrong tries: try again in {wait:.0f} s", retry_after=wait)

    def failed(self, key: str, now: float) -> float:
        """Count a failure; return for how many seconds ``key`` is locked now."""
        found = self._failures.pop(key, None)
        if found is None or now - found.last > self._forget:
            found = _Failures(0, now, now)
        count = found.count + 1
        beyond = count - self._free
        lock = min(self._lock * 2.0 ** min(beyond, 32), self._longest) if beyond >= 0 else 0.0
        self._failures[key] = _Failures(count, now, now + lock)
        if len(self._failures) > self._most:
            self._failures.popitem(last=False)
        return lock

    def succeeded(self, key: str) -> None:
        """Forget the failures of ``key``."""
        self._failures.pop(key, None)

"""Who has fallen silent: judged by the watcher's own clock alone, so that no two clocks need to agree.

Every process counts its own beats. A count that stands still while we look on is silence; what happened while we could not look
(the database was away, or we stood still ourselves) is held against nobody. A process that still starts may be busy with that for
longer, and has no calls yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SILENCE = 3.0
"""Seconds without a beat after which a process is given up."""
STARTING = 30.0
"""The same for one that still starts."""
BLIND = 1.5
"""Seconds between two looks after which we begin anew."""


@dataclass(frozen=True, slots=True)
class Beat:
    """How often a process has beaten, and whether it still starts."""

    count: int
    starting: bool = False


class Vigil:
    """What one watcher has seen. ``now`` is any clock that only goes on."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Beat, float]] = {}
        self._looked = float("-inf")

    def handle(self, beats: Mapping[str, Beat], now: float) -> list[str]:
        """Take what stands there now; return who is to be given up."""
        if now - self._looked > BLIND:
            self._seen.clear()
        self._looked = now
        before, self._seen = self._seen, {}
        for name, beat in beats.items():
            known = before.get(name)
            self._seen[name] = known if known is not None and known[0] == beat else (beat, now)
        return [
            name
            for name, (beat, since) in self._seen.items()
            if now - since >= (STARTING if beat.starting else SILENCE)
        ]

"""Who has fallen silent: judged by the watcher's own clock alone, so that no two clocks need to agree.

Every process counts its own beats. A count that stands still while we look on is silence; what happened while we could not look
(the database was away, or we stood still ourselves) is held against nobody.
"""

from collections.abc import Mapping

SILENCE = 3.0
"""Seconds without a beat after which a process is given up."""
BLIND = 1.5
"""Seconds between two looks after which we begin anew."""


class Vigil:
    """What one watcher has seen. ``now`` is any clock that only goes on."""

    def __init__(self, silence: float = SILENCE, blind: float = BLIND) -> None:
        self._silence = silence
        self._blind = blind
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked = float("-inf")

    def handle(self, beats: Mapping[str, int], now: float) -> list[str]:
        """Take what stands there now; return who is to be given up."""
        if now - self._looked > self._blind:
            self._seen.clear()
        self._looked = now
        before, self._seen = self._seen, {}
        for name, beat in beats.items():
            known = before.get(name)
            self._seen[name] = known if known is not None and known[0] == beat else (beat, now)
        return [name for name, (_, since) in self._seen.items() if now - since >= self._silence]

"""How long this caller pauses, learned from their own speech.

Two things are evidence: a pause inside a turn, and a turn that the caller went on with after we had taken it for
finished, which says by how much we were too quick. Turns that were left alone pull slowly the other way. What is
learned is one factor on the waits for the end of a turn, drawn towards 1 while little is known and kept within bounds:
a fluent caller gains little, one who searches for words is no longer cut off. It is a value of two numbers, so it can
be kept from call to call.
"""

from dataclasses import dataclass
from math import exp, log

USUAL = 0.5
"""The median pause inside a turn, of a usual caller."""
SHORTEST, LONGEST = 0.25, 3.0
"""Pauses that are less are of the articulation, and such that are more are of something else than speaking."""
LEAST, MOST = 0.8, 2.0
"""Between what the waits are scaled."""
SOON = 0.7
"""Who goes on so soon after we took them to have finished had not."""
_DOUBT = 4.0  # observations of a usual caller that everybody begins with
_MEMORY = 24.0  # observations after which the oldest count for less
_CUT_OFF = 3.0  # observations that a turn cut off counts for
_MARGIN = 1.25
_FLUENT, _FAINT = 0.85, 0.25
_FARTHEST = log(3.0)


@dataclass(frozen=True, slots=True)
class Pauses:
    """What is known of a caller: the mean of the logarithm of how much longer they pause than usual, and its weight."""

    lean: float = 0.0
    weight: float = 0.0

    @property
    def scale(self) -> float:
        """The factor for the waits."""
        return min(MOST, max(LEAST, exp(self.lean * self.weight / (self.weight + _DOUBT))))

    def inside_a_turn(self, pause: float) -> "Pauses":
        """Return what is known after the caller paused so long and went on, unanswered."""
        if not SHORTEST <= pause <= LONGEST:
            return self
        return self._seen(log(pause / USUAL), 1.0)

    def cut_off(self, pause: float, wait: float) -> "Pauses":
        """Return what is known after the caller went on ``pause`` after a turn that had been waited for ``wait``, unscaled."""
        if not 0 < wait <= pause <= LONGEST:
            return self
        return self._seen(log(pause * _MARGIN / wait), _CUT_OFF)

    def finished(self) -> "Pauses":
        """Return what is known after a turn that was over when we took it for over."""
        return self._seen(log(_FLUENT), _FAINT)

    def _seen(self, ratio: float, weight: float) -> "Pauses":
        known = min(self.weight, _MEMORY - weight)
        ratio = max(-_FARTHEST, min(_FARTHEST, ratio))
        return Pauses((self.lean * known + ratio * weight) / (known + weight), known + weight)

"""Everything that is due later, in one heap: setting, moving and cancelling an alarm cost O(log n), asking for the next O(1)."""

import heapq
from collections.abc import Callable, Hashable

Ring = Callable[[float], None]


class Alarms:
    """Named alarms; setting one anew moves it. Cancelled entries stay in the heap until they surface or outnumber the rest."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._set: dict[Hashable, tuple[int, Ring]] = {}
        self._count = 0

    @property
    def deadline(self) -> float | None:
        """When the next alarm rings."""
        heap = self._heap
        while heap and not self._is_current(heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def set(self, name: Hashable, due: float, ring: Ring) -> None:
        """Call ``ring(now)`` once ``due`` has come."""
        self._count += 1
        self._set[name] = (self._count, ring)
        heapq.heappush(self._heap, (due, self._count, name))
        if len(self._heap) > 2 * len(self._set) + 64:
            self._heap = [entry for entry in self._heap if self._is_current(entry)]
            heapq.heapify(self._heap)

    def cancel(self, name: Hashable) -> None:
        """Forget the alarm, if it is set."""
        self._set.pop(name, None)

    def ring(self, now: float) -> None:
        """Ring what is due, in order; what is set meanwhile rings too if it is due already."""
        while (due := self.deadline) is not None and due <= now:
            _, _, name = heapq.heappop(self._heap)
            _, ring = self._set.pop(name)
            ring(now)

    def _is_current(self, entry: tuple[float, int, Hashable]) -> bool:
        found = self._set.get(entry[2])
        return found is not None and found[0] == entry[1]

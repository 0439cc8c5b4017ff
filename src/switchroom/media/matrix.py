"""Who hears whom: what listener i hears is the sum over speakers j of gain[i, j] times what j says.

Nearly all gains are zero, so the matrix is a list of edges, compiled to arrays when it changes and mixed by one
multiplication and one segmented sum. A changed gain slides to its new value within one frame, so that nothing clicks.
"""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import FRAME, Samples

_RISE: npt.NDArray[np.float32] = (np.arange(FRAME, dtype=np.float32) + 1) / np.float32(FRAME)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Some edges, sorted by listener; ``starts`` is where each of ``heard_by`` begins."""

    speakers: npt.NDArray[np.intp]
    gains: npt.NDArray[np.float32]
    heard_by: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Listeners who hear one speaker unchanged, and everybody else."""

    alone: npt.NDArray[np.intp]
    whom: npt.NDArray[np.intp]
    mixed: _Edges


class GainMatrix:
    """Gains between numbered speakers and numbered listeners; a pair that was never set has gain 0."""

    def __init__(self) -> None:
        self._gains: dict[int, dict[int, float]] = {}
        self._before: dict[tuple[int, int], float] = {}  # what edges that changed since the last mix had then
        self._plan: _Plan | None = None
        self._bounds = (0, 0)

    def get(self, listener: int, speaker: int) -> float:
        """Return a gain."""
        return self._gains.get(listener, {}).get(speaker, 0.0)

    def set(self, listener: int, speaker: int, gain: float) -> None:
        """Let ``listener`` hear ``speaker`` at ``gain`` from the next mix on."""
        old = self.get(listener, speaker)
        if old == gain:
            return
        self._before.setdefault((listener, speaker), old)
        self._store(listener, speaker, gain)
        self._plan = None

    def cut(self, listener: int) -> None:
        """Let ``listener`` hear nobody."""
        for speaker in list(self._gains.get(listener, ())):
            self.set(listener, speaker, 0.0)

    def forget(self, listeners: Set[int], speakers: Set[int]) -> None:
        """Remove these ends and every edge at them, at once."""
        for listener in list(self._gains):
            edges = self._gains[listener]
            if listener in listeners or speakers & edges.keys():
                kept = {} if listener in listeners else {s: g for s, g in edges.items() if s not in speakers}
                self._gains[listener] = kept
                if not kept:
                    del self._gains[listener]
        self._before = {k: g for k, g in self._before.items() if k[0] not in listeners and k[1] not in speakers}
        self._plan = None

    def mix(self, sources: Samples, out: Samples) -> None:
        """Fill ``out[listener]`` from ``sources[speaker]``, saturating; ends that are not in the arrays are left out."""
        if self._before:
            self._slide(sources, out)
            return
        plan = self._plan
        if plan is None or self._bounds != (len(sources), len(out)):
            self._bounds = (len(sources), len(out))
            plan = self._plan = self._compile(*self._bounds)
        out[:] = 0
        out[plan.alone] = sources[plan.whom]
        mixed = plan.mixed
        if len(mixed.speakers):
            weighted = sources[mixed.speakers] * mixed.gains[:, None]
            out[mixed.heard_by] = _saturate(np.add.reduceat(weighted, mixed.starts, axis=0))

    def _slide(self, sources: Samples, out: Samples) -> None:
        """Mix one frame in which gains are on their way."""
        total = np.zeros(out.shape, np.float32)
        pairs = {
            (listener, speaker) for listener, edges in self._gains.items() for speaker in edges
        } | self._before.keys()
        for listener, speaker in pairs:
            if listener < len(out) and speaker < len(sources):
                gain = self.get(listener, speaker)
                old = self._before.get((listener, speaker), gain)
                total[listener] += sources[speaker] * (old + (gain - old) * _RISE)
        out[:] = _saturate(total)
        self._before.clear()

    def _store(self, listener: int, speaker: int, gain: float) -> None:
        if gain:
            self._gains.setdefault(listener, {})[speaker] = gain
            return
        edges = self._gains[listener]
        del edges[speaker]
        if not edges:
            del self._gains[listener]

    def _compile(self, speakers: int, listeners: int) -> _Plan:
        alone: list[tuple[int, int]] = []
        mixed: list[tuple[int, int, float]] = []
        for listener, edges in sorted(self._gains.items()):
            known = [(speaker, gain) for speaker, gain in edges.items() if speaker < speakers and listener < listeners]
            if len(known) == 1 and known[0][1] == 1.0:
                alone.append((listener, known[0][0]))
            else:
                mixed += [(listener, speaker, gain) for speaker, gain in known]
        heard_by = np.array([listener for listener, _, _ in mixed], np.intp)
        unique, starts = np.unique(heard_by, return_index=True)
        return _Plan(
            np.array([listener for listener, _ in alone], np.intp),
            np.array([speaker for _, speaker in alone], np.intp),
            _Edges(
                np.array([speaker for _, speaker, _ in mixed], np.intp),
                np.array([gain for _, _, gain in mixed], np.float32),
                unique,
                starts.astype(np.intp),
            ),
        )


def _saturate(total: npt.NDArray[np.float32]) -> Samples:
    return np.clip(np.rint(total, out=total), -32768, 32767, out=total).astype(np.int16)

"""What every benchmark prints: named figures with their units, and what the machine was like meanwhile.

A shared machine is not always the same machine, so a fixed piece of work is timed before and after: compare figures
whose calibrations are alike.
"""

import json
import math
import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. Not a number (there was nothing to measure) is printed as null."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run of a benchmark found."""

    bench: str
    parameters: Mapping[str, object]
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return one line of JSON."""
        figures = {
            name: {"value": None if math.isnan(figure.value) else round(figure.value, 4), "unit": figure.unit}
            for name, figure in self.figures.items()
        }
        return json.dumps({"bench": self.bench, "parameters": dict(self.parameters), "figures": figures})

    def to_text(self) -> str:
        """Return it for a person."""
        width = max(map(len, self.figures), default=0)
        given = ", ".join(f"{name} {value}" for name, value in self.parameters.items())
        lines = [f"  {name:{width}}  {shown(figure.value)} {figure.unit}" for name, figure in self.figures.items()]
        return "\n".join([f"{self.bench}: {given}", *lines])


def show(found: Figures, *, as_json: bool) -> None:
    """Print what was found."""
    print(found.to_json() if as_json else found.to_text())


def shown(value: float) -> str:
    """Return a value with three digits that mean something, or a dash."""
    if math.isnan(value):
        return "-"
    size = abs(value)
    return f"{value:.0f}" if size >= 100 or value == int(value) else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def share(values: Sequence[float], part: float) -> float:
    """Return the value that ``part`` of the values stay below; not a number if there are none."""
    return float(np.quantile(np.asarray(values), part)) if len(values) else math.nan


def known(values: Iterable[float]) -> list[float]:
    """Return the values that are numbers."""
    return [value for value in values if not math.isnan(value)]


def mean(values: Sequence[float]) -> float:
    """Return the mean; not a number if there are no values."""
    return float(np.mean(np.asarray(values))) if len(values) else math.nan


def calibrate(rounds: int = 20) -> float:
    """Return the CPU milliseconds that a fixed piece of work takes now, the median of several."""
    weights = np.ones((256, 256), np.float32)
    taken: list[float] = []
    for _ in range(rounds):
        started = time.thread_time()
        total = 0
        for i in range(20_000):
            total += i & 7
        weights @ weights
        taken.append((time.thread_time() - started) * 1e3)
    return share(taken, 0.5)


def machine() -> str:
    """Return what this machine is, without saying which."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:  # noqa: PTH123 - no file of ours
            names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
        with open("/proc/meminfo", encoding="ascii") as info:  # noqa: PTH123
            memory = int(info.readline().split()[1]) / 2**20
    except (OSError, ValueError, IndexError):
        names, memory = [], math.nan
    cores = os.cpu_count() or 1
    return (
        f"{names[0] if names else model}, {cores} logical CPUs, {shown(memory)} GiB, {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}, numpy {np.__version__}"
    )


def note(message: str) -> None:
    """Tell a person how far it is, beside what is printed."""
    print(message, file=sys.stderr, flush=True)


def gathered(pairs: Iterable[tuple[str, float, str]]) -> dict[str, Figure]:
    """Return (name, value, unit) as figures."""
    return {name: Figure(value, unit) for name, value, unit in pairs}

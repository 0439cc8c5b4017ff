"""How a call went, as the one who made it heard it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said; times are seconds since the call was answered."""

    start: float
    end: float
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class CallReport:
    """Everything about a call. ``failure`` says in a sentence why it failed; empty if it did not."""

    failure: str = ""
    code: str = ""
    ringing: float | None = None
    """Seconds from dialling to the first ringing."""
    answered: float | None = None
    """Seconds from dialling to the answer."""
    greeted: float | None = None
    """Seconds from the answer to the first sound."""
    ended: str = ""
    """Who hung up: ``you`` or ``they``."""
    lines: tuple[Line, ...] = ()
    latencies: tuple[float, ...] = ()
    """For each thing we said that was answered: seconds from its end to the other side's first sound."""
    media: Mapping[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 for a call that worked."""
        return 1 if self.failure else 0


def summary(report: CallReport) -> str:
    """Return the last line for a person to read."""
    if report.failure:
        return f"failed: {report.failure}"
    waits = sorted(report.latencies)
    parts = [f"{len(report.lines)} utterances", f"{report.ended or 'nobody'} hung up"]
    if waits:
        middle = waits[len(waits) // 2]
        parts.append(f"replies after {middle:.2f}s (slowest {waits[-1]:.2f}s)")
    if report.media.get("encrypted"):
        parts.append("encrypted")
    lost = report.media.get("lost", 0.0)
    if lost:
        parts.append(f"{int(lost)} packets lost")
    return ", ".join(parts)

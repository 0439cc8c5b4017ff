"""How the program says what it does: structured logs and counters.

A log line is a static message with named fields. Fields that hold what a person said, typed or is called have marked
names and are dropped on the way out, unless the operator asked for them; so nobody has to remember it at the place
that logs. Counters are plain numbers that only the event loop changes: adding to one costs the tick nothing worth
measuring, which is why they are not a library's locked objects.
"""

import logging
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

MARKED = frozenset(
    {
        "arguments",
        "caller",
        "caller_name",
        "digit",
        "digits",
        "diverted_from",
        "headers",
        "heard",
        "party",
        "prompt",
        "result",
        "said",
        "text",
        "transcript",
        "typed",
        "unheard",
        "user_to_user",
    }
)
"""Fields dropped from logs; so is every field whose name begins with ``personal_``."""


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module; may be called before ``set_up``."""
    return cast("FilteringBoundLogger", structlog.get_logger(module=name))


Report = Callable[[EventDict], None]
"""Takes what was logged as an error, without what is personal."""


def set_up(
    format_: str,
    level: str,
    *,
    keep_personal: bool = False,
    stream: TextIO | None = None,
    report: Report | None = None,
) -> None:
    """Send all logs, also those of libraries, to ``stream`` (standard error) as ``console`` or ``json`` lines.

    ``report`` is given every error as well.
    """
    stream = stream or sys.stderr
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    if format_ == "console":
        plain = structlog.dev.plain_traceback  # the richer ones show variables, and with them what callers said
        renderer = [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]
    out: list[Processor] = renderer if keep_personal else [drop_personal, *renderer]
    if report is not None:
        out = [partial(_reported, report), *out]
    structlog.configure(
        processors=[*shared, *out],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,  # tests set up anew; a line a second is not worth a cache
    )
    libraries = logging.StreamHandler(stream)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *out],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [libraries]
    root.setLevel(max(threshold, logging.WARNING))  # what libraries say below a warning is theirs


def _reported(report: Report, logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    if fields.get("level") in {"error", "critical"}:
        report(drop_personal(logger, method, fields))
    return fields


def drop_personal(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """Remove what a person said, typed or is called, also from fields that are mappings."""
    return cast("MutableMapping[str, object]", _impersonal(fields))


def _impersonal(fields: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _impersonal(value) if isinstance(value, Mapping) else value
        for name, value in fields.items()
        if name not in MARKED and not name.startswith("personal_")
    }


@dataclass(slots=True)
class Counter:
    """Only grows. Add to ``value`` itself where speed matters."""

    value: float = 0

    def add(self, amount: float = 1) -> None:
        """Count ``amount`` more."""
        self.value += amount


@dataclass(slots=True)
class Histogram:
    """How often values fell at or below each of ``bounds``."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Take one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def quantile(self, share: float) -> float:
        """Return the bound below which ``share`` of the values lie (infinity above the last); 0 without values."""
        wanted = share * sum(self.counts)
        seen = 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            seen += count
            if count and seen >= wanted:
                return bound
        return 0.0


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counters that somebody else keeps, by what they count."""

    read: Callable[[], Mapping[str, int]]


@dataclass(slots=True)
class _Family:
    kind: str
    help: str
    members: dict[str, Counter | Histogram | _Counts | Callable[[], float]] = field(default_factory=dict)


LATENCY = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)


class Metrics:
    """Every figure of this process, as Prometheus reads them. Ask once for a member and keep it: asking is a look-up."""

    def __init__(self) -> None:
        self._families: dict[str, _Family] = {}

    def counter(self, name: str, help_: str, **labels: str) -> Counter:
        """Return the counter of that name and those labels."""
        return cast("Counter", self._family(name, "counter", help_).members.setdefault(_label(labels), Counter()))

    def histogram(self, name: str, help_: str, bounds: Sequence[float] = LATENCY, **labels: str) -> Histogram:
        """Return the histogram of that name and those labels."""
        members = self._family(name, "histogram", help_).members
        return cast("Histogram", members.setdefault(_label(labels), Histogram(bounds)))

    def gauge(self, name: str, help_: str, read: Callable[[], float], **labels: str) -> None:
        """Report what ``read`` returns when the page is asked for."""
        self._family(name, "gauge", help_).members[_label(labels)] = read

    def counts(self, name: str, help_: str, label: str, read: Callable[[], Mapping[str, int]]) -> None:
        """Report what ``read`` returns when the page is asked for: a counter for each of its keys, which become ``label``."""
        self._family(name, "counter", help_).members[label] = _Counts(read)

    def _family(self, name: str, kind: str, help_: str) -> _Family:
        return self._families.setdefault(name, _Family(kind, help_))

    def text(self) -> str:
        """Return everything in Prometheus' text format, version 0.0.4."""
        return "".join(f"{line}\n" for name, family in self._families.items() for line in _lines(name, family))


def _label(labels: Mapping[str, str]) -> str:
    def quoted(value: str) -> str:
        return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    return ",".join(f'{name}="{quoted(value)}"' for name, value in sorted(labels.items()))


def _lines(name: str, family: _Family) -> Iterator[str]:
    yield f"# HELP {name} {family.help}"
    yield f"# TYPE {name} {family.kind}"
    for labels, member in family.members.items():
        braced = f"{{{labels}}}" if labels else ""
        match member:
            case Counter():
                yield f"{name}{braced} {member.value:.17g}"
            case Histogram():
                yield from _buckets(name, labels, member)
            case _Counts(read):
                for what, count in sorted(read().items()):
                    yield f"{name}{{{_label({labels: what})}}} {count}"
            case _:
                yield f"{name}{braced} {member():.17g}"


def _buckets(name: str, labels: str, member: Histogram) -> Iterator[str]:
    prefix = f"{labels}," if labels else ""
    braced = f"{{{labels}}}" if labels else ""
    count = 0
    for bound, more in zip((*map(str, member.bounds), "+Inf"), member.counts, strict=True):
        count += more
        yield f'{name}_bucket{{{prefix}le="{bound}"}} {count}'
    yield f"{name}_sum{braced} {member.total:.17g}"
    yield f"{name}_count{braced} {count}"

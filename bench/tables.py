"""The tables of ``docs/benchmarks.md``: what stands between a pair of markers is rewritten, everything else is kept."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Figure, Figures, shown

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

_END = "<!-- end -->"

Column = tuple[str, tuple[str, ...]]
"""A heading, and the figures that share the cell."""

_COST: Sequence[Column] = (
    ("CPU ms per call-second", ("cpu_per_call_second",)),
    ("of it voice network", ("cpu_of_voice_network",)),
    ("cores", ("core_use",)),
    ("tick late ms p50 / p99", ("tick_late_p50", "tick_late_p99")),
    ("tick work ms p50 / p99", ("tick_work_p50", "tick_work_p99")),
    ("MiB base", ("memory_base",)),
    ("MiB per call", ("memory_per_call",)),
    ("calibration", ("calibration",)),
)
_TALK: Sequence[Column] = (
    ("reply added ms p50 / p95", ("reply_added_p50", "reply_added_p95")),
    ("less writing p50 / p95", ("reply_added_less_writing_p50", "reply_added_less_writing_p95")),
    ("barge-in pause ms p50 / p95", ("barge_in_pause_p50", "barge_in_pause_p95")),
    ("given up ms p50 / p95", ("barge_in_decision_p50", "barge_in_decision_p95")),
    ("gap at uh-huh p50", ("nod_gap_p50",)),
    ("at a cough p50 / p95", ("cough_gap_p50", "cough_gap_p95")),
    ("INVITE to greeting ms p50 / p95", ("invite_to_greeting_p50", "invite_to_greeting_p95")),
)
_FAULTS: Sequence[Column] = (
    ("calls failed", ("calls_failed",)),
    ("replies", ("replies_expected",)),
    ("missing", ("replies_missing",)),
    ("barge-ins missed", ("barge_ins_missed",)),
    ("false interruptions", ("false_interruptions",)),
    ("last words lost", ("last_words_lost",)),
    ("events lost", ("events_lost",)),
    ("load late ms p95", ("load_late_p95",)),
)
_STAGES = ("hearing", "decision", "text", "voice", "wire")


def rewrite(page: str, machine: str, found: Sequence[Figures]) -> str:
    """Return the page with the tables of everything that was found."""
    by_bench: dict[str, list[Figures]] = {}
    for figures in found:
        by_bench.setdefault(figures.bench, []).append(figures)
    parts = {"machine": machine}
    if engine := by_bench.get("engine"):
        parts["cost"] = _by_calls(engine, _COST)
        parts["talk"] = _by_calls(engine, _TALK)
        parts["faults"] = _by_calls(engine, _FAULTS)
        parts["stages"] = _stages(engine)
    for bench in (
        "start",
        "vad",
        "sip",
        "storm",
        "registrar",
        "srtp",
        "wire",
        "turns",
        "virtual",
        "hosted",
        "webhooks",
        "deaths",
        "api_reads",
    ):
        if bench in by_bench:
            parts[bench] = _list(by_bench[bench][-1].figures)
    for run in by_bench.get("arrivals", []):
        parts[f"arrivals {run.parameters['transport']}"] = _list(run.figures)
    for name, table in parts.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        if mark:
            page = f"{before}{mark}{table}\n{rest[rest.index(_END) :]}"
    return page


def _by_calls(runs: Sequence[Figures], columns: Sequence[Column]) -> str:
    rows = [
        [str(run.parameters["calls"]), *(_cell(run.figures, names) for _, names in columns)]
        for run in sorted(runs, key=lambda run: int(str(run.parameters["calls"])))
    ]
    return _table(["calls", *(heading for heading, _ in columns)], rows)


def _stages(runs: Sequence[Figures]) -> str:
    rows = [
        [str(run.parameters["calls"])]
        + [_cell(run.figures, (f"added_by_{stage}_p50", f"added_by_{stage}_p95")) for stage in _STAGES]
        for run in sorted(runs, key=lambda run: int(str(run.parameters["calls"])))
    ]
    return _table(["calls", *(f"{stage} p50 / p95" for stage in _STAGES)], rows)


def _list(figures: Mapping[str, Figure]) -> str:
    rows = [[name.replace("_", " "), shown(figure.value), figure.unit] for name, figure in figures.items()]
    return _table(["figure", "value", "unit"], rows)


def _cell(figures: Mapping[str, Figure], names: Sequence[str]) -> str:
    return " / ".join(shown(figures.get(name, Figure(math.nan, "")).value) for name in names)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

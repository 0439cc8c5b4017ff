"""Runs every benchmark, prints what it finds as it goes, and rewrites the tables of ``docs/benchmarks.md``.

It takes about nine minutes. All raw figures are kept in ``var/benchmarks.json``.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence

from bench.engine import ROOT
from bench.figures import Figure, Figures, machine, note
from bench.tables import PAGE, rewrite

_ALONE = (
    "start",
    "virtual",
    "sip",
    "storm",
    "registrar",
    "srtp",
    "wire",
    "vad",
    "turns",
    "hosted",
    "webhooks",
    "deaths",
    "api_reads",
)
_TRANSPORTS = ("udp", "tcp")
_CALLS = (1, 10, 50, 100, 150, 200)


def run(name: str, *arguments: str) -> Figures:
    """Run one benchmark in a process of its own."""
    note(f"bench.{name} {' '.join(arguments)}")
    command = [sys.executable, "-m", f"bench.{name}", *arguments, "--json"]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    found = json.loads(printed)
    figures = {
        key: Figure(float("nan") if value["value"] is None else value["value"], value["unit"])
        for key, value in found["figures"].items()
    }
    return Figures(found["bench"], found["parameters"], figures)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--calls", type=int, nargs="*", default=_CALLS, help="how many calls the engine is given")
    given = parser.parse_args(arguments)
    found: list[Figures] = []
    for name in _ALONE:
        found.append(run(name))
        print(found[-1].to_text(), flush=True)
    for transport in _TRANSPORTS:
        found.append(run("arrivals", "--transport", transport))
        print(found[-1].to_text(), flush=True)
    for calls in given.calls:
        found.append(run("engine", "--calls", str(calls)))
        print(found[-1].to_text(), flush=True)
    kept = ROOT / "var" / "benchmarks.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("\n".join(figures.to_json() for figures in found) + "\n", encoding="utf-8")
    PAGE.write_text(rewrite(PAGE.read_text(encoding="utf-8"), machine(), found), encoding="utf-8")
    note(f"{PAGE.relative_to(ROOT)} is up to date; raw figures are in {kept.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

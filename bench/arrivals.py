"""Calls per second that one core accepts over real sockets: INVITE, 100, 180, 200, ACK, BYE, 200, and no media.

Three processes: this one only starts the others and reckons; ``acceptor`` is the SIP endpoint, alone on one CPU; sipp calls it
from another, its own scenario ``uac``, at one rate after the other. A rate is sustained if every call was answered and ended, and
none was asked for twice.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.engine import memory, started
from bench.figures import Figure, Figures, calibrate, show

RATES = (150, 300, 600, 900, 1200)
"""Three seconds of each stay below the transactions that the user agent keeps (50,000, for 32 s each)."""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one rate. ``cpu`` is the subject's, in seconds."""

    rate: int
    asked: int
    succeeded: int
    repeated: int
    cpu: float

    @property
    def sustained(self) -> bool:
        """Whether all went as it should."""
        return self.succeeded == self.asked and self.repeated == 0


@dataclass(frozen=True, slots=True)
class Load:
    """What to do to the endpoint; ``seconds`` is for how long each rate is kept up."""

    transport: str = "udp"
    rates: tuple[int, ...] = RATES
    seconds: int = 3


def rounds(subject: "subprocess.Popen[bytes]", load: Load) -> Iterator[Round]:
    """Call at one rate after the other until one is too much."""
    assert subject.stdin is not None
    assert subject.stdout is not None
    port = json.loads(subject.stdout.readline())["port"]
    before = _asked(subject)
    for rate in load.rates:
        with tempfile.TemporaryDirectory() as folder:
            succeeded, repeated = _sipp(Path(folder), port, load.transport, rate, rate * load.seconds)
        after = _asked(subject)
        found = Round(rate, rate * load.seconds, succeeded, repeated, after - before)
        before = after
        yield found
        if not found.sustained:
            return


def _asked(subject: "subprocess.Popen[bytes]") -> float:
    assert subject.stdin is not None
    assert subject.stdout is not None
    subject.stdin.write(b"\n")
    subject.stdin.flush()
    return float(json.loads(subject.stdout.readline())["cpu"])


def _sipp(folder: Path, port: int, transport: str, rate: int, calls: int) -> tuple[int, int]:
    """Return how many calls succeeded and how many requests had to be repeated."""
    kinds = {"udp": "u1", "tcp": "t1"}
    options = ["-sn", "uac", "-t", kinds[transport], "-r", str(rate), "-m", str(calls), "-l", str(2 * rate), "-d", "1"]
    quiet = ["-nostdin", "-timeout", "60s", "-trace_stat", "-stf", "stat.csv", "-fd", "1"]
    cpus = sorted(os.sched_getaffinity(0))
    subprocess.run(
        ["sipp", f"127.0.0.1:{port}", "-i", "127.0.0.1", *options, *quiet],
        cwd=folder,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, set(cpus[1:]) or {cpus[0]}),
    )
    with (folder / "stat.csv").open(encoding="ascii") as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    return int(last["SuccessfulCall(C)"]), int(last["Retransmissions(C)"])


def measure(load: Load, profile: Path | None = None) -> Figures:
    """Measure."""
    before = calibrate()
    cpus = sorted(os.sched_getaffinity(0))
    with started(["bench.acceptor", *([str(profile)] if profile else [])], {cpus[0]}) as subject:
        empty = memory(subject.pid, "Anonymous")
        done = list(rounds(subject, load))
        grown = memory(subject.pid, "Anonymous") - empty
        subject.communicate(timeout=60)
    figures: dict[str, Figure] = {}
    sustained = [one for one in done if one.sustained]
    for one in done:
        figures[f"cpu_per_call_at_{one.rate}"] = Figure(one.cpu / one.asked * 1e3, "ms")
    calls, cpu = sum(one.asked for one in sustained), sum(one.cpu for one in sustained)
    figures["calls_per_cpu_second"] = Figure(calls / cpu if cpu else float("nan"), "calls on one core")
    figures["sustained"] = Figure(max((one.rate for one in sustained), default=0), "calls per second, none repeated")
    kept = sum(one.succeeded for one in done)
    figures["memory_per_call_remembered"] = Figure(grown * 1024 / max(1, kept), "KiB for 32 s after its end")
    figures["calibration"] = Figure((before + calibrate()) / 2, "ms CPU")
    return Figures("arrivals", {"transport": load.transport, "seconds": load.seconds}, figures)


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transport", choices=("udp", "tcp"), default="udp")
    parser.add_argument("--seconds", type=int, default=3, help="how long each rate is kept up")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="calls per second")
    parser.add_argument("--profile", type=Path, help="where to write a profile of the subject")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = Load(given.transport, tuple(given.rates), given.seconds)
    show(measure(load, given.profile), as_json=given.json)


if __name__ == "__main__":
    main()

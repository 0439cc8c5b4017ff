"""The whole program from nothing to ready: how long it takes, and what it holds before the first call."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.engine import ROOT, memory
from bench.figures import Figures, calibrate, gathered, show

_RUN = "from switchroom.cli import app; app()"
_TICKS = os.sysconf("SC_CLK_TCK")


def _cpu(process: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _workers(process: int) -> list[int]:
    """Return the processes that a process started."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in found.split()]


def measure() -> Figures:
    """Start it with an empty database, look, and stop it."""
    before = calibrate()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"DATA": folder, "SIP__HOST": "127.0.0.1", "SIP__PORT": "0", "WEB__PORT": "0"}
        environment = {**os.environ, **{f"SWITCHROOM_{name}": value for name, value in settings.items()}}
        started = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-c", _RUN, "serve"], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        ) as program:
            assert program.stdout is not None
            while b"ready" not in (line := program.stdout.readline()):
                assert line, "it ended before it was ready"
            ready = time.monotonic() - started
            cpu = _cpu(program.pid)
            time.sleep(2.0)
            base = memory(program.pid)
            workers = [memory(worker) for worker in _workers(program.pid)]
            program.terminate()
            program.communicate(timeout=30)
    found = [
        ("ready_after", ready, "s"),
        ("cpu_until_ready", cpu, "s"),
        ("memory_base", base, "MiB PSS"),
        ("memory_of_speech_workers", sum(workers), f"MiB PSS in {len(workers)} processes"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("start", {}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()

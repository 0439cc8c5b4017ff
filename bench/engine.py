"""The engine under load: N calls of real speech over SIP and RTP on loopback, everything that is not the engine scripted.

Three processes: this one only starts the others and reckons; ``subject`` is the engine, alone on one CPU; ``callers`` is the
load, on another. What is reckoned per second of call comes from the time in which all calls were up.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import dialogue
from bench.figures import Figures, note, show
from bench.outcome import Recorded, reckon

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Load:
    """What to do to the engine. ``seconds`` cuts the dialogue short, ``record`` writes recordings.

    ``guesses`` is how often a turn may be answered before it is over, ``model`` the time until its first word.
    """

    calls: int
    seconds: float = 120.0
    spread: float = 6.0
    record: bool = False
    guesses: int = 0
    model: float = dialogue.MODEL


def run(load: Load) -> Figures:
    """Run it once."""
    for voice in dialogue.VOICES:
        dialogue.make(voice)
    cpus = sorted(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory()) if load.record else None
        scripted = {"recordings": folder, "guesses": load.guesses, "model": load.model}
        subject = stack.enter_context(started(["bench.subject", json.dumps(scripted)], {cpus[0]}))
        assert subject.stdin is not None
        assert subject.stdout is not None
        port = json.loads(subject.stdout.readline())["port"]
        base, empty = memory(subject.pid), memory(subject.pid, "Anonymous")
        given = {"port": port, "calls": load.calls, "seconds": load.seconds, "spread": load.spread}
        callers = stack.enter_context(started(["bench.callers", json.dumps(given)], set(cpus[1:]) or {cpus[0]}))
        longest = min(load.seconds, max(dialogue.make(voice).duration for voice in dialogue.VOICES))
        time.sleep(1.0 + load.spread + max(0.5, (longest - load.spread) * 0.7))
        grown = memory(subject.pid, "Anonymous") - empty
        heard = json.loads(callers.communicate(timeout=longest + 60)[0])
        time.sleep(3.0)  # the last words are understood, the journal is closed
        noticed = json.loads(subject.communicate(b"\n", timeout=60)[0])
    recorded = Recorded(noticed, heard, (base, grown), load.seconds, load.model)
    parameters = {
        "calls": load.calls,
        "seconds": round(longest, 1),
        "record": load.record,
        "cpus": min(2, len(cpus)),
        "guesses": load.guesses,
        "model": load.model,
    }
    return Figures("engine", parameters, reckon(recorded))


@contextlib.contextmanager
def started(arguments: list[str], cpus: set[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our modules on these CPUs, before all that else is going on there if we may."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    def settle() -> None:
        os.sched_setaffinity(0, cpus)
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        preexec_fn=settle,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def memory(process: int, kind: str = "Pss") -> float:
    """Return the proportional set size in MiB, or only what is shared with no file and no other process (``Anonymous``)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120.0, help="cut the dialogue short")
    parser.add_argument("--spread", type=float, default=6.0, help="seconds over which the calls begin")
    parser.add_argument("--record", action="store_true", help="record every call")
    parser.add_argument("--speculate", action="store_true", help="let replies be begun before the turn is over")
    parser.add_argument("--model", type=float, default=dialogue.MODEL, help="seconds until the model's first word")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    note(f"{given.calls} calls ...")
    guesses = 3 if given.speculate else 0
    load = Load(given.calls, given.seconds, given.spread, given.record, guesses, given.model)
    show(run(load), as_json=given.json)


if __name__ == "__main__":
    main()

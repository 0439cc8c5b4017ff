"""Webhooks: what is journaled and delivered with fifty endpoints, and what ``kill -9`` in the middle costs.

Three processes beside each other, as on a machine of its own: who journals events, the worker, and who receives (all fifty
endpoints, over HTTP on loopback, each event in a file before it is answered). ``spread``: 1,000 events a second of fifty tenants
with an endpoint each. ``burst``: the events of one tenant all whose fifty endpoints hear everything: as fast as the worker can.
``killed``: as spread, but the worker and then the receiver are killed in the middle and started again; waits are shortened.
"""

import argparse
import asyncio
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.postgresql import Postgresql

from bench.figures import Figures, calibrate, gathered, show
from bench.hook_actors import Actors, acting, endpoints

_ENDPOINTS = 50
_RATE = 1000.0


def spread(actors: Actors, seconds: float) -> dict[str, tuple[float, str]]:
    """Journal at the rate, every event for one endpoint."""
    actors.receiver()
    asyncio.run(endpoints(actors.url, actors.port, _ENDPOINTS, _ENDPOINTS))
    worker = actors.worker()
    began = time.perf_counter()
    told = _told(actors.writer(_RATE, seconds, _ENDPOINTS))
    ended = time.perf_counter()
    actors.until_came(int(told["written"]))
    lag = time.perf_counter() - ended
    return {
        "spread events journaled per second": (told["rate"], "events"),
        "spread journal transaction p50": (told["p50"] * 1e3, "ms"),
        "spread journal transaction at most": (told["most"] * 1e3, "ms"),
        "spread deliveries per second": (
            told["written"] / (ended - began + lag),
            "deliveries, start-up of the writer included",
        ),
        "spread seconds until the last was delivered": (lag, "s after the last event"),
        "spread worker cpu per delivery": (_cpu(worker.pid) / told["written"] * 1e6, "us CPU"),
    }


def burst(actors: Actors, events: int) -> dict[str, tuple[float, str]]:
    """Journal events at once, each for all endpoints, and then let the worker loose."""
    actors.receiver()
    asyncio.run(endpoints(actors.url, actors.port, _ENDPOINTS))
    _told(actors.writer(events, 1.0))
    count = len(actors.written()) * _ENDPOINTS
    worker = actors.worker()
    began = time.perf_counter()
    actors.until_came(count)
    took = time.perf_counter() - began
    return {
        "burst deliveries": (count, "deliveries"),
        "burst deliveries per second": (count / took, "deliveries"),
        "burst worker cpu per delivery": (_cpu(worker.pid) / count * 1e6, "us CPU"),
        "burst deliveries per cpu second": (count / _cpu(worker.pid), "deliveries on one core"),
    }


def killed(actors: Actors, seconds: float) -> dict[str, tuple[float, str]]:
    """Kill the worker after a third, the receiver after two thirds, and count what is missing at the end."""
    receiver = actors.receiver()
    asyncio.run(endpoints(actors.url, actors.port, _ENDPOINTS, _ENDPOINTS))
    worker = actors.worker("quick")
    writer = actors.writer(_RATE, seconds, _ENDPOINTS)
    actors.until_came(int(_RATE * seconds / 3))
    worker.kill()
    actors.worker("quick")
    actors.until_came(int(_RATE * seconds * 2 / 3))
    receiver.kill()
    receiver.wait()
    actors.receiver()
    written = int(_told(writer)["written"])
    while len(actors.came()) < written:
        actors.until_came(actors.count() + 1)
    came = actors.came()
    acknowledged = set(actors.written())
    return {
        "killed events acknowledged": (len(acknowledged), "events"),
        "killed events lost": (len(acknowledged - {line.split(" ")[1] for line in came}), "events"),
        "killed deliveries repeated": (came.total() - len(came), "deliveries"),
    }


def _told(writer: subprocess.Popen[str]) -> dict[str, float]:
    printed, _ = writer.communicate()
    told: dict[str, float] = json.loads(printed)
    return told


def _cpu(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _scene(server: Postgresql | None) -> Iterator[Actors]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db" if server is None else server.create()
        with acting(url, Path(folder)) as actors:
            yield actors


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long events are journaled")
    parser.add_argument("--events", type=int, default=400, help="of the burst")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server of its own instead of SQLite")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    server = Postgresql() if given.postgresql else None
    found: dict[str, tuple[float, str]] = {"calibration": (calibrate(), "ms CPU")}
    try:
        with _scene(server) as actors:
            found |= spread(actors, given.seconds)
        with _scene(server) as actors:
            found |= burst(actors, given.events)
        with _scene(server) as actors:
            found |= killed(actors, given.seconds)
    finally:
        if server is not None:
            server.close()
    parameters = {"seconds": given.seconds, "endpoints": _ENDPOINTS, "database": "postgresql" if server else "sqlite"}
    show(
        Figures("webhooks", parameters, gathered((name, *figure) for name, figure in found.items())), as_json=given.json
    )


if __name__ == "__main__":
    main()

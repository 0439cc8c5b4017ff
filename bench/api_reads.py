"""Reads of the API: 300 a second of a whole program on SQLite with 10,000 calls in it, from the wire.

The program is ``switchroom serve`` as it is, in a process on one CPU; who asks is a process on another and keeps its connections. A
request is due at its time, whether earlier ones were answered or not, and its wait counts from then. Where the system allows it
both run with real-time priority, because other work runs beside.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from tests.end_to_end.program import Program, serving
from tests.storage.stories import Story

from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.history.reader import HistoryReader
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.schema import upgrade

_CONNECTIONS = 24
_KINDS = {"agents": 0.25, "calls": 0.25, "call": 0.3, "transcript": 0.2}
_COPIED = {"voice_calls": "id", "transcripts": "call_id", "turns": "call_id"}
"""Tables by the column that names the call. Events are not copied: the journal's readers would be busy with them meanwhile."""


@dataclass(slots=True)
class Asked:
    """The waits of each kind of request, in seconds, and what was not answered by 200."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    wrong: int = 0


async def filled(data: Path, calls: int) -> None:
    """Give the demo's tenant one call that was told to the journal, and copies of it."""
    path = data / "switchroom.db"
    with sqlite3.connect(path) as connection:
        tenant = TenantId(connection.execute("SELECT tenant_id FROM agents").fetchone()[0])
    connection.close()
    database = Database(f"sqlite:///{path}")
    await upgrade(database)
    journal = Journal(database)
    await journal.write(Story("call_0", tenant).whole())
    await HistoryReader(journal).catch_up()
    await database.close()
    with sqlite3.connect(path) as connection:
        for table, key in _COPIED.items():
            _copy(connection, table, key, calls)
    connection.close()


def _copy(connection: sqlite3.Connection, table: str, key: str, calls: int) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "number"]
    made = {key: "'call_' || i"}
    values = ", ".join(made.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    numbers = f"WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {calls - 1})"
    connection.execute(
        f"INSERT INTO {table} ({names}) {numbers} SELECT {values} FROM {table}, numbers WHERE {key} = 'call_0'"
    )


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def get(self, path: str) -> int:
        """Return the status of the answer, when all of it is there."""
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}\r\n\r\n".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await self._reader.readexactly(length)
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        self._writer.close()


def path_of(kind: str, calls: int) -> str:
    """Return what is asked for."""
    call = f"/api/v1/calls/call_{random.randrange(calls)}"
    return {"agents": "/api/v1/agents", "calls": "/api/v1/calls", "call": call, "transcript": f"{call}/transcript"}[
        kind
    ]


async def load(port: int, token: str, rate: float, seconds: float, calls: int) -> Asked:
    """Ask at ``rate`` for ``seconds``."""
    asked = Asked()
    idle: asyncio.Queue[Client] = asyncio.Queue(_CONNECTIONS)
    for _ in range(_CONNECTIONS):
        client = Client(port, token)
        await client.open()
        idle.put_nowait(client)
    loop = asyncio.get_running_loop()

    async def ask(kind: str, due: float) -> None:
        client = await idle.get()
        asked.wrong += await client.get(path_of(kind, calls)) != 200
        asked.waits[kind].append(loop.time() - due)
        idle.put_nowait(client)

    began = loop.time() + 0.1
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            kind = random.choices(list(_KINDS), list(_KINDS.values()))[0]
            group.create_task(ask(kind, due))
    while not idle.empty():
        idle.get_nowait().close()
    return asked


async def measured(rate: float, seconds: float, calls: int) -> dict[str, tuple[float, str]]:
    """Run program and load."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        async with serving(data) as first:
            first.process.terminate()
            await first.ends()
        await filled(data, calls)
        async with serving(data, SWITCHROOM_LOG_LEVEL="warning") as program:
            login = json.loads((data / "demo-login.json").read_text())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{program.port + 1}") as client:
                credentials = {"email": login["email"], "password": login["password"]}
                token = (await client.post("/api/auth/login", json=credentials)).json()["access_token"]
            _favoured(program)
            await load(program.port + 1, token, rate / 3, 2.0, calls)  # what is lazy is loaded now
            before = _cpu(program)
            asked = await load(program.port + 1, token, rate, seconds, calls)
            spent = _cpu(program) - before
    every = [wait for waits in asked.waits.values() for wait in waits]
    found = {
        f"wait {part}": (share(every, quantile) * 1e3, "ms")
        for part, quantile in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("at most", 1.0))
    }
    found |= {f"{kind} p99": (share(waits, 0.99) * 1e3, "ms") for kind, waits in asked.waits.items()}
    return found | {
        "requests": (len(every), "requests"),
        "answered by another status than 200": (asked.wrong, "requests"),
        "cpu per request": (spent / len(every) * 1e3, "ms CPU"),
    }


def _favoured(program: Program) -> None:
    """Give the program and us a CPU each, and priority over everything else where the system allows it."""
    cpus = sorted(os.sched_getaffinity(0))
    for task in Path(f"/proc/{program.process.pid}/task").iterdir():
        _favour(int(task.name), cpus[0])
    _favour(0, cpus[-1])


def _favour(thread: int, cpu: int) -> None:
    os.sched_setaffinity(thread, {cpu})
    with suppress(PermissionError):
        os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(1))


def _cpu(program: Program) -> float:
    fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(prog="python -m bench.api_reads", description=__doc__)
    parser.add_argument("--rate", type=float, default=300.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--calls", type=int, default=10_000, help="calls in the database")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    random.seed(1)
    found: dict[str, tuple[float, str]] = {"calibration": (calibrate(), "ms CPU")}
    began = time.perf_counter()
    found |= asyncio.run(measured(given.rate, given.seconds, given.calls))
    found["whole run"] = (time.perf_counter() - began, "s")
    parameters = {"rate": given.rate, "seconds": given.seconds, "calls": given.calls}
    show(
        Figures("api_reads", parameters, gathered((name, *figure) for name, figure in found.items())),
        as_json=given.json,
    )


if __name__ == "__main__":
    main()

"""How soon the others know that a process was killed (``kill -9``), and have closed its calls.

A worker runs in this process, with PostgreSQL and Redis. Each victim is a process that is one of the installation and has an open
call in the journal; it is killed, and the time is taken until history says that the call has failed.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis

from bench.engine import ROOT
from bench.figures import Figures, calibrate, gathered, note, show
from switchroom.events.catalogue import CallStarted
from switchroom.fleet.membership import membership
from switchroom.fleet.registry import Process, Registry
from switchroom.history.service import CallHistory
from switchroom.identity import AgentId, CallId, EventId, TenantId, new_id
from switchroom.observability import set_up
from switchroom.roles.running import opened
from switchroom.settings import Settings, WebSettings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal

_TENANT = TenantId("tnt_bench")


async def victim(url: str) -> None:
    """Be one of the processes, with a call, until killed; prints the call."""
    database = Database(url)
    process = Process(new_id("eng"), "engine", "bench", "0", time.time())
    registry = Registry(database)
    async with membership(registry, process):
        await registry.place(process.id, sip="", web="http://bench", most=0)
        call = CallId(new_id("call"))
        started = CallStarted(
            id=EventId(new_id("evt")),
            tenant=_TENANT,
            call=call,
            sequence=1,
            at=time.time(),
            direction="inbound",
            source="phone_gateway",
            agent=AgentId("agt_bench"),
            caller="",
            engine=process.id,
        )
        await Journal(database).write([started])
        print(call, flush=True)
        await asyncio.get_running_loop().create_future()


async def _closed(history: CallHistory, url: str) -> float:
    """Kill a victim; return the seconds until its call was closed."""
    command = [sys.executable, "-m", "bench.deaths", "--victim", url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    call = CallId((await process.stdout.readline()).decode().strip())
    await asyncio.sleep(2.0)  # the others have seen it by then, and history has its call
    process.kill()
    began = time.perf_counter()
    while (await history.call(call, _TENANT)).state != "ended":  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.02)
    took = time.perf_counter() - began
    await process.wait()
    return took


async def measured(url: str, redis: str, times: int) -> list[float]:
    """Return the seconds of each death."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder), database_url=url, redis_url=redis, role="worker", web=WebSettings(port=0), demo=False
        )
        async with opened(settings):
            database = Database(url)
            history = CallHistory(database, Journal(database))
            took = []
            for number in range(times):
                took.append(await _closed(history, url))
                note(f"death {number + 1}: {took[-1]:.2f} s")
            await database.close()
    return took


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(prog="python -m bench.deaths", description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--victim", default="", help="be one, on this database")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.victim:
        asyncio.run(victim(given.victim))
        return
    set_up("console", "critical")
    calibration = calibrate()
    server, redis = Postgresql(), Redis()
    try:
        took = asyncio.run(measured(server.create(), redis.url, given.times))
    finally:
        redis.close()
        server.close()
    figures = [
        ("calibration", calibration, "ms CPU"),
        ("call of a killed process closed after, median", statistics.median(took), "s"),
        ("call of a killed process closed after, at most", max(took), "s"),
    ]
    show(Figures("deaths", {"times": given.times}, gathered(figures)), as_json=given.json)


if __name__ == "__main__":
    main()

"""The processes of a scene with webhooks: who writes, who works, who receives; each can be killed and started again."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.engine import ROOT
from bench.hook_worker import SECRET
from bench.hook_writer import tenant
from switchroom.hooks.endpoints import Wanted, Webhooks
from switchroom.settings import WebhookSettings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.schema import upgrade
from switchroom.storage.vault import Vault


class Actors:
    """On one database, with files in one folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.received = folder / "received"
        self.acknowledged = folder / "acknowledged"
        self.port = 0
        self._running: list[subprocess.Popen[str]] = []

    def receiver(self) -> subprocess.Popen[str]:
        """Start who receives; again on the same port."""
        started = self._start("hook_receiver", str(self.received), str(self.port))
        self.port = int(_line(started))
        return started

    def worker(self, *how: str) -> subprocess.Popen[str]:
        """Start a worker, and wait until it works."""
        started = self._start("hook_worker", self.url, *how)
        assert _line(started) == "READY\n"
        return started

    def writer(self, rate: float, seconds: float, tenants: int = 1) -> subprocess.Popen[str]:
        """Start who writes, for so many tenants in turn."""
        return self._start("hook_writer", self.url, str(self.acknowledged), str(rate), str(seconds), str(tenants))

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"bench.{name}", *arguments]
        started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._running.append(started)
        return started

    def came(self) -> Counter[str]:
        """Return how often what came: a path and an event's id each."""
        return Counter(_lines(self.received))

    def count(self) -> int:
        """Return how many requests came."""
        return self.received.read_bytes().count(b"\n") if self.received.exists() else 0

    def written(self) -> list[str]:
        """Return the ids of the events that were acknowledged."""
        return _lines(self.acknowledged)

    def until_came(self, count: int) -> None:
        """Wait until so many requests came."""
        while self.count() < count:
            time.sleep(0.05)

    def close(self) -> None:
        """End what still runs."""
        for process in self._running:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def acting(url: str, folder: Path) -> Iterator[Actors]:
    """Give actors; they end with the context."""
    actors = Actors(url, folder)
    try:
        yield actors
    finally:
        actors.close()


async def endpoints(url: str, port: int, count: int, tenants: int = 1) -> None:
    """Make the database, and so many endpoints, of so many tenants in turn, which hear of everything."""
    database = Database(url)
    await upgrade(database)
    hooks = Webhooks(Journal(database), Vault(SECRET), time.time, WebhookSettings(private=True, http=True))
    for place in range(count):
        await hooks.create(tenant(place % tenants), Wanted(url=f"http://127.0.0.1:{port}/{place}"))
    await database.close()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _lines(path: Path) -> list[str]:
    whole = path.read_text() if path.exists() else ""
    return whole[: whole.rfind("\n") + 1].splitlines()  # a line that was cut off was not acknowledged

"""The worker of webhooks alone in a process: ``python -m bench.hook_worker DATABASE_URL [quick]``; it says READY when it works.

``quick`` shortens leases, waits and rests, so that what takes a minute after ``kill -9`` takes seconds.
"""

import asyncio
import signal
import sys
import time

from switchroom.breaker import Rest
from switchroom.hooks import claims, lane, schedule
from switchroom.hooks.deliverer import Deliverer
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.sending import Reach
from switchroom.hosting import hosting
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.vault import Vault

SECRET = "s" * 32


def hurry() -> None:
    """Let everything that is waited for come soon."""
    claims.LEASE, lane.MARGIN, schedule.FIRST = 2.0, 0.5, 0.2
    lane.REST = Rest(failures=5, first=0.2, longest=1.0, furthest=1.0)


async def _work(url: str) -> None:
    database = Database(url)
    journal = Journal(database)
    deliverer = Deliverer(journal, Vault(SECRET), time.time, Reach(private=True))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with hosting(deliverer.run()), hosting(FanOut(journal, time.time, deliverer.notice).run()):
        print("READY", flush=True)
        await ended.wait()
    await database.close()


if __name__ == "__main__":
    if "quick" in sys.argv:
        hurry()
    asyncio.run(_work(sys.argv[1]))

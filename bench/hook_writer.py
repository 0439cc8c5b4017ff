"""Journals events at a rate, as calls make them: ``python -m bench.hook_writer DATABASE_URL FILE RATE SECONDS TENANTS``.

Each twentieth of a second's events are one transaction; the ids of what was committed are then written to FILE, one a line: that
is what was acknowledged. Prints how many, and how long a transaction took, as JSON.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from switchroom.events.catalogue import CallRinging, DigitPressed, Event, TranscriptFinal, TurnStarted
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal

_TICK = 0.05


def tenant(number: int) -> TenantId:
    """Return the tenant of that number."""
    return TenantId(f"tnt_bench_{number}")


def event(number: int, tenants: int) -> Event:
    """Return the next event: four kinds in turn, of so many tenants in turn."""
    call = CallId(f"call_{number // 40}")
    stamp = (EventId(new_id("evt")), tenant(number % tenants), call, number % 40, time.time())
    envelope = dict(zip(("id", "tenant", "call", "sequence", "at"), stamp, strict=True))
    match number // tenants % 4:
        case 0:
            return CallRinging(**envelope)  # type: ignore[arg-type]
        case 1:
            return DigitPressed(**envelope, digit="5", how="rfc4733")  # type: ignore[arg-type]
        case 2:
            return TurnStarted(**envelope, turn=number % 40)  # type: ignore[arg-type]
        case _:
            text = "A table for four on Friday at seven thirty please"
            return TranscriptFinal(**envelope, turn=1, text=text, confidence=0.9, start=1.0, end=3.5)  # type: ignore[arg-type]


async def _write(url: str, path: Path, rate: float, seconds: float, tenants: int) -> None:
    database = Database(url)
    journal = Journal(database)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    took: list[float] = []
    began, written = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        events = [event(number, tenants) for number in range(written, int(passed * rate) + 1)]
        if events:
            start = time.perf_counter()
            await journal.write(events)
            took.append(time.perf_counter() - start)
            os.write(file, "".join(f"{one.id}\n" for one in events).encode())
            written += len(events)
        await asyncio.sleep(max(0.0, _TICK - (time.perf_counter() - began - passed)))
    lasted = time.perf_counter() - began
    took.sort()
    print(json.dumps({"written": written, "rate": written / lasted, "p50": took[len(took) // 2], "most": took[-1]}))
    await database.close()


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])))

"""Who answers an incoming call: how long it takes to say, from memory and after a write.

A house with so many numbers, each with an agent of its own, and all with the same business hours and one published flow. Every
lookup is that of a call: the count of the catalogue is read from the database, then the hours are asked and the plan is taken from
memory. After a write of the tenant, the first lookup of a number reads it again; that is measured on its own. In the last part
another process writes ten times a second, for the same tenant.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.hours import hours_of
from switchroom.catalogue.model import AgentRow, NumberRow
from switchroom.catalogue.opening_hours import DAYS
from switchroom.catalogue.service import Catalogue
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE

_TENANT = TenantId("tnt_bench")
_WRITER = """
import asyncio, sys
from dataclasses import replace
from switchroom.catalogue.opening_hours import DAYS
from switchroom.catalogue.service import Catalogue
from switchroom.storage.db import Database

async def main():
    catalogue = Catalogue(Database(sys.argv[1]))
    agent = (await catalogue.everybody())[0]
    while True:
        await catalogue.save_agent(replace(agent, greeting=str(asyncio.get_running_loop().time())))
        await asyncio.sleep(float(sys.argv[2]))

asyncio.run(main())
"""


async def _furnish(database: Database, numbers: int) -> Answering:
    """Fill the database; return what answers."""
    await upgrade(database)
    catalogue = Catalogue(database)
    answering = Answering(catalogue, database, FLOWS)
    flows = FlowDesk(database, answering.receptions.examine, time.time)
    text = (FLOWS / "examples" / "restaurant.yaml").read_text(encoding="utf-8")
    await flows.create(_TENANT, "front", text, UserId("usr_bench"))
    await flows.publish(_TENANT, "front", UserId("usr_bench"))
    week = {day: [{"opens": "09:00", "closes": "12:30"}, {"opens": "13:30", "closes": "18:00"}] for day in DAYS}
    hours = await hours_of(database, time.time).create(
        _TENANT, {"name": "office", "zone": "Europe/Berlin", "week": week}
    )
    first = await catalogue.create_agent(_TENANT, "Agent", "front")
    async with database.transaction(WHOLE_HOUSE) as session:
        row = await session.get(AgentRow, first.id)
        assert row is not None
        fields = {name: getattr(row, name) for name in AgentRow.__table__.columns.keys()}  # noqa: SIM118 - a collection
        agents = [AgentRow(**{**fields, "id": new_id("agt")}) for _ in range(numbers)]
        session.add_all(agents)
        await session.flush()
        session.add_all(_number(one, agent.id, hours.id) for one, agent in enumerate(agents))
    return answering


def _number(one: int, agent: str, hours: str) -> NumberRow:
    target = f"agent:{agent}"
    return NumberRow(
        id=new_id("num"),
        tenant_id=_TENANT,
        address=_address(one),
        label="",
        country="",
        kind="",
        hours_id=hours,
        answers={"open": target, "closed": target},
    )


def _address(one: int) -> str:
    return f"+1555{one:07}"


async def _lookups(answering: Answering, dialled: Sequence[str], pause: float = 0.0) -> list[float]:
    """Return the milliseconds of each."""
    taken = []
    for number in dialled:
        started = time.perf_counter()
        await answering.find(number, "phone_gateway")
        taken.append((time.perf_counter() - started) * 1e3)
        await asyncio.sleep(pause)
    return taken


async def _measure(folder: str, numbers: int, lookups: int) -> list[tuple[str, float, str]]:
    url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
    database = Database(url)
    answering = await _furnish(database, numbers)
    addresses = [_address(one) for one in range(numbers)]
    cold = await _lookups(answering, addresses)
    warm = await _lookups(answering, random.choices(addresses, k=lookups))
    catalogue, after = Catalogue(database), []
    agent = (await catalogue.everybody())[0]
    for one in range(50):
        await catalogue.save_agent(replace(agent, greeting=str(one)))
        after += await _lookups(answering, [random.choice(addresses)])
    writer = await asyncio.create_subprocess_exec(sys.executable, "-c", _WRITER, url, "0.1")
    try:
        busy = await _lookups(answering, random.choices(addresses[:50], k=500), 0.002)
    finally:
        writer.terminate()
        await writer.wait()
    await database.close()
    return [
        found
        for name, taken in (("first", cold), ("known", warm), ("after_a_write", after), ("amid_writes", busy))
        for found in ((f"{name}_p50", share(taken, 0.5), "ms"), (f"{name}_p99", share(taken, 0.99), "ms"))
    ]


def measure(numbers: int, lookups: int) -> Figures:
    """Fill a database in a folder of its own, and look numbers up."""
    before = calibrate()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(folder, numbers, lookups))
    found += [("calibration_before", before, "ms"), ("calibration_after", calibrate(), "ms")]
    return Figures("lookup", {"numbers": numbers, "lookups": lookups}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=2000)
    parser.add_argument("--lookups", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    show(measure(given.numbers, given.lookups), as_json=given.json)


if __name__ == "__main__":
    main()

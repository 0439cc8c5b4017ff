"""The whole program on PostgreSQL: a call, its reservation and its record, and a server restarted under it."""

import asyncio
from datetime import datetime, time
from pathlib import Path

import httpx
import pytest

from switchroom.events.catalogue import ReplyStarted, ToolFinished
from tests.end_to_end.house import ZONE, open_day, opened
from tests.interop.peers import Baresip, BaresipSetup
from tests.servers.postgresql import Postgresql
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]

DAY = open_day()


def test_a_table_is_booked_and_the_house_outlives_a_restart_of_its_database(
    tmp_path: Path, postgresql: Postgresql
) -> None:
    async def main() -> None:
        async with (
            opened(tmp_path / "data", database_url=postgresql.create(empty=True)) as house,
            Baresip(tmp_path / "phone", BaresipSetup(user="anna")) as phone,
            httpx.AsyncClient(base_url=house.running.web) as client,
        ):
            await phone.dial(house.uri)
            for answer in ("1#", "4#", f"{DAY:%d%m}", "730", "1#", "1"):
                await house.witness.until(ReplyStarted)
                await asyncio.sleep(0.3)
                await phone.press(answer, apart=0.15)
            await house.witness.until(ToolFinished, where=lambda event: event.tool == "book_table")
            await phone.hang_up()
            ended = await house.over()
            arrival = datetime.combine(DAY, time(19, 30), ZONE)
            assert await house.reservations() == [("Guest", 4, arrival, "booked")]
            happened = [event for event in house.witness.events if event.call == ended.call and not event.ephemeral]
            assert [entry.sequence for entry in await house.journal(ended.call)] == [
                event.sequence for event in happened
            ]
            assert (await client.get("/health/ready")).status_code == 200
            postgresql.stop()
            try:
                assert (await client.get("/health/ready")).status_code == 503
            finally:
                postgresql.start()
            assert (await client.get("/health/ready")).status_code == 200
            assert len(await house.reservations()) == 1
        assert not (tmp_path / "data" / "switchroom.db").exists()

    run_real(main())

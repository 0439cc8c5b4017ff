import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from switchroom.errors import Invalid
from switchroom.hooks import endpoints
from switchroom.hooks.endpoints import Wanted
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.model import PENDING, DeliveryRow
from switchroom.hooks.retention import LogRetention
from switchroom.storage.scope import WHOLE_HOUSE
from tests.hooks.house import NOW, house
from tests.hooks.receiver import receiving
from tests.storage.stories import TENANT, Story
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases
DAY = 86400.0


def test_a_tenant_has_so_many_endpoints_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST", 2)

    async def story() -> None:
        async with house(tmp_path) as here:
            for _ in range(2):
                await here.hook("https://example.com/x")
            with pytest.raises(Invalid, match="2 webhooks already"):
                await here.hook("https://example.com/x")

    run_real(story())


def test_an_endpoint_that_is_removed_takes_its_log_along(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            hook, _ = await here.hook("https://example.com/x")
            await here.journal.write(Story().whole())
            await FanOut(here.journal, here.wall).catch_up()
            assert await here.deliveries()
            await here.webhooks.delete(hook.id, TENANT)
            assert await here.deliveries() == []

    run_real(story())


def test_fanning_out_twice_makes_every_delivery_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here:
            await here.hook("https://example.com/x", "call.*")
            await here.hook("https://example.com/y", "call.*")
            await here.journal.write(Story().whole())
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(FanOut(here.journal, here.wall).catch_up())
            rows = await here.deliveries()
            assert len(rows) == len({(row.webhook_id, row.event_id) for row in rows}) > 0
            assert {row.topic.partition(".")[0] for row in rows} == {"call"}

    run_real(story())


def test_the_log_is_kept_for_a_while_and_what_is_still_tried_is_never_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            await here.hook(receiver.url, "voice.*")
            await here.journal.write(Story("call_1").whole())
            async with here.worker():
                await here.until(lambda rows: len(rows) == 2 and all(row.state == "delivered" for row in rows))
            await here.journal.write(Story("call_2").whole())
            await FanOut(here.journal, here.wall).catch_up()
            kept = LogRetention(here.database, here.wall, 30 * DAY)
            assert await kept.tidy() == 0
            here.clock[0] = NOW + 31 * DAY
            assert await kept.tidy() == 2
            assert {row.state for row in await here.deliveries()} == {PENDING}

    run_real(story())


def test_an_endpoint_that_is_switched_off_is_sent_nothing_until_it_is_on_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            hook, _ = await here.hook(receiver.url, "voice.*")
            await here.journal.write(Story("call_1").whole())
            await FanOut(here.journal, here.wall).catch_up()
            await here.webhooks.change(hook.id, TENANT, Wanted(enabled=False))
            async with here.worker():
                await here.journal.write(Story("call_2").whole())
                await asyncio.sleep(0.2)
                assert receiver.posts == []
                await here.webhooks.change(hook.id, TENANT, Wanted(enabled=True))
                await receiver.received(2)
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                assert await session.scalar(select(func.count()).select_from(DeliveryRow)) == 2

    run_real(story())

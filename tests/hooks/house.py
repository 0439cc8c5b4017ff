"""A journal, endpoints, and a worker whose clock a test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from switchroom.hooks.deliverer import Deliverer
from switchroom.hooks.endpoints import Wanted, Webhook, Webhooks
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.model import DeliveryRow
from switchroom.hooks.sending import Reach
from switchroom.hosting import hosting
from switchroom.settings import WebhookSettings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from tests.storage.stories import TENANT, migrated

SECRET = "s" * 32
NOW = 1_800_000_000.0
LOOSE = WebhookSettings(private=True, http=True)


@dataclass
class House:
    """What a test of webhooks works with."""

    database: Database
    journal: Journal
    webhooks: Webhooks
    clock: list[float] = field(default_factory=lambda: [NOW])

    def wall(self) -> float:
        return self.clock[0]

    async def hook(self, url: str, *topics: str, personal: bool = False) -> tuple[Webhook, str]:
        return await self.webhooks.create(TENANT, Wanted(url=url, topics=topics or ("*",), personal=personal))

    @asynccontextmanager
    async def worker(self, reach: Reach | None = None) -> AsyncIterator[Deliverer]:
        """Run one."""
        deliverer = Deliverer(self.journal, Vault(SECRET), self.wall, reach or Reach(private=True), pace=0.01)
        fanout = FanOut(self.journal, self.wall, deliverer.notice, linger=0.01)
        async with hosting(deliverer.run()), hosting(fanout.run()):
            yield deliverer

    async def deliveries(self) -> list[DeliveryRow]:
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            query = select(DeliveryRow).order_by(DeliveryRow.webhook_id, DeliveryRow.number)
            return list(await session.scalars(query))

    async def until(self, fits: Callable[[list[DeliveryRow]], bool]) -> list[DeliveryRow]:
        """Wait until the log of deliveries fits."""
        while not fits(rows := await self.deliveries()):
            await asyncio.sleep(0.02)
        return rows


@asynccontextmanager
async def house(folder: Path, settings: WebhookSettings = LOOSE) -> AsyncIterator[House]:
    async with migrated(folder) as database:
        journal, clock = Journal(database), [NOW]
        webhooks = Webhooks(journal, Vault(SECRET), lambda: clock[0], settings)
        yield House(database, journal, webhooks, clock)

"""The installation, opened for a command: its database, up to date, and its tenants. A running server sees what is written."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from switchroom.accounts.service import Accounts
from switchroom.identity import TenantId
from switchroom.installation import secret_of
from switchroom.observability import set_up
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade


@dataclass(frozen=True, slots=True)
class House:
    """What a command may use."""

    settings: Settings
    database: Database
    secret: str

    async def tenant(self, slug: str) -> TenantId:
        """Return the tenant of that short name. Raises NotFound."""
        return (await Accounts(self.database, self.secret, time.time).tenant(slug)).id


@asynccontextmanager
async def opened(settings: Settings, log: str = "error") -> AsyncIterator[House]:
    """Open the installation; errors alone are logged, unless ``log`` says otherwise."""
    set_up("console", log)
    database = Database(settings.url, settings.database)
    try:
        await upgrade(database)
        yield House(settings, database, secret_of(settings))
    finally:
        await database.close()

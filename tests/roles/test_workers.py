"""Workers side by side, with PostgreSQL and Redis: one reads the journal at a time, and who was given up ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.fleet.registry import Listed, Registry
from switchroom.history.service import CallHistory
from switchroom.identity import CallId
from switchroom.roles.running import Standing, opened
from switchroom.settings import Settings, WebSettings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis
from tests.storage.stories import TENANT, Story
from tests.virtual_time import run_real


class Shared:
    """What the workers share, and how they are started."""

    def __init__(self, folder: Path, url: str, redis: Redis) -> None:
        self.database = Database(url)
        self.journal = Journal(self.database)
        self._settings = Settings(
            data=folder, database_url=url, redis_url=redis.url, role="worker", web=WebSettings(port=0), demo=False
        )

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Standing]:
        async with opened(self._settings) as standing:
            yield standing

    async def folded(self, call: str) -> None:
        """Wait until a call is in the history."""
        history = CallHistory(self.database, self.journal)
        async with asyncio.timeout(30.0):
            while call not in [found.id for found in (await history.calls(TENANT)).calls]:
                await asyncio.sleep(0.05)
        assert (await history.call(CallId(call), TENANT)).state == "ended"

    async def processes(self) -> list[Listed]:
        return await Registry(self.database).all()


def test_when_a_worker_leaves_the_other_reads_on(tmp_path: Path, postgresql: Postgresql, redis: Redis) -> None:
    async def main() -> None:
        shared = Shared(tmp_path, postgresql.create(), redis)
        async with AsyncExitStack() as first:
            await first.enter_async_context(shared.worker())
            async with shared.worker():
                assert len(await shared.processes()) == 2
                await shared.journal.write(Story("call_1").whole())
                await shared.folded("call_1")
                await first.aclose()
                assert len(await shared.processes()) == 1, "who leaves is listed no more"
                await shared.journal.write(Story("call_2").whole())
                await shared.folded("call_2")
        await shared.database.close()

    run_real(main())


def test_a_process_that_the_others_gave_up_ends(tmp_path: Path, postgresql: Postgresql, redis: Redis) -> None:
    async def main() -> None:
        shared = Shared(tmp_path, postgresql.create(), redis)

        async def given_up() -> None:
            async with shared.worker():
                [me] = await shared.processes()
                await give_up(Registry(shared.database), me.process.id)
                await asyncio.sleep(30.0)

        with pytest.raises(BaseExceptionGroup) as ended:
            await given_up()
        found = ended.value.split(Unavailable)[0]
        assert found is not None
        assert "the others gave it up" in repr(found.exceptions)
        await shared.database.close()

    run_real(main())


async def give_up(registry: Registry, process: str) -> None:
    """Give a process up, whatever its beat is now."""
    for beat in range(1000):
        if await registry.give_up(process, beat, 1.0):
            return
    raise AssertionError(f"{process} beats faster than we look")

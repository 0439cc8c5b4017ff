import asyncio
from pathlib import Path

import pytest

from switchroom.catalogue.trunks import Trunks
from switchroom.errors import Conflict
from switchroom.storage.db import Database
from switchroom.storage.vault import Vault
from tests.servers.databases import url_in
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def test_two_processes_cannot_both_make_the_trunk_that_takes_the_same_calls(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            other = Database(url_in(tmp_path))
            outcomes: list[str] = []

            async def make(desk: Trunks, name: str) -> None:
                try:
                    await desk.create(TENANT, {"name": name, "networks": ["192.0.2.0/24"]})
                    outcomes.append("made")
                except Conflict:
                    outcomes.append("refused")

            async with asyncio.TaskGroup() as group:
                group.create_task(make(Trunks(database, Vault("s" * 32), lambda: 1000.0), "Here"))
                group.create_task(make(Trunks(other, Vault("s" * 32), lambda: 1000.0), "There"))
            assert sorted(outcomes) == ["made", "refused"]
            await other.close()

    run_real(main())

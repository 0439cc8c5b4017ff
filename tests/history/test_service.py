from pathlib import Path

import pytest

from switchroom.errors import NotFound
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory, Wanted
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")


async def _filled(database: Database) -> CallHistory:
    """Seven calls of ours, call_5 and call_6 still going on, and one of another tenant."""
    journal = Journal(database)
    for number in range(7):
        story = Story(f"call_{number}")
        await journal.write(story.whole() if number < 5 else story.opening())
    await journal.write(Story("call_9", OTHER).whole())
    await HistoryReader(journal).catch_up()
    return CallHistory(database, journal)


def test_pages_follow_one_another_without_gap_or_double(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            history = await _filled(database)
            seen, cursor = [], None
            while True:
                page = await history.calls(TENANT, limit=3, cursor=cursor)
                seen.append([call.id for call in page.calls])
                cursor = page.next
                if cursor is None:
                    break
            assert seen == [["call_6", "call_5", "call_4"], ["call_3", "call_2", "call_1"], ["call_0"]]

    run_real(main())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(live=True), 2),
        (Wanted(live=False), 5),
        (Wanted(failed=True), 0),
        (Wanted(failed=False, caller="+15550100"), 7),
        (Wanted(agent=AgentId("agt_2")), 0),
        (Wanted(source="phone_gateway"), 7),
    ],
)
def test_a_list_holds_what_is_wanted(tmp_path: Path, wanted: Wanted, found: int) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            history = await _filled(database)
            assert len((await history.calls(TENANT, wanted)).calls) == found

    run_real(main())


def test_another_tenants_call_does_not_exist(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            history, theirs = await _filled(database), CallId("call_9")
            with pytest.raises(NotFound):
                await history.call(theirs, TENANT)
            assert await history.transcript(theirs, TENANT) == []
            assert await history.turns(theirs, TENANT) == []
            assert await history.events(theirs, TENANT) == []
            assert await history.recording(theirs, TENANT) is None
            assert (await history.call(theirs, OTHER)).id == theirs

    run_real(main())

"""What a stretch of time looked like: how it is cut, how it is added up, and that both databases count alike."""

from pathlib import Path

import pytest

from switchroom.history.overview import Overviews, Tally, Waits, drawn, step_of
from switchroom.history.reader import HistoryReader
from switchroom.identity import TenantId, least_id, new_id
from switchroom.storage.journal import Journal
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("length", "step"), [(HOUR, 300.0), (DAY, HOUR), (7 * DAY, 6 * HOUR), (30 * DAY, DAY), (400 * DAY, 7 * DAY)]
)
def test_the_step_fits_the_stretch(length: float, step: float) -> None:
    assert step_of(1000.0, 1000.0 + length) == step


def test_every_step_has_a_point_and_what_is_early_or_late_counts_at_the_edge() -> None:
    counted = {(-1, "a"): Tally(1), (0, "a"): Tally(2, 1), (5, "b"): Tally(3), (99, "a"): Tally(1)}
    found = drawn(0.0, 1800.0, counted, [(0.0, 0.5), (1799.0, 0.9), (1799.5, 0.7)])
    assert [point.tally.calls for point in found.points] == [3, 0, 0, 0, 0, 4]
    assert found.points[-1].waits == Waits(2, 0.7, 0.9)
    assert found.points[1].waits == Waits(0, None, None)
    assert found.tally == Tally(7, 1)
    assert [agent for agent, _ in found.agents] == ["a", "b"]


def test_an_identifier_made_later_is_not_before_the_least_of_a_moment() -> None:
    assert new_id("call") > least_id("call", 1_700_000_000.0)
    assert least_id("call", 1_700_000_000.0) < least_id("call", 1_700_000_000.001)


@pytest.mark.databases
def test_calls_are_counted_where_they_began_and_only_ones_own(tmp_path: Path) -> None:
    async def story() -> None:
        begin = 1_700_000_000.0
        async with migrated(tmp_path) as database:
            journal = Journal(database)
            for later, tenant in ((10.0, TENANT), (3700.0, TENANT), (7190.0, TENANT), (20.0, TenantId("tnt_2"))):
                at = begin + later
                events = Story(least_id("call", at), tenant, at).whole()
                await journal.write(events)
            await HistoryReader(journal, linger=0).catch_up()
            found = await Overviews(database).of(TENANT, begin, begin + DAY)
            before = await Overviews(database).of(TENANT, begin - DAY, begin)
        assert [point.tally.calls for point in found.points[:3]] == [1, 2, 0]
        assert (found.tally.calls, found.tally.answered, found.tally.failed) == (3, 3, 0)
        assert found.tally.seconds > 0
        assert [tally.calls for _, tally in found.agents] == [3]
        assert before.tally == Tally()

    run_real(story())

"""What callers waited, over many calls."""

import asyncio
from pathlib import Path

import pytest

from switchroom.events.bus import Bus
from switchroom.events.catalogue import CallStarted, Event, ReplyStarted, TurnTimed
from switchroom.history.latency import Latencies, observe
from switchroom.history.reader import HistoryReader
from switchroom.hosting import hosting
from switchroom.identity import AgentId, TenantId
from switchroom.observability import Metrics
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from tests.storage.stories import TENANT, Story, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")


def timed(story: Story, turn: int, whole: float) -> TurnTimed:
    shares = {"endpointing": 0.3, "stt": 0.0, "llm": whole - 0.3, "tool": 0.0, "tts": 0.0, "wire": 0.0}
    event = story._make(
        TurnTimed, turn=turn, whole=whole, stages={}, shares=shares, guesses=2, adopted=turn % 2 == 0, wasted=3
    )
    assert isinstance(event, TurnTimed)
    return event


def talk(call: str, agent: str, waits: list[float], tenant: TenantId = TENANT, begin: float = 1000.0) -> list[Event]:
    """Return the events of a call in which each turn waited that long."""
    story = Story(call, tenant, begin)
    events = [story._make(CallStarted, direction="inbound", source="browser", agent=AgentId(agent), caller="")]
    for turn, wait in enumerate(waits, 1):
        events += [story._make(ReplyStarted, turn=turn, text="Yes."), timed(story, turn, wait)]
    return events


async def _filled(database: Database) -> Latencies:
    journal = Journal(database)
    await journal.write(talk("call_1", "agt_1", [0.5 + n / 100 for n in range(100)]))
    await journal.write(talk("call_2", "agt_2", [9.0], begin=5000.0))
    await journal.write(talk("call_3", "agt_1", [99.0], OTHER))
    await HistoryReader(journal).catch_up()
    return Latencies(database)


def test_an_agent_and_a_tenant_have_their_percentiles_and_nobody_elses(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            latencies = await _filled(database)
            agent = await latencies.summary(TENANT, AgentId("agt_1"))
            assert (agent.turns, agent.adopted, agent.guesses, agent.wasted) == (100, 50, 200, 300)
            assert (agent.whole.p50, agent.whole.p95, agent.whole.p99) == pytest.approx((0.99, 1.44, 1.48))
            assert agent.shares["endpointing"].p99 == 0.3
            assert agent.shares["llm"].p50 == pytest.approx(0.69)
            assert (await latencies.summary(TENANT)).turns == 101
            assert (await latencies.summary(OTHER)).whole.p50 == 99.0
            assert (await latencies.summary(OTHER, AgentId("agt_2"))).turns == 0

    run_real(main())


def test_a_summary_is_of_the_time_asked_for(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            latencies = await _filled(database)
            assert (await latencies.summary(TENANT, since=5000.0)).turns == 1
            assert (await latencies.summary(TENANT, until=5000.0)).turns == 100
            assert (await latencies.summary(TENANT, since=1002.0, until=1004.0)).turns == 1
            assert (await latencies.summary(TENANT, since=9000.0)).whole.p99 == 0.0

    run_real(main())


def test_a_turn_is_in_the_histogram_before_its_call_is_over() -> None:
    """livekit/agents: turn metrics were flushed only when the session had ended."""

    async def main() -> None:
        bus, metrics = Bus(), Metrics()
        async with hosting(observe(bus, metrics)):
            await asyncio.sleep(0)
            bus.publish(timed(Story(), 2, 0.7))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        page = metrics.text()
        assert 'switchroom_turn_seconds_bucket{le="0.75"} 1' in page
        assert 'switchroom_turn_wait_seconds_bucket{owner="llm",le="0.3"} 0' in page
        assert 'switchroom_turn_wait_seconds_bucket{owner="llm",le="0.5"} 1' in page
        assert "switchroom_turns_adopted_total 1" in page

    run_real(main())

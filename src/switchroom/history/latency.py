"""How long callers waited for replies: percentiles over the turns of a tenant, or of one of its agents, and as histograms.

Percentiles are of values that occurred, over the newest ``MOST`` turns of the time asked for. The histograms follow the bus, so a
turn counts when its reply is heard and not when its call is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from switchroom.conversation.latency import OWNERS, percentile
from switchroom.events.bus import Bus
from switchroom.events.catalogue import TurnTimed
from switchroom.history.model import CallRow, TurnRow
from switchroom.identity import AgentId, TenantId
from switchroom.observability import Metrics
from switchroom.storage.db import Database

MOST = 20_000
"""Turns that a summary looks at."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``turns`` turns waited, as a whole and for whom. ``adopted`` of them had their reply begun before they were over."""

    turns: int
    adopted: int
    guesses: int
    wasted: int
    """Letters written for guesses that were wrong."""
    whole: Percentiles
    shares: Mapping[str, Percentiles]


class Latencies:
    """Looks them up in history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def summary(
        self,
        tenant: TenantId,
        agent: AgentId | None = None,
        *,
        since: float | None = None,
        until: float | None = None,
    ) -> Summary:
        """Return what the turns waited whose replies were heard from ``since`` to before ``until``; None is for ever."""
        query = (
            select(TurnRow.latency, TurnRow.shares, TurnRow.guesses, TurnRow.adopted, TurnRow.wasted)
            .where(TurnRow.tenant_id == tenant, TurnRow.latency.is_not(None))
            .order_by(TurnRow.replied.desc())
            .limit(MOST)
        )
        if agent is not None:
            query = query.join(CallRow, CallRow.id == TurnRow.call_id).where(CallRow.agent_id == agent)
        if since is not None:
            query = query.where(TurnRow.replied >= since)
        if until is not None:
            query = query.where(TurnRow.replied < until)
        async with self._database.snapshot(tenant) as session:
            rows = (await session.execute(query)).all()
        return Summary(
            turns=len(rows),
            adopted=sum(row.adopted for row in rows),
            guesses=sum(row.guesses for row in rows),
            wasted=sum(row.wasted for row in rows),
            whole=_percentiles([row.latency for row in rows]),
            shares={owner: _percentiles([row.shares.get(owner, 0.0) for row in rows]) for owner in OWNERS},
        )


def _percentiles(values: Sequence[float]) -> Percentiles:
    ascending = sorted(values)
    return Percentiles(*(percentile(ascending, share) for share in (0.5, 0.95, 0.99)))


async def observe(bus: Bus, metrics: Metrics) -> None:
    """Count every turn that is timed in ``metrics``, until cancelled."""
    name, help_ = "switchroom_turn_wait_seconds", "From the end of speech to the reply, by who was awaited"
    shares = {owner: metrics.histogram(name, help_, owner=owner) for owner in OWNERS}
    whole = metrics.histogram(
        "switchroom_turn_seconds", "From the end of the caller's speech to the reply's first sound"
    )
    adopted = metrics.counter("switchroom_turns_adopted_total", "Turns whose reply was begun before they were over")
    with bus.subscribe(lambda event: isinstance(event, TurnTimed), size=1024, own=True) as subscription:
        while True:
            for event in await subscription.batch():
                assert isinstance(event, TurnTimed)
                whole.observe(event.whole)
                adopted.add(event.adopted)
                for owner, histogram in shares.items():
                    histogram.observe(event.shares[owner])

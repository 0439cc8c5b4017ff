"""What a stretch of time looked like: calls, how many were answered, how long callers waited, whom they talked to.

Calls are counted in the database, by step of time and agent at once; everything else is added up from that. Which calls are in the
stretch is read off their identifiers, which sort by the time they were made: the index is there already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.conversation.latency import percentile
from switchroom.history.latency import MOST
from switchroom.history.model import CallRow, TurnRow
from switchroom.identity import TenantId, least_id
from switchroom.storage.db import Database

STEPS = (300.0, 900.0, 3_600.0, 21_600.0, 86_400.0, 604_800.0)
_POINTS = 32


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls that were counted; ``seconds`` is how long those that were answered lasted together."""

    calls: int = 0
    answered: int = 0
    failed: int = 0
    seconds: float = 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(
            self.calls + other.calls,
            self.answered + other.answered,
            self.failed + other.failed,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Waits:
    """How long callers waited for ``turns`` replies, in seconds; None where there was none."""

    turns: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """One step of time, which begins ``at``."""

    at: float
    tally: Tally
    waits: Waits


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole stretch, its steps of ``step`` seconds, and its agents, the busiest first."""

    step: float
    tally: Tally
    waits: Waits
    points: Sequence[Point]
    agents: Sequence[tuple[str, Tally]]


def step_of(since: float, until: float) -> float:
    """Return the shortest step that does not make too many points of the stretch."""
    return next((step for step in STEPS if (until - since) / step <= _POINTS), STEPS[-1])


def summed(tallies: Iterable[Tally]) -> Tally:
    """Return all together."""
    whole = Tally()
    for tally in tallies:
        whole = whole.plus(tally)
    return whole


def waits_of(latencies: Sequence[float]) -> Waits:
    """Return the percentiles of what was waited."""
    if not latencies:
        return Waits(0, None, None)
    ascending = sorted(latencies)
    return Waits(len(ascending), percentile(ascending, 0.5), percentile(ascending, 0.95))


def drawn(
    since: float, until: float, counted: Mapping[tuple[int, str], Tally], waited: Sequence[tuple[float, float]]
) -> Overview:
    """Return the overview of calls counted by step and agent, and of turns as when they were replied to and after how long."""
    step = step_of(since, until)
    last = max(0, -int(-(until - since) // step) - 1)
    tallies: dict[int, list[Tally]] = {}
    agents: dict[str, list[Tally]] = {}
    for (index, agent), tally in counted.items():
        tallies.setdefault(min(max(index, 0), last), []).append(tally)
        agents.setdefault(agent, []).append(tally)
    latencies: dict[int, list[float]] = {}
    for at, latency in waited:
        latencies.setdefault(min(max(int((at - since) // step), 0), last), []).append(latency)
    points = [
        Point(since + index * step, summed(tallies.get(index, ())), waits_of(latencies.get(index, ())))
        for index in range(last + 1)
    ]
    busiest = sorted(
        ((agent, summed(its)) for agent, its in agents.items()), key=lambda pair: (-pair[1].calls, pair[0])
    )
    return Overview(step, summed(counted.values()), waits_of([one for _, one in waited]), points, busiest)


class Overviews:
    """Looks them up in history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant: TenantId, since: float, until: float) -> Overview:
        """Return what happened from ``since`` to before ``until``, seconds since the epoch."""
        async with self._database.snapshot(tenant) as session:
            counted = await _counted(session, tenant, since, until)
            waited = await _waited(session, tenant, since, until)
        return drawn(since, until, counted, waited)


async def _counted(
    session: AsyncSession, tenant: TenantId, since: float, until: float
) -> Mapping[tuple[int, str], Tally]:
    index = _whole(session, (CallRow.started - since) / step_of(since, until)).label("step")
    answered = case((CallRow.connected.is_not(None), 1), else_=0)
    query = (
        select(
            index,
            CallRow.agent_id,
            func.count().label("calls"),
            func.sum(answered).label("answered"),
            func.sum(case((CallRow.error != "", 1), else_=0)).label("failed"),
            func.sum(func.coalesce(CallRow.duration, 0.0) * answered).label("seconds"),
        )
        .where(
            CallRow.tenant_id == tenant,
            CallRow.id >= least_id("call", since),
            CallRow.id < least_id("call", until),
            CallRow.started.is_not(None),
        )
        .group_by(index, CallRow.agent_id)
    )
    rows = (await session.execute(query)).all()
    return {
        (int(row.step), row.agent_id): Tally(row.calls, int(row.answered), int(row.failed), float(row.seconds))
        for row in rows
    }


async def _waited(session: AsyncSession, tenant: TenantId, since: float, until: float) -> Sequence[tuple[float, float]]:
    query = (
        select(TurnRow.replied, TurnRow.latency)
        .where(
            TurnRow.tenant_id == tenant,
            TurnRow.replied >= since,
            TurnRow.replied < until,
            TurnRow.latency.is_not(None),
        )
        .order_by(TurnRow.replied.desc())
        .limit(MOST)
    )
    return [(row.replied, row.latency) for row in (await session.execute(query)).all()]


def _whole(session: AsyncSession, value: ColumnElement[float | None]) -> ColumnElement[int]:
    """Return the whole part: a cast cuts it off on SQLite, which may lack floor(), and rounds on PostgreSQL."""
    if session.get_bind().dialect.name == "sqlite":
        return cast(value, Integer)
    return cast(func.floor(value), Integer)

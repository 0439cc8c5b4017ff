"""Taking deliveries and writing down what became of them: few statements for many rows.

A delivery that is taken is due again when its lease ends: so nobody else sends it meanwhile, and nothing is lost with a worker
that is killed. Whoever writes down an outcome must still hold the lease; what came too late has become somebody else's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from sqlalchemy import Select, Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.hooks.model import PENDING, DeliveryRow, WebhookRow
from switchroom.hooks.outcome import Job, Outcome
from switchroom.hooks.schedule import SPAN
from switchroom.storage.journal import Entry, JournalRow, Stored, decode

LEASE = 60.0
KEPT_ATTEMPTS = 30

_deliveries = cast("Table", DeliveryRow.__table__)
_JOB = ("id", "webhook_id", "tenant_id", "number", "event_id", "topic", "tries", "began", "status", "attempts")


async def next_due(session: AsyncSession) -> Mapping[str, float]:
    """Return when each endpoint that is switched on has its next delivery."""
    first = (
        select(func.min(DeliveryRow.due))
        .where(DeliveryRow.webhook_id == WebhookRow.id, DeliveryRow.state == PENDING)
        .scalar_subquery()
    )
    found = await session.execute(select(WebhookRow.id, first).where(WebhookRow.enabled))
    return {webhook: due for webhook, due in found if due is not None}


async def claim(session: AsyncSession, rooms: Mapping[str, int], lease: str, now: float) -> list[Job]:
    """Take deliveries that are due, up to so many for each endpoint, in the order of the journal."""
    jobs: list[Job] = []
    for webhook, room in rooms.items():
        jobs += await _take(session, _due(webhook, now).limit(room), lease, now)
    return jobs


async def overdue(session: AsyncSession, webhook: str, most: int, lease: str, now: float) -> list[Job]:
    """Take deliveries that waited for an endpoint at rest longer than is tried at all."""
    return await _take(session, _due(webhook, now).where(DeliveryRow.began < now - SPAN).limit(most), lease, now)


def _due(webhook: str, now: float) -> Select[str]:
    row = DeliveryRow
    query = select(row.id).where(row.webhook_id == webhook, row.state == PENDING, row.due <= now)
    return query.order_by(row.due, row.number)


async def _take(session: AsyncSession, query: Select[str], lease: str, now: float) -> list[Job]:
    mine = query.with_for_update(skip_locked=True).cte("mine")
    taking = (
        update(_deliveries)
        .where(_deliveries.c.id.in_(select(mine.c.id)))
        .values(due=now + LEASE, lease=lease)
        .returning(*(_deliveries.c[name] for name in _JOB))
    )
    taken = [Job(*(*found, lease, now + LEASE)) for found in await session.execute(taking)]
    return sorted(taken, key=lambda job: job.number)


async def entries_of(session: AsyncSession, numbers: Iterable[int]) -> dict[int, Entry]:
    """Return the entries of the journal with these numbers; one that was deleted is not among them."""
    wanted = sorted(set(numbers))
    found: dict[int, Entry] = {}
    for start in range(0, len(wanted), 500):
        query = select(JournalRow.__table__).where(JournalRow.number.in_(wanted[start : start + 500]))
        for row in (await session.execute(query)).all():
            found[row[0]] = decode(cast("Stored", tuple(row)))
    return found


async def store(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Write down outcomes; those whose lease somebody else has now change nothing."""
    rows = [_values(outcome) for outcome in outcomes]
    if rows:
        await (await session.connection()).execute(_STORE, rows)


_STORE = (
    update(_deliveries)
    .where(_deliveries.c.id == bindparam("its_id"), _deliveries.c.lease == bindparam("its_lease"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("state", "due", "lease", "tries", "status", "finished", "attempts")
        }
    )
)


def _values(outcome: Outcome) -> dict[str, object]:
    job, attempt = outcome.job, outcome.attempt
    attempts = list(job.attempts) if attempt is None else [*job.attempts, attempt][-KEPT_ATTEMPTS:]
    return {
        "its_id": job.id,
        "its_lease": job.lease,
        "new_state": outcome.state,
        "new_due": outcome.now if outcome.due is None else outcome.due,
        "new_lease": "",
        "new_tries": job.tries + (attempt is not None),
        "new_status": job.status if attempt is None else outcome.status,
        "new_finished": None if outcome.state == PENDING else outcome.now,
        "new_attempts": attempts,
    }

"""Taking deliveries and writing down what became of them: few statements for many rows.

A delivery that is taken is due again when its lease ends: so nobody else sends it meanwhile, and nothing is lost with a worker
that is killed. Whoever writes down an outcome must still hold the lease; what came too late has become somebody else's.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from sqlalchemy import Table, TextClause, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.hooks.model import PENDING, DeliveryRow, WebhookRow
from switchroom.hooks.outcome import Job, Outcome
from switchroom.hooks.schedule import SPAN
from switchroom.storage.journal import Entry, JournalRow, Stored, decode

LEASE = 60.0
KEPT_ATTEMPTS = 30

_AT_ONCE = 100

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
    found: list[str] = []
    lanes = list(rooms.items())
    for start in range(0, len(lanes), _AT_ONCE):
        some = lanes[start : start + _AT_ONCE]
        given: dict[str, object] = {"now": now}
        for place, (webhook, room) in enumerate(some):
            given |= {f"webhook{place}": webhook, f"room{place}": room}
        found += await session.scalars(_first_of_each(len(some)), given)
    return await _take(session, found, lease, now)


@cache
def _first_of_each(count: int) -> TextClause:
    """Return the statement that finds what is due for so many endpoints: one for all of them, a search of the index for each."""
    one = (
        "SELECT * FROM (SELECT id FROM webhook_deliveries WHERE webhook_id = :webhook{0} AND state = 'pending'"
        " AND due <= :now ORDER BY due, number LIMIT :room{0}) AS lane{0}"
    )
    return text(" UNION ALL ".join(one.format(place) for place in range(count)))


async def overdue(session: AsyncSession, webhook: str, most: int, lease: str, now: float) -> list[Job]:
    """Take deliveries that waited for an endpoint at rest longer than is tried at all."""
    row = DeliveryRow
    old = select(row.id).where(row.webhook_id == webhook, row.state == PENDING, row.began < now - SPAN)
    return await _take(session, list(await session.scalars(old.limit(most))), lease, now)


async def _take(session: AsyncSession, found: Sequence[str], lease: str, now: float) -> list[Job]:
    """Take those of ``found`` that nobody else took meanwhile."""
    jobs: list[Job] = []
    for start in range(0, len(found), 1000):
        row = DeliveryRow
        still = select(row.id).where(row.id.in_(found[start : start + 1000]), row.state == PENDING, row.due <= now)
        mine = still.with_for_update(skip_locked=True).cte("mine")
        taking = (
            update(_deliveries)
            .where(_deliveries.c.id.in_(select(mine.c.id)))
            .values(due=now + LEASE, lease=lease)
            .returning(*(_deliveries.c[name] for name in _JOB))
        )
        jobs += [Job(*(*taken, lease, now + LEASE)) for taken in await session.execute(taking)]
    return sorted(jobs, key=lambda job: job.number)


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

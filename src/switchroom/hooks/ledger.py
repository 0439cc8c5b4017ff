"""What the worker stores and takes in one transaction: the outcomes since the last one, what follows from them, and new jobs.

An endpoint that answered 410 is switched off; so is one that took nothing while a delivery was tried for all its three days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.events.catalogue import NO_CALL, Event, WebhookDeliveryFailed, WebhookDisabled
from switchroom.events.webhooks import Disabling
from switchroom.hooks import claims
from switchroom.hooks.message import body
from switchroom.hooks.model import DELIVERED, FAILED, WebhookRow
from switchroom.hooks.outcome import Outcome, Work, given_up
from switchroom.identity import EventId, TenantId, new_id
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE

SEEN_EVERY = 10.0
"""How old, in seconds, the note of an endpoint's last success may become."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to take: up to so many for each endpoint, the hopeless ones of endpoints at rest; ``personal`` says how to tell it."""

    rooms: Mapping[str, int]
    resting: Sequence[str]
    personal: Mapping[str, bool]


class Ledger:
    """Of one worker; ``name`` is whose leases they are."""

    def __init__(self, journal: Journal, name: str) -> None:
        self._journal = journal
        self._name = name
        self._seen: dict[str, float] = {}

    async def turn(self, outcomes: Sequence[Outcome], wish: Wish, now: float) -> tuple[list[Work], list[Outcome]]:
        """Store outcomes and take jobs. Returns the work, and the outcomes of jobs that cannot be worked on."""
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            await claims.store(session, outcomes)
            await self._follow_up(session, outcomes, now)
            jobs = await claims.claim(session, wish.rooms, self._name, now)
            hopeless = [
                job for webhook in wish.resting for job in await claims.overdue(session, webhook, 500, self._name, now)
            ]
            entries = await claims.entries_of(session, (job.number for job in jobs))
        rendered: dict[tuple[int, bool], bytes] = {}
        work: list[Work] = []
        lost = [
            given_up(job, now, "the endpoint took nothing for as long as is tried", disables="failing")
            for job in hopeless
        ]
        for job in jobs:
            entry, personal = entries.get(job.number), wish.personal[job.webhook]
            if entry is None:
                lost.append(given_up(job, now, "the event was deleted"))
                continue
            if (job.number, personal) not in rendered:
                rendered[job.number, personal] = body(entry, personal=personal)
            work.append(Work(job, rendered[job.number, personal]))
        return work, lost

    async def _follow_up(self, session: AsyncSession, outcomes: Sequence[Outcome], now: float) -> None:
        await self._see(session, {o.job.webhook for o in outcomes if o.state == DELIVERED}, now)
        events: list[Event] = [_failed(outcome, now) for outcome in outcomes if outcome.state == FAILED]
        for webhook, (outcome, why) in _to_disable(outcomes).items():
            if await _disable(session, webhook, why, outcome.job.began, now):
                tenant = TenantId(outcome.job.tenant)
                events.append(
                    WebhookDisabled(
                        id=EventId(new_id("evt")),
                        tenant=tenant,
                        call=NO_CALL,
                        sequence=0,
                        at=now,
                        webhook=webhook,
                        reason=why,
                    )
                )
        await self._journal.append(session, events)

    async def _see(self, session: AsyncSession, webhooks: Iterable[str], now: float) -> None:
        """Note that endpoints take what they are sent, now and then."""
        due = [webhook for webhook in webhooks if now - self._seen.get(webhook, 0.0) >= SEEN_EVERY]
        if due:
            await session.execute(update(WebhookRow).where(WebhookRow.id.in_(due)).values(delivered=now))
            self._seen.update(dict.fromkeys(due, now))


def _to_disable(outcomes: Sequence[Outcome]) -> dict[str, tuple[Outcome, Disabling]]:
    found: dict[str, tuple[Outcome, Disabling]] = {}
    for outcome in outcomes:
        webhook, why = outcome.job.webhook, outcome.disables
        if why == "gone" or (why is not None and webhook not in found):
            found[webhook] = (outcome, why)
    return found


async def _disable(session: AsyncSession, webhook: str, why: Disabling, began: float, now: float) -> bool:
    """Switch an endpoint off, unless it is already, or failed one delivery but took others."""
    off = update(WebhookRow).where(WebhookRow.id == webhook, WebhookRow.enabled)
    if why == "failing":
        off = off.where(or_(WebhookRow.delivered.is_(None), WebhookRow.delivered < began))
    done = await session.execute(off.values(enabled=False, disabled_why=why, changed=now).returning(WebhookRow.id))
    return done.first() is not None


def _failed(outcome: Outcome, now: float) -> WebhookDeliveryFailed:
    job, attempt = outcome.job, outcome.attempt
    return WebhookDeliveryFailed(
        id=EventId(new_id("evt")),
        tenant=TenantId(job.tenant),
        call=NO_CALL,
        sequence=0,
        at=now,
        webhook=job.webhook,
        delivery=job.id,
        event=job.event,
        event_topic=job.topic,
        attempts=job.tries + 1,
        status=outcome.status,
        problem="" if attempt is None else str(attempt["problem"]),
    )

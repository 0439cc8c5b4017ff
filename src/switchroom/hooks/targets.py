"""The endpoints as the worker knows them: read again and again, opened when they are new or were changed."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.errors import Unavailable
from switchroom.hooks.lane import Lane, Target
from switchroom.hooks.model import WebhookRow
from switchroom.hooks.outcome import Job
from switchroom.hooks.sending import Reach, Sender
from switchroom.observability import get_logger
from switchroom.storage.vault import Vault

log = get_logger(__name__)


class Targets:
    """A lane for each endpoint that has, or had, something to deliver."""

    def __init__(self, vault: Vault, reach: Reach, concurrency: int) -> None:
        self.lanes: dict[str, Lane] = {}
        self._vault = vault
        self._reach = reach
        self._concurrency = concurrency
        self._sealed: dict[str, float] = {}

    async def update(self, session: AsyncSession, due: Mapping[str, float], now: float) -> list[Job]:
        """Bring the lanes up to date; return the jobs of those that are gone, or whose address is another."""
        missing = set(due) | set(self.lanes)
        rows = {row.id: row for row in await session.scalars(select(WebhookRow).where(WebhookRow.enabled))}
        dropped: list[Job] = []
        for webhook in missing:
            row, lane = rows.get(webhook), self.lanes.get(webhook)
            if row is None or (lane is not None and lane.target.url != row.url):
                dropped += self._drop(webhook)
                lane = None
            if row is not None and (lane is None or lane.target.changed != row.changed):
                self._open(row, lane)
        for webhook, when in due.items():
            if when <= now and webhook in self.lanes:
                self.lanes[webhook].more = True
        return dropped

    def _open(self, row: WebhookRow, lane: Lane | None) -> None:
        try:
            box = self._vault.open(row.sealed, row.id)
        except Unavailable as error:
            if self._sealed.get(row.id) != row.changed:  # said once, not at every look
                log.error("webhook cannot be signed for", webhook=row.id, problem=str(error))  # noqa: TRY400 - it says what to do
            self._sealed[row.id] = row.changed
            return
        target = Target(row.id, row.tenant_id, row.url, row.personal, box, row.changed)
        if lane is None:
            sender = Sender(row.url, self._reach)
            self.lanes[row.id] = Lane(target, sender, self._concurrency)
        else:
            lane.target = target

    def _drop(self, webhook: str) -> list[Job]:
        lane = self.lanes.pop(webhook, None)
        if lane is None:
            return []
        lane.sender.close()
        return lane.drop()

    def close(self) -> list[Job]:
        """Close every connection; return the jobs that wait."""
        return [job for webhook in list(self.lanes) for job in self._drop(webhook)]

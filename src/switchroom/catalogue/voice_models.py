"""The recognisers, language models and voices of the installation as a tenant sees them: which its agents may use, and how much
they used.

What was used is folded from ``usage.metered`` behind a cursor that moves in the same transaction, so every event counts once,
whatever breaks in between; months are those of UTC.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from switchroom.catalogue.model import VoiceModelRow, VoiceModelUsageRow
from switchroom.errors import Invalid
from switchroom.events.catalogue import UsageMetered
from switchroom.identity import TenantId
from switchroom.observability import get_logger
from switchroom.storage.db import Database
from switchroom.storage.journal import POLL, Entry, Journal, cursor_of, move_cursor, within
from switchroom.storage.scope import WHOLE_HOUSE

NAME = "voice_models"
BATCH = 500
RETRY = 1.0
METERS: Mapping[str, tuple[str, ...]] = {
    "recognisers": ("stt_seconds",),
    "voices": ("tts_characters",),
    "models": ("llm_tokens_in", "llm_tokens_out"),
}
"""Which meters count what providers of a section do."""

log = get_logger(__name__)

Units = Mapping[str, Mapping[str, float]]
"""Units by provider's name, then by meter."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a tenant says of a provider."""

    enabled: bool = True
    label: str = ""


class VoiceModels:
    """Every method sees one tenant alone. A provider of which a tenant says nothing may be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def permissions(self, tenant: TenantId) -> Mapping[tuple[str, str], Permission]:
        """Return what the tenant says, by section and name."""
        async with self._database.snapshot(tenant) as session:
            rows = await session.scalars(select(VoiceModelRow).where(VoiceModelRow.tenant_id == tenant))
            return {(row.section, row.name): Permission(row.enabled, row.label) for row in rows}

    async def permit(self, tenant: TenantId, place: tuple[str, str], said: Permission) -> None:
        """Say whether the tenant's agents may use a provider; those that name it already go on with it."""
        row = VoiceModelRow(tenant_id=tenant, section=place[0], name=place[1], enabled=said.enabled, label=said.label)
        async with self._database.transaction(tenant) as session:
            await session.merge(row)

    async def check(self, tenant: TenantId, wanted: Mapping[str, Sequence[str]]) -> None:
        """Raise Invalid if a chain, by section, names what the tenant's agents may not use."""
        said = await self.permissions(tenant)
        for section, names in wanted.items():
            for name in names:
                if not said.get((section, name), Permission()).enabled:
                    raise Invalid(
                        f"{name!r} of the {section} is switched off here: choose another", code="voice_model_off"
                    )

    async def used(self, tenant: TenantId, month: str) -> Units:
        """Return what the tenant used in a month such as 2026-11."""
        mine = select(VoiceModelUsageRow).where(
            VoiceModelUsageRow.tenant_id == tenant, VoiceModelUsageRow.month == month
        )
        found: defaultdict[str, dict[str, float]] = defaultdict(dict)
        async with self._database.snapshot(tenant) as session:
            for row in await session.scalars(mine):
                found[row.name][row.meter] = row.units
        return found


class VoiceModelUsage:
    """The one writer of the counters."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        while True:
            committed = self._journal.next_commit()
            try:
                await self.catch_up()
                await within(POLL, committed)
                await asyncio.sleep(POLL)  # counters are looked at by people
            except SQLAlchemyError as error:
                log.warning("usage of voice models cannot be counted, trying again", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def catch_up(self) -> None:
        """Count what the journal holds now. Safe to cancel, and for two to do at once."""
        while True:
            last = await self._journal.last()
            async with self._journal.database.snapshot(WHOLE_HOUSE) as session:
                cursor = await cursor_of(session, NAME)
            if last <= cursor:
                return
            entries = await self._journal.after(cursor, most=BATCH, topics=[UsageMetered.topic])
            whole = len(entries) < BATCH
            await self._count(cursor, entries, last if whole else entries[-1].number)
            if whole:
                return

    async def _count(self, since: int, entries: Sequence[Entry], until: int) -> None:
        async with self._journal.database.transaction(WHOLE_HOUSE) as session:
            if await cursor_of(session, NAME) != since:
                return  # somebody else has counted these
            for key, units in _sums(entries).items():
                row = await session.get(VoiceModelUsageRow, key, with_for_update=True)
                if row is None:
                    tenant, month, meter, name = key
                    row = VoiceModelUsageRow(tenant_id=tenant, month=month, meter=meter, name=name, units=0.0)
                    session.add(row)
                row.units += units
            await move_cursor(session, NAME, max(until, *(entry.number for entry in entries), since))


def month_of(at: float) -> str:
    """Return the month of a moment in seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def _sums(entries: Sequence[Entry]) -> Mapping[tuple[str, str, str, str], float]:
    sums: defaultdict[tuple[str, str, str, str], float] = defaultdict(float)
    counted = {meter for meters in METERS.values() for meter in meters}
    for entry in entries:
        if isinstance(entry.event, UsageMetered):
            for meter, amounts in entry.event.used.items():
                for name, amount in amounts.items() if meter in counted else ():
                    sums[entry.tenant, month_of(entry.at), meter, name or "local"] += amount
    return sums

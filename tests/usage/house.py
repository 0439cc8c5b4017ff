"""A house with a tree of tenants whose calls are paid for."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from switchroom.events.catalogue import CallCompleted, Event
from switchroom.events.usage import UsageMetered
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.storage.journal import Journal
from switchroom.usage.charging import Charging
from switchroom.usage.credits import Credits
from switchroom.usage.payers import Payers
from switchroom.usage.price_lists import PriceLists
from switchroom.usage.statements import Statements
from tests.storage.stories import migrated

HOUSE, RESELLER, TENANT = TenantId("tnt_house"), TenantId("tnt_reseller"), TenantId("tnt_shop")
PARENTS = {TENANT: RESELLER, RESELLER: HOUSE}


async def lineage(tenant: TenantId) -> Sequence[TenantId]:
    line = [tenant]
    while line[-1] in PARENTS:
        line.append(PARENTS[line[-1]])
    return line


@dataclass
class Clock:
    now: float = 1_800_000_000.0  # 2027-01-15

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    journal: Journal
    credits: Credits
    lists: PriceLists
    charging: Charging
    statements: Statements
    clock: Clock
    sequences: dict[str, int] = field(default_factory=dict)

    async def used(self, call: str, used: Mapping[str, Mapping[str, float]], tenant: TenantId = TENANT) -> None:
        await self.tell(UsageMetered(**self._stamp(call, tenant), used=used))  # type: ignore[arg-type]

    async def over(self, call: str, tenant: TenantId = TENANT) -> None:
        await self.tell(CallCompleted(**self._stamp(call, tenant), reason="caller_hangup", duration=1.0))  # type: ignore[arg-type]

    async def tell(self, event: Event) -> None:
        await self.journal.write([event])

    def _stamp(self, call: str, tenant: TenantId) -> dict[str, object]:
        sequence = self.sequences[call] = self.sequences.get(call, 0) + 1
        stamp = {"id": EventId(new_id("evt")), "tenant": tenant, "call": CallId(call)}
        return {**stamp, "sequence": sequence, "at": self.clock.now}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    async with migrated(folder) as database:
        clock, journal = Clock(), Journal(database)
        credits_ = Credits(journal, Payers(database, lineage), clock)
        charging = Charging(journal, credits_, clock)
        yield House(journal, credits_, PriceLists(database, clock), charging, Statements(database), clock)

"""The whole program, hosted in the test's process: real sockets, real database, real recogniser and voice.

    async with opened(tmp_path) as house, Baresip(tmp_path / "phone") as phone:
        await phone.dial(house.uri)
        ...
    assert await house.reservations() == [...]

Every house is new: its own data, its own ports. ``play`` opens one and a telephone, and runs a scenario with them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from switchroom.catalogue.service import AgentRecord
from switchroom.domains.restaurant import book
from switchroom.events.catalogue import CallCompleted, CallFailed, Event
from switchroom.history.service import Line
from switchroom.identity import CallId, TenantId
from switchroom.roles.running import Running, everything
from switchroom.settings import EngineSettings, Settings, SipSettings, WebSettings
from switchroom.storage.journal import Entry
from switchroom.storage.scope import WHOLE_HOUSE
from tests.end_to_end.witness import Witness, witnessing
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.ports import free_block
from tests.virtual_time import run_real

ZONE = ZoneInfo("Europe/London")
"""Where the restaurant of the example is."""

Booked = tuple[str, int, datetime, str]
"""Name, party, local arrival and status of a reservation."""

Change = Callable[[AgentRecord], AgentRecord]


def open_day() -> date:
    """Return a day soon on which the restaurant is open in the evening, and whose name sounds unlike any other.

    It is closed on Mondays, and on a telephone "Tuesday" and "today" are easily taken for one another.
    """
    day = datetime.now(ZONE).date() + timedelta(days=2)
    while day.weekday() in (0, 1):
        day += timedelta(days=1)
    return day


def brisk(agent: AgentRecord) -> AgentRecord:
    """Let the agent speak fast, where a test is not about how it speaks."""
    return replace(agent, speed=1.3)


def unchanged(agent: AgentRecord) -> AgentRecord:
    """Leave the agent as the demo has it."""
    return agent


def settings(data: Path, **others: object) -> Settings:
    """Return settings with data of their own and free ports."""
    first = free_block(40)
    chosen: dict[str, object] = {
        "data": data,
        "sip": SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 39),
        "web": WebSettings(port=0),
        "engine": EngineSettings(drain_seconds=3.0),
        **others,
    }
    return Settings.model_validate(chosen)


@dataclass(frozen=True, slots=True)
class House:
    """The running program and somebody who watches it."""

    running: Running
    witness: Witness
    tenant: TenantId
    rtp_ports: tuple[int, int]
    """The first and the last."""

    @property
    def uri(self) -> str:
        """What to dial."""
        return self.running.sip

    @property
    def address(self) -> tuple[str, int]:
        """Where SIP is spoken."""
        return self.running.engine.endpoint.address

    async def over(self, *, within: float = 30.0) -> CallCompleted:
        """Wait until the next call is over, and fail if it failed."""
        event = await self.witness.until(CallCompleted, CallFailed, within=within)
        assert isinstance(event, CallCompleted), f"{event}\n{self.witness.story()}"
        await self.settled(event)
        return event

    async def settled(self, event: Event) -> None:
        """Wait until ``event`` is in the journal and the history shows it."""
        async with asyncio.timeout(10.0):
            while not any(entry.id == event.id for entry in await self.running.records.journal.of_call(event.call)):
                await asyncio.sleep(0.05)
        await self.running.records.reader.caught_up()

    async def reservations(self) -> list[Booked]:
        """Return what stands in the book, by arrival."""
        async with self.running.records.database.snapshot(WHOLE_HOUSE) as session:
            rows = await book.reservations(session, self.tenant)
        return sorted(((r.name, r.party, r.at.astimezone(ZONE), r.status) for r in rows), key=lambda row: row[2])

    async def messages(self) -> list[tuple[str, str]]:
        """Return (caller, text) of what was left for the people of the house."""
        async with self.running.records.database.snapshot(WHOLE_HOUSE) as session:
            return [(row.caller, row.text) for row in await book.messages(session, self.tenant)]

    async def transcript(self, call: CallId) -> list[Line]:
        """Return what was said and heard in a call."""
        return await self.running.records.history.transcript(call, self.tenant)

    async def journal(self, call: CallId) -> list[Entry]:
        """Return what is stored of a call's events."""
        return await self.running.records.history.events(call, self.tenant)


@asynccontextmanager
async def opened(data: Path, change: Change = brisk, **others: object) -> AsyncIterator[House]:
    """Run the program with ``change`` applied to the demo's agent; ``others`` are settings."""
    chosen = settings(data, **others)
    async with everything(chosen) as running, witnessing(running.records.bus) as witness:
        catalogue = running.records.catalogue
        [agent] = await catalogue.everybody()
        await catalogue.save_agent(change(agent))
        yield House(running, witness, agent.tenant_id, (chosen.sip.rtp_first, chosen.sip.rtp_last))


Scenario = Callable[[House, Baresip], Awaitable[None]]


def play(
    folder: Path, scenario: Scenario, change: Change = brisk, *, user: str = "anna", within: float = 120.0
) -> None:
    """Open a house and a telephone of ``user``, and let them meet. What fails is told together with what happened."""

    async def main() -> AssertionError | None:
        async with (
            opened(folder / "data", change) as house,
            Baresip(folder / "phone", BaresipSetup(user=user)) as phone,
        ):
            try:
                async with asyncio.timeout(within):
                    await scenario(house, phone)
            except AssertionError as error:
                error.add_note(house.witness.story())
                return error
            except TimeoutError:
                return AssertionError(f"not done after {within} s:\n{house.witness.story()}")
        return None

    failure = run_real(main())
    if failure is not None:
        raise failure

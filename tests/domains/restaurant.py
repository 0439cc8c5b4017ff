"""The demo restaurant with a database of its own, and somebody who talks to it."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from switchroom.domains.restaurant import book
from switchroom.domains.restaurant.reception import Reception
from switchroom.domains.restaurant.tables import Message, Reservation
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import load
from switchroom.flow.runner import FlowBrain
from switchroom.identity import CallId, TenantId
from switchroom.ports import (
    CallDetails,
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    EndCall,
    Party,
    Prompt,
    Say,
)
from switchroom.storage.db import Base, Database
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.databases import url_in

EXAMPLE = Path(__file__).parents[2] / "examples" / "restaurant.yaml"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday; London is on UTC then
TENANT = TenantId("tenant")

MORE = "Is there anything else I can do for you?"
BYE = "Thank you for calling. Goodbye. [end]"
FRIDAY = "Friday the twenty-seventh of November"
TOMORROW = "tomorrow, Wednesday the twenty-fifth of November"
EVENING = "at seven thirty in the evening"


def confirm(party: str, day: str, at: str, name: str) -> str:
    return f"That's a table for {party}, {day}, at {at}, under {name}. Is that right?"


def booked(party: str, day: str, at: str) -> str:
    return f"Your table for {party} is booked, {day}, at {at}. We look forward to seeing you. {MORE}"


Line = tuple[str, str]
Rows = list[tuple[str, int, str, str]]

SEVEN_THIRTY = "seven thirty in the evening"


class Guest:
    """Calls the restaurant, says lines, and keeps what it is told."""

    def __init__(
        self, house: "House", caller: str = "+441234567", call: str = "call_1", source: str = "phone_gateway"
    ) -> None:
        details = CallDetails(
            CallId(call), Party(caller), "demo", "browser" if source == "browser" else "phone_gateway", DirectErrands()
        )
        self.brain: FlowBrain = house.reception.opener(TENANT, lambda: house.now)(details)

    async def hears(self, prompt: Prompt) -> str:
        """Return what is said to ``prompt``; ``[end]`` when the call ends."""
        told: list[str] = []
        async with aclosing(self.brain.reply(prompt, ())) as reply:
            async for part in reply:
                match part:
                    case Say(text=text):
                        told.append(text)
                    case EndCall():
                        told.append("[end]")
                    case _:
                        pass
        return " ".join(told)

    async def says(self, line: str) -> str:
        """Say a line; ``#4`` types, ``~2`` is silent for the second time, ``!`` is not understood."""
        match line[:1]:
            case "#":
                return await self.hears(CallerTyped(line[1:]))
            case "~":
                return await self.hears(CallerSilent(int(line[1:])))
            case "!":
                return await self.hears(CallerUnheard("stt"))
            case _:
                return await self.hears(CallerSaid(line))

    async def talks(self, *lines: str) -> list[str]:
        """Open the call and say ``lines``; return the answers to the lines."""
        await self.hears(CallOpened())
        return [await self.says(line) for line in lines]


class House:
    """A restaurant that can be called."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reception = Reception(load(EXAMPLE), database)
        self.now = NOW

    async def reservations(self) -> list[tuple[str, int, str, str]]:
        """Return (name, party, local time, status), by time."""
        zone = self.reception.zone
        async with self.database.transaction(WHOLE_HOUSE) as session:
            rows: list[Reservation] = list(await book.reservations(session, TENANT))
        rows.sort(key=lambda row: row.at)
        return [(r.name, r.party, r.at.astimezone(zone).strftime("%a %d %H:%M"), r.status) for r in rows]

    async def messages(self) -> list[tuple[str, str]]:
        """Return (caller, text)."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            rows: list[Message] = list(await book.messages(session, TENANT))
        return [(row.caller, row.text) for row in rows]


async def book_tables(house: House, *sentences: str) -> None:
    """Book a table per sentence, each in a call of its own."""
    for number, sentence in enumerate(sentences):
        told = await Guest(house, call=f"earlier_{number}").talks(sentence, "yes")
        assert told[-1].endswith(MORE), told


@asynccontextmanager
async def restaurant(folder: Path) -> AsyncIterator[House]:
    """Open the demo restaurant with an empty book in ``folder``."""
    database = Database(url_in(folder, "restaurant"))
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield House(database)
    finally:
        await database.close()

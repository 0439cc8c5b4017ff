"""The table of processes: written by each for itself, and by the others once it has fallen silent.

To give a process up is a write that its next beat would have forbidden, and its beat is a write that giving up forbids: so both
sides know who was first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import UpdateBase

from switchroom.fleet.model import EngineRow
from switchroom.fleet.vigil import Beat
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE

FORGET = 86_400.0
"""Seconds for which a process that was given up is still listed."""


@dataclass(frozen=True, slots=True)
class Process:
    """What a process says of itself when it begins. ``sip`` and ``web`` are where the others and callers reach it."""

    id: str
    role: str
    host: str
    version: str
    started: float
    sip: str = ""
    web: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How busy it is."""

    calls: int = 0
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A process as the table has it. Times are seconds since the epoch, of the clock of whoever wrote them."""

    process: Process
    load: Load
    seen: float
    lost: float | None

    @property
    def room(self) -> int:
        """How many calls more it takes."""
        takes = self.lost is None and not self.load.draining
        return max(0, self.process.most - self.load.calls) if takes else 0


class Registry:
    """Reads and writes the table."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def enter(self, process: Process, *, alone: bool) -> None:
        """List a process from now on; ``alone``: and nobody else, since nobody else can be there."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            old = delete(EngineRow)
            await session.execute(old if alone else old.where(EngineRow.lost < process.started - FORGET))
            session.add(EngineRow(seen=process.started, **_columns(process)))

    async def place(self, id_: str, *, sip: str, web: str, most: int) -> None:
        """Say where a process is reached, once it listens there, and how many calls it takes."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            change = update(EngineRow).where(EngineRow.id == id_)
            await session.execute(change.values(sip=sip, web=web, most=most))

    async def beat(self, id_: str, load: Load, now: float) -> Mapping[str, Beat] | None:
        """Show that a process lives; return the beats of the others, None if it was given up."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            mine = update(EngineRow).where(EngineRow.id == id_, EngineRow.lost.is_(None))
            change = mine.values(beat=EngineRow.beat + 1, seen=now, calls=load.calls, draining=load.draining)
            if not await _changed(session, change):
                return None
            others = select(EngineRow.id, EngineRow.beat, EngineRow.web)
            there = await session.execute(others.where(EngineRow.id != id_, EngineRow.lost.is_(None)))
            return {row.id: Beat(row.beat, starting=not row.web) for row in there}

    async def give_up(self, id_: str, beat: int, now: float) -> bool:
        """Call a process lost, unless it has beaten since, or another was first; return whether we were."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            silent = update(EngineRow).where(EngineRow.id == id_, EngineRow.beat == beat, EngineRow.lost.is_(None))
            return await _changed(session, silent.values(lost=now))

    async def leave(self, id_: str) -> None:
        """List a process no more."""
        async with self.database.transaction(WHOLE_HOUSE) as session:
            await session.execute(delete(EngineRow).where(EngineRow.id == id_))

    async def all(self) -> list[Listed]:
        """Return every process, the oldest first."""
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            rows = await session.scalars(select(EngineRow).order_by(EngineRow.id))
            return [_listed(row) for row in rows]

    async def living(self, session: AsyncSession) -> set[str]:
        """Return who is there, as the session sees it."""
        return set(await session.scalars(select(EngineRow.id).where(EngineRow.lost.is_(None))))

    async def find(self, id_: str) -> Listed | None:
        """Return a process; None for one that has left, or was never there."""
        async with self.database.snapshot(WHOLE_HOUSE) as session:
            row = await session.get(EngineRow, id_)
        return None if row is None else _listed(row)


async def _changed(session: AsyncSession, statement: UpdateBase) -> bool:
    result = await session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _columns(process: Process) -> dict[str, object]:
    return {
        "id": process.id,
        "role": process.role,
        "host": process.host,
        "version": process.version,
        "started": process.started,
        "sip": process.sip,
        "web": process.web,
        "most": process.most,
    }


def _listed(row: EngineRow) -> Listed:
    process = Process(row.id, row.role, row.host, row.version, row.started, row.sip, row.web, row.most)
    return Listed(process, Load(row.calls, row.draining), row.seen, row.lost)

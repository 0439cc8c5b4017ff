"""Looking things up in history: lists of calls, one call, its transcript, turns and recording.

Everything takes the tenant that asks; another tenant's call does not exist for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from switchroom.errors import NotFound
from switchroom.history.model import CallRow, RecordingRow, TranscriptRow, TurnRow
from switchroom.history.searching import EVERYTHING, Wanted, matching
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.storage.db import Database
from switchroom.storage.journal import Entry, Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it is known now. Times are seconds since the epoch, None for what has not happened."""

    id: CallId
    tenant: TenantId
    agent: AgentId
    direction: str
    source: str
    caller: str
    caller_name: str
    dialled: str
    peer: str
    flow: str
    """What the agent went by, in its published ``flow_version``; 0 for a file."""
    flow_version: int
    agent_version: int
    """The version of the agent that it ran with; 0 for one from before there were any."""
    state: str
    """offered or dialing, ringing, talking, held, transferring or ended."""
    started: float | None
    connected: float | None
    ended: float | None
    duration: float | None
    reason: str
    error: str
    """The code of what broke; empty if nothing did."""
    message: str
    metadata: Mapping[str, str]
    """What whoever asked for a call of ours gave along."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said and heard; ``start`` and ``end`` are seconds since the call was connected."""

    turn: int
    who: str
    text: str
    start: float
    end: float
    interrupted: bool
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A caller's turn and its reply. ``timings`` are seconds from the end of the caller's speech.

    ``latency`` is how long they waited for the first sound of the reply, None if none was heard; ``shares`` for whom. ``adopted``:
    the reply was begun before the turn was over, which was tried ``guesses`` times.
    """

    turn: int
    started: float | None
    text: str
    heard: str
    waited: float | None
    interrupted: bool
    timings: Mapping[str, float]
    latency: float | None
    shares: Mapping[str, float]
    guesses: int
    adopted: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of sound. ``state`` is started, stored or failed."""

    path: str
    state: str
    rate: int
    duration: float
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some calls, newest first; ``next`` asks for the ones after them, None if there are none."""

    calls: Sequence[Call]
    next: str | None


__all__ = ["EVERYTHING", "Call", "CallHistory", "Line", "Page", "Recording", "Turn", "Wanted"]


class CallHistory:
    """What pages and API show of calls."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def calls(
        self, tenant: TenantId, wanted: Wanted = EVERYTHING, *, limit: int = 50, cursor: str | None = None
    ) -> Page:
        """Return a page of calls. ``cursor`` is the ``next`` of the page before."""
        query = matching(tenant, wanted, sqlite=self._database.sqlite).order_by(CallRow.id.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(CallRow.id < cursor)  # identifiers sort by time
        async with self._database.snapshot(tenant) as session:
            found = [_call(row) for row in await session.scalars(query)]
        return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def live(self, tenant: TenantId) -> Sequence[Call]:
        """Return the calls going on now, newest first; 1,000 at most."""
        return (await self.calls(tenant, Wanted(live=True), limit=1000)).calls

    async def call(self, call: CallId, tenant: TenantId) -> Call:
        """Return one call. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            row = await session.get(CallRow, call)
        if row is None or row.tenant_id != tenant or row.deleting is not None:
            raise NotFound(f"there is no call {call}")
        return _call(row)

    async def knows(self, call: CallId, tenant: TenantId) -> bool:
        """Return whether there is such a call."""
        async with self._database.snapshot(tenant) as session:
            row = await session.get(CallRow, call)
        return row is not None and row.tenant_id == tenant

    async def transcript(self, call: CallId, tenant: TenantId) -> list[Line]:
        """Return what was said and heard, in order."""
        query = (
            select(TranscriptRow)
            .where(TranscriptRow.call_id == call, TranscriptRow.tenant_id == tenant)
            .order_by(TranscriptRow.start, TranscriptRow.sequence)
        )
        async with self._database.snapshot(tenant) as session:
            return [
                Line(row.turn, row.who, row.text, row.start, row.end, row.interrupted, row.confidence)
                for row in await session.scalars(query)
            ]

    async def turns(self, call: CallId, tenant: TenantId) -> list[Turn]:
        """Return the turns with their timings."""
        query = select(TurnRow).where(TurnRow.call_id == call, TurnRow.tenant_id == tenant).order_by(TurnRow.turn)
        async with self._database.snapshot(tenant) as session:
            return [_turn(row) for row in await session.scalars(query)]

    async def recording(self, call: CallId, tenant: TenantId) -> Recording | None:
        """Return the call's recording, also while it is being written; None if there is none."""
        query = select(RecordingRow).where(RecordingRow.call_id == call, RecordingRow.tenant_id == tenant)
        async with self._database.snapshot(tenant) as session:
            row = (await session.scalars(query.order_by(RecordingRow.path).limit(1))).first()
        return None if row is None else Recording(row.path, row.state, row.rate, row.duration, row.size, row.sha256)

    async def events(self, call: CallId, tenant: TenantId, *, after: int = 0) -> list[Entry]:
        """Return the call's entries in the journal with a sequence greater than ``after``."""
        return [entry for entry in await self._journal.of_call(call, after=after) if entry.tenant == tenant]


def _call(row: CallRow) -> Call:
    return Call(
        id=CallId(row.id),
        tenant=TenantId(row.tenant_id),
        agent=AgentId(row.agent_id),
        direction=row.direction,
        source=row.source,
        caller=row.caller,
        caller_name=row.caller_name,
        dialled=row.dialled,
        peer=row.peer,
        flow=row.flow,
        flow_version=row.flow_version,
        agent_version=row.agent_version,
        state=row.state,
        started=row.started,
        connected=row.connected,
        ended=row.ended if row.ended is not None else row.closed,
        duration=row.duration,
        reason=row.reason,
        error=row.error,
        message=row.message,
        metadata=row.given,
    )


def _turn(row: TurnRow) -> Turn:
    return Turn(
        row.turn, row.started, row.text, row.heard, row.waited, row.interrupted, row.timings,
        row.latency, row.shares, row.guesses, row.adopted,
    )  # fmt: skip

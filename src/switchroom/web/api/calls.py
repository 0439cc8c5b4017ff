"""Calls: lists, one call, what was said in it, how fast, and its recording."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import PlainTextResponse, StreamingResponse

from switchroom.events.bus import Bus
from switchroom.events.catalogue import Event
from switchroom.history.service import Call, Wanted
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.web.auth import Asker
from switchroom.web.recordings import Waveform, recording_at_hand, waveform_of
from switchroom.web.services import With
from switchroom.web.transcripts import KINDS, TRANSCRIPT, Format, preferred, written

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])

_KEEP_ALIVE = 15.0

_MISSING: dict[int | str, dict[str, object]] = {404: {"description": "there is no such call, or it is somebody else's"}}


State = Literal["offered", "dialing", "ringing", "talking", "held", "transferring", "ended"]


class CallOut(BaseModel):
    """A call. Times are RFC 3339, durations seconds."""

    id: str
    state: str
    direction: str
    source: str
    agent: str
    caller: str
    caller_name: str
    dialled: str
    flow: str
    flow_version: int
    agent_version: int
    started: datetime | None
    connected: datetime | None
    ended: datetime | None
    duration: float | None
    reason: str
    error: str
    message: str
    metadata: Mapping[str, str]


class CallList(BaseModel):
    """Calls, newest first; ``next`` is the cursor of the following page."""

    items: list[CallOut]
    next: str | None


class LineOut(BaseModel):
    """One thing that was said; ``start`` and ``end`` are seconds since the call was connected."""

    turn: int
    who: str
    text: str
    start: float
    end: float
    interrupted: bool
    confidence: float | None


class TurnOut(BaseModel):
    """A caller's turn and its reply; ``timings`` are seconds from the end of the caller's speech.

    ``latency`` is the wait until the first sound of the reply, ``shares`` are who was awaited for how long of it. ``adopted``: the
    reply was begun before the turn was over.
    """

    turn: int
    text: str
    heard: str
    waited: float | None
    interrupted: bool
    timings: Mapping[str, float]
    latency: float | None
    shares: Mapping[str, float]
    guesses: int
    adopted: bool


class EventOut(BaseModel):
    """Something that happened."""

    id: str
    sequence: int
    topic: str
    version: int
    at: datetime | None
    data: Mapping[str, object]


class Filter(BaseModel):
    """Which calls to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)
    live: bool | None = None
    failed: bool | None = None
    source: str | None = Field(None, max_length=32)
    caller: str | None = Field(None, max_length=320)
    state: State | None = None
    direction: Literal["inbound", "outbound"] | None = None
    agent: str | None = Field(None, max_length=64, description="its id")
    number: str | None = Field(
        None, min_length=1, max_length=320, description="of either side; with a * behind it, how one begins"
    )
    outcome: str | None = Field(None, max_length=32, description="why it ended: caller_hangup, agent_hangup, busy, ...")
    since: AwareDatetime | None = Field(None, description="began then or later")
    until: AwareDatetime | None = Field(None, description="began before")
    min_duration: float | None = Field(None, ge=0, description="seconds")
    text: str | None = Field(None, max_length=200, description="words that were all said in it, by whomever")

    def wanted(self) -> Wanted:
        """Return it as history takes it."""
        return Wanted(
            live=self.live,
            failed=self.failed,
            source=self.source,
            caller=self.caller,
            state=self.state,
            direction=self.direction,
            agent=None if self.agent is None else AgentId(self.agent),
            number=self.number,
            outcome=self.outcome,
            since=None if self.since is None else self.since.timestamp(),
            until=None if self.until is None else self.until.timestamp(),
            min_duration=self.min_duration,
            words=self.text,
        )


@router.get("", summary="Search calls")
async def calls(
    asker: Asker,
    services: With,
    wanted: Annotated[Filter, Query()],
) -> CallList:
    """Answer with the tenant's calls that are like this, newest first."""
    found = await services.history.calls(asker.tenant, wanted.wanted(), limit=wanted.limit, cursor=wanted.cursor)
    return CallList(items=[_call(call) for call in found.calls], next=found.next)


@router.get("/changes", summary="Follow calls as they change", response_class=StreamingResponse)
async def changes(
    asker: Asker, services: With, call: Annotated[str | None, Query(max_length=64)] = None
) -> StreamingResponse:
    """Stream server-sent events ``change {call, topic}``: of one call, or of all; what changed is to be asked for."""
    stream = follow(services.bus, asker.tenant, call)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@router.get("/{call_id}", summary="Get a call", responses=_MISSING)
async def call(call_id: str, asker: Asker, services: With) -> CallOut:
    """Answer with one call."""
    return _call(await services.history.call(CallId(call_id), asker.tenant))


@router.get("/{call_id}/transcript", summary="Get what was said", responses=TRANSCRIPT, response_model=list[LineOut])
async def transcript(
    call_id: str,
    request: Request,
    asker: Asker,
    services: With,
    format: Annotated[Format | None, Query(description="left out: what Accept asks for, or JSON")] = None,  # noqa: A002
) -> object:
    """Answer with what was said and heard, in order: as JSON, as text, or as subtitles of the recording (WebVTT, SRT)."""
    found = await services.history.call(CallId(call_id), asker.tenant)
    lines = await services.history.transcript(found.id, asker.tenant)
    chosen = format or preferred(request.headers.get("accept", ""))
    if chosen != "json":
        return PlainTextResponse(written(lines, chosen), media_type=KINDS[chosen])
    return [
        LineOut(
            turn=line.turn, who=line.who, text=line.text, start=line.start, end=line.end,
            interrupted=line.interrupted, confidence=line.confidence,
        )
        for line in lines
    ]  # fmt: skip


@router.get("/{call_id}/turns", summary="Get the turns with their timings", responses=_MISSING)
async def turns(call_id: str, asker: Asker, services: With) -> list[TurnOut]:
    """Answer with the caller's turns and their replies."""
    found = await services.history.call(CallId(call_id), asker.tenant)
    return [
        TurnOut(
            turn=turn.turn, text=turn.text, heard=turn.heard, waited=turn.waited,
            interrupted=turn.interrupted, timings=turn.timings, latency=turn.latency, shares=turn.shares,
            guesses=turn.guesses, adopted=turn.adopted,
        )
        for turn in await services.history.turns(found.id, asker.tenant)
    ]  # fmt: skip


@router.get("/{call_id}/events", summary="Get everything that happened", responses=_MISSING)
async def events(call_id: str, asker: Asker, services: With, after: Annotated[int, Query(ge=0)] = 0) -> list[EventOut]:
    """Answer with the call's journal, from the sequence number after ``after`` on."""
    found = await services.history.call(CallId(call_id), asker.tenant)
    return [
        EventOut(
            id=entry.id, sequence=entry.sequence, topic=entry.topic, version=entry.version,
            at=_moment(entry.at), data=entry.data,
        )
        for entry in await services.history.events(found.id, asker.tenant, after=after)
    ]  # fmt: skip


@router.get("/{call_id}/waveform", summary="Get the shape of the recording", responses=_MISSING)
async def waveform(
    call_id: str, asker: Asker, services: With, points: Annotated[int, Query(ge=10, le=4000)] = 1000
) -> Waveform:
    """Answer with the loudest sample of each of ``points`` stretches, both parties."""
    async with recording_at_hand(services, CallId(call_id), asker.tenant) as path:
        return await asyncio.to_thread(waveform_of, path, points)


async def follow(bus: Bus, tenant: TenantId, call: str | None) -> AsyncGenerator[str, None]:
    """Yield the stream of ``changes`` as text, a sign of life every 15 s included."""

    def wants(event: Event) -> bool:
        return event.tenant == tenant and not event.ephemeral and call in (None, event.call)

    with bus.subscribe(wants, size=256) as subscription:
        yield ": following\n\n"
        while True:
            events: list[Event] = []
            try:
                async with asyncio.timeout(_KEEP_ALIVE):
                    events = await subscription.batch()
            except TimeoutError:
                yield ": nothing new\n\n"
            for event in events:
                yield f"event: change\ndata: {json.dumps({'call': event.call, 'topic': event.topic})}\n\n"


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _call(call: Call) -> CallOut:
    return CallOut(
        id=call.id, state=call.state, direction=call.direction, source=call.source, agent=call.agent,
        caller=call.caller, caller_name=call.caller_name, dialled=call.dialled, flow=call.flow, flow_version=call.flow_version,
        agent_version=call.agent_version,
        started=_moment(call.started), connected=_moment(call.connected), ended=_moment(call.ended),
        duration=call.duration, reason=call.reason, error=call.error, message=call.message, metadata=call.metadata,
    )  # fmt: skip

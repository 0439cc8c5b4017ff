"""Pages for people: what they show is looked up here, how it looks is in ``html/``.

A page works without its script as far as it can; scripts add the microphone, the waveform, and changes as they happen.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from switchroom.domains.restaurant.book import messages, reservations
from switchroom.domains.restaurant.tables import Reservation
from switchroom.history.service import Wanted
from switchroom.identity import CallId
from switchroom.web.auth import Member, Viewer, stay
from switchroom.web.branding import branded
from switchroom.web.lines import line_qualities
from switchroom.web.services import With
from switchroom.web.templates import page
from switchroom.web.troubles import troubles

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(branded)])

_FILTERS = {
    "": Wanted(),
    "live": Wanted(live=True),
    "failed": Wanted(failed=True),
    "browser": Wanted(source="browser"),
    "text": Wanted(source="text"),
}


@router.get("/")
async def home(request: Request, services: With, viewer: Viewer) -> Response:
    """What this is and how to try it."""
    values = {
        "viewer": viewer,
        "sip_address": services.sip_address,
        "engine": services.engine(),
        "demo": services.demo_user is not None,
    }
    return page(request, "home.html", values)


@router.get("/voice_assistant")
async def voice_assistant(request: Request, services: With, viewer: Viewer) -> Response:
    """Talk to the agent."""
    known = viewer or services.demo_user
    return page(request, "voice_assistant.html", {"viewer": viewer, "pin": known is None, "demo": viewer is None})


@router.get("/calls")
async def calls(
    request: Request,
    services: With,
    viewer: Member,
    show: Annotated[str, Query(max_length=16)] = "",
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The tenant's calls."""
    show = show if show in _FILTERS else ""
    found = await services.history.calls(viewer.tenant, _FILTERS[show], limit=25, cursor=cursor)
    agents = {agent.id: agent.name for agent in await services.catalogue.agents(viewer.tenant)}
    values = {
        "viewer": viewer,
        "calls": found.calls,
        "next": found.next,
        "show": show,
        "cursor": cursor,
        "agents": agents,
    }
    response = page(request, "calls.html", values)
    stay(response, request, services, viewer)
    return response


@router.get("/calls/{call_id}")
async def call(call_id: str, request: Request, services: With, viewer: Member) -> Response:
    """One call."""
    found = await services.history.call(CallId(call_id), viewer.tenant)
    events = await services.history.events(found.id, viewer.tenant)
    turns = [turn for turn in await services.history.turns(found.id, viewer.tenant) if turn.latency is not None]
    agents = {agent.id: agent.name for agent in await services.catalogue.agents(viewer.tenant)}
    values = {
        "viewer": viewer,
        "call": found,
        "agent": agents.get(found.agent, found.agent),
        "lines": await services.history.transcript(found.id, viewer.tenant),
        "recording": await services.history.recording(found.id, viewer.tenant),
        "turns": turns,
        "longest": max((turn.latency or 0.0 for turn in turns), default=0.0),
        "events": events,
        "qualities": line_qualities([entry.event for entry in events]),
        "troubles": troubles([entry.event for entry in events]),
        "began": found.connected or found.started or 0.0,
    }
    response = page(request, "call.html", values)
    stay(response, request, services, viewer)
    return response


@router.get("/reservations")
async def book(request: Request, services: With, viewer: Member) -> Response:
    """The restaurant's reservations by day, and the messages that were taken."""
    async with services.database.snapshot(viewer.tenant) as session:
        booked = await reservations(session, viewer.tenant, limit=500)
        taken = await messages(session, viewer.tenant)
    today = datetime.fromtimestamp(services.wall(), ZoneInfo(booked[0].zone) if booked else None).date()
    values = {"viewer": viewer, "days": by_day(booked, today), "messages": taken}
    response = page(request, "reservations.html", values)
    stay(response, request, services, viewer)
    return response


def by_day(booked: Sequence[Reservation], today: date) -> list[dict[str, object]]:
    """Return the reservations by day of the restaurant's own clock: from today on, then the past, nearest first."""
    local = sorted(((one.at.astimezone(ZoneInfo(one.zone)), one) for one in booked), key=lambda pair: pair[0])
    days = [(day, list(rows)) for day, rows in groupby(local, key=lambda pair: pair[0].date())]
    coming = [_day(day, rows, today) for day, rows in days if day >= today]
    return coming + [_day(day, rows, today) for day, rows in reversed(days) if day < today]


def _day(day: date, rows: Iterable[tuple[datetime, Reservation]], today: date) -> dict[str, object]:
    rows = list(rows)
    names = {today: "Today", today + timedelta(days=1): "Tomorrow"}
    return {
        "day": day,
        "name": names.get(day, ""),
        "past": day < today,
        "rows": rows,
        "guests": sum(one.party for _, one in rows if one.status == "booked"),
    }

"""The page of trunks: each with its line, its calls now and where it may call; asked from here whether it is there."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, Response

from switchroom.accounts.service import User
from switchroom.catalogue.dial_guard import money
from switchroom.transports.sip.trunks.probing import Probed
from switchroom.web.auth import Member, stay
from switchroom.web.branding import branded
from switchroom.web.services import Services, With
from switchroom.web.templates import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(branded)])


@router.get("/trunks")
async def trunks(request: Request, services: With, viewer: Member) -> Response:
    """The tenant's trunks."""
    return await _page(request, services, viewer, {})


@router.post("/trunks")
async def ask(request: Request, services: With, viewer: Member, trunk: Annotated[str, Form(max_length=64)]) -> Response:
    """Ask one of them by OPTIONS, and show what came back."""
    found = await services.trunks.built(trunk, viewer.tenant)
    return await _page(request, services, viewer, {found.id: await services.desk.probes.probe(found)})


async def _page(request: Request, services: Services, viewer: User, probed: dict[str, Probed]) -> Response:
    now = asyncio.get_running_loop().time()
    records = await services.trunks.all(viewer.tenant)
    guard = await services.outbound_calls.guard(viewer.tenant)
    spending = await services.outbound_calls.spending(viewer.tenant)
    rows = [
        {
            "record": record,
            "line": services.desk.lines.state(record.id),
            "load": services.desk.load(record.id),
            "probed": probed.get(record.id),
        }
        for record in records
    ]
    values = {
        "viewer": viewer,
        "rows": rows,
        "now": now,
        "guard": guard,
        "running": spending.running,
        "spent": money(spending.spent, guard.currency),
        "cap": money(guard.spend_per_day, guard.currency),
    }
    response = page(request, "trunks.html", values)
    stay(response, request, services, viewer)
    return response

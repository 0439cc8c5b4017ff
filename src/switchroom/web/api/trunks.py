"""Trunks: carriers and PBXs, what each can do, whether it is there, and what may be called by them.

Secrets are written and never read: an answer only tells which there are, and what ``headers`` say only to an administrator, who is
also the one to change a trunk.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, JsonValue, WithJsonSchema

from switchroom.accounts.tokens import Identity
from switchroom.catalogue.dial_guard import DialGuard
from switchroom.catalogue.trunk_form import TrunkForm
from switchroom.catalogue.trunk_kinds import KINDS, USUAL
from switchroom.catalogue.trunks import TrunkRecord
from switchroom.sip.trunks.trunk import Trunk
from switchroom.transports.sip.trunks.probing import addresses
from switchroom.web.api.form_schema import schema_of
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1", tags=["trunks"])

_MISSING: dict[int | str, dict[str, object]] = {
    404: {"description": "there is no such trunk, or it is somebody else's"}
}
_UNUSABLE: dict[int | str, dict[str, object]] = {
    403: {"description": "only an administrator may"},
    409: {"description": "name, user or networks are taken"},
    422: {"description": "a field cannot be used; says which and why"},
}

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(schema_of(TrunkForm))]
"""Fields of a TrunkForm, some or all: whether they fit is known only together with what is usual or stored."""


class TrunkLineOut(BaseModel):
    """Our registration for the trunk; ``again`` is in how many seconds it is refreshed or tried next."""

    state: str
    why: str
    again: float | None


class TrunkOut(BaseModel):
    """A trunk: its settings, which secrets are set, its line and its calls now."""

    id: str
    settings: dict[str, JsonValue]
    secrets: list[str]
    line: TrunkLineOut
    calls_in: int
    calls_out: int


class ProbedOut(BaseModel):
    """What came of asking a trunk by OPTIONS, and what to do about it."""

    answered: bool
    status: int
    reason: str
    where: str
    seconds: float
    advice: str
    line: TrunkLineOut


class GuardOut(BaseModel):
    """What the tenant may call and spend, and what it does now; money in millionths of the currency."""

    guard: DialGuard
    running: int
    spent: int


@router.get("/trunk-kinds", summary="List the kinds of trunks and what is usual for each")
async def kinds(asker: Asker) -> dict[str, Mapping[str, object]]:  # noqa: ARG001 - for who is signed in
    """Answer with the fields that a new trunk of each kind begins with."""
    return {kind: USUAL[kind] for kind in KINDS}


@router.get("/trunks", summary="List trunks")
async def trunks(asker: Asker, services: With) -> list[TrunkOut]:
    """Answer with the tenant's trunks, oldest first."""
    return [_trunk(record, asker, services) for record in await services.trunks.all(asker.tenant)]


@router.post("/trunks", summary="Add a trunk", status_code=201, responses=_UNUSABLE)
async def add(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> TrunkOut:
    """Add a trunk; fields that are not given are what is usual for its kind."""
    return _trunk(await services.trunks.create(asker.tenant, fields), asker, services)


@router.get("/trunks/{trunk_id}", summary="Get a trunk", responses=_MISSING)
async def trunk(trunk_id: str, asker: Asker, services: With) -> TrunkOut:
    """Answer with one trunk."""
    return _trunk(await services.trunks.get(trunk_id, asker.tenant), asker, services)


@router.patch("/trunks/{trunk_id}", summary="Change a trunk", responses={**_MISSING, **_UNUSABLE})
async def change(trunk_id: str, fields: Annotated[Fields, Body()], asker: Asker, services: With) -> TrunkOut:
    """Change the fields that are given; a secret that is empty is forgotten. It counts from the next call on."""
    return _trunk(await services.trunks.change(trunk_id, asker.tenant, fields), asker, services)


@router.delete("/trunks/{trunk_id}", summary="Remove a trunk", status_code=204, responses=_MISSING)
async def remove(trunk_id: str, asker: Asker, services: With) -> None:
    """Remove a trunk; calls that are up go on."""
    await services.trunks.delete(trunk_id, asker.tenant)


@router.post("/trunks/{trunk_id}/test", summary="Ask whether a trunk is there", responses=_MISSING)
async def test(trunk_id: str, asker: Asker, services: With) -> ProbedOut:
    """Ask the trunk by OPTIONS; answer with what came back and what to do about it."""
    found = await services.trunks.built(trunk_id, asker.tenant)
    probed = await services.desk.probes.probe(found)
    return ProbedOut(
        answered=probed.answered, status=probed.status, reason=probed.reason, where=probed.where,
        seconds=round(probed.seconds, 3), advice=probed.advice, line=_line(found.id, services),
    )  # fmt: skip


@router.get("/trunks/{trunk_id}/capabilities", summary="Get what a trunk can do", responses=_MISSING)
async def capabilities(trunk_id: str, asker: Asker, services: With) -> dict[str, JsonValue]:
    """Answer with what calls by this trunk may expect."""
    return describe(await services.trunks.built(trunk_id, asker.tenant))


@router.get("/dial-guard", summary="Get what may be called and spent")
async def guard(asker: Asker, services: With) -> GuardOut:
    """Answer with the tenant's guard, the calls out that run and what those of today (UTC) have cost."""
    spending = await services.outbound_calls.spending(asker.tenant)
    found = await services.outbound_calls.guard(asker.tenant)
    return GuardOut(guard=found, running=spending.running, spent=spending.spent)


@router.put(
    "/dial-guard", summary="Set what may be called and spent", responses={403: _UNUSABLE[403], 422: _UNUSABLE[422]}
)
async def set_guard(wanted: DialGuard, asker: Asker, services: With) -> GuardOut:
    """Replace the tenant's guard, from the next call on; no wider than the operator allows."""
    await services.outbound_calls.set_guard(asker.tenant, wanted)
    return await guard(asker, services)


def describe(trunk: Trunk) -> dict[str, JsonValue]:
    """Return what a trunk can do, for programs that choose by it."""
    inbound, outbound = trunk.inbound, trunk.outbound
    recognised = {
        "address": bool(inbound.networks),
        "password": inbound.credentials is not None,
        "token": inbound.token is not None,
        "registration": trunk.registering is not None,
    }
    return {
        "recognised_by": [how for how, is_asked in recognised.items() if is_asked],
        "inbound": trunk.enabled and any(recognised.values()),
        "outbound": trunk.enabled and bool(addresses(trunk)) and bool(trunk.destinations.allow),
        "authenticates": outbound.credentials is not None,
        "codecs": list(trunk.media.codecs),
        "digits": trunk.media.digits,
        "security": trunk.media.security,
        "trusts_identity": inbound.trusts_identity,
        "accepts_refer": inbound.accepts_refer,
        "follows_redirects": outbound.follows_redirects,
        "session_expires": outbound.session_expires,
        "calls_per_second": trunk.limits.calls_per_second,
        "max_inbound": trunk.limits.inbound,
        "max_outbound": trunk.limits.outbound,
        "max_calls": trunk.limits.calls,
        "destinations": list(trunk.destinations.allow),
        "callers": list(outbound.callers),
    }


def _trunk(record: TrunkRecord, asker: Identity, services: Services) -> TrunkOut:
    settings = record.form.model_dump(mode="json")
    if asker.role != "admin":
        settings["headers"] = dict.fromkeys(record.form.headers, "")  # a value may be somebody's key
    load = services.desk.load(record.id)
    return TrunkOut(
        id=record.id,
        settings=settings,
        secrets=sorted(record.secrets),
        line=_line(record.id, services),
        calls_in=load["in"],
        calls_out=load["out"],
    )


def _line(trunk: str, services: Services) -> TrunkLineOut:
    state = services.desk.lines.state(trunk)
    again = None if state.next is None else max(0.0, round(state.next - asyncio.get_running_loop().time(), 1))
    return TrunkLineOut(state=state.state, why=state.why, again=again)

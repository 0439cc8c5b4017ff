"""Queues: where callers wait for people. Until people log in to take calls, a queue's calls go to its one person."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, JsonValue, WithJsonSchema

from switchroom.catalogue.named_forms import Named, NamedForms
from switchroom.catalogue.number import Target
from switchroom.catalogue.numbers import Numbers
from switchroom.catalogue.queues import QueueForm, queues_of
from switchroom.errors import Conflict, Invalid
from switchroom.identity import AgentId, TenantId
from switchroom.web.api.form_schema import schema_of
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/queues", tags=["queues"])

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(schema_of(QueueForm))]


class QueueOut(BaseModel):
    """A queue."""

    id: str
    form: QueueForm


class QueueList(BaseModel):
    """Queues in the order in which they were made; ``next`` is the cursor of the following page."""

    items: list[QueueOut]
    next: str | None


@router.get("", summary="List queues", responses=refusals(401, 403, 422, 429))
async def queues(
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> QueueList:
    """Answer with the tenant's queues."""
    found = await _desk(services).page(asker.tenant, limit + 1, cursor)
    shown = found[:limit]
    return QueueList(items=[_out(one) for one in shown], next=shown[-1].id if len(found) > limit else None)


@router.post("", summary="Add a queue", status_code=201, responses=refusals(401, 403, 409, 422, 429))
async def add(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> QueueOut:
    """Add a queue; numbers refer to it."""
    await _overflow(services, asker.tenant, fields)
    return _out(await _desk(services).create(asker.tenant, fields))


@router.get("/{queue}", summary="Get a queue", responses=refusals(401, 403, 404, 429))
async def one(queue: str, asker: Asker, services: With) -> QueueOut:
    """Answer with a queue, by id or name."""
    return _out(await _desk(services).get(asker.tenant, queue))


@router.patch("/{queue}", summary="Change a queue", responses=refusals(401, 403, 404, 409, 422, 429))
async def change(queue: str, fields: Annotated[Fields, Body()], asker: Asker, services: With) -> QueueOut:
    """Change the fields that are given; it counts from the next call on."""
    await _overflow(services, asker.tenant, fields)
    return _out(await _desk(services).change(asker.tenant, queue, fields))


@router.delete("/{queue}", summary="Remove a queue", status_code=204, responses=refusals(401, 403, 404, 409, 429))
async def remove(queue: str, asker: Asker, services: With) -> None:
    """Remove a queue that no number refers to."""
    found = await _desk(services).get(asker.tenant, queue)
    users = await Numbers(services.database).users_of(asker.tenant, target=Target("queue", found.id))
    if users:
        raise Conflict(f"{found.name!r} answers {', '.join(users)}: let somebody else answer first", code="in_use")
    await _desk(services).delete(asker.tenant, found.id)


async def _overflow(services: Services, tenant: TenantId, fields: dict[str, JsonValue]) -> None:
    """Raise NotFound or Invalid if it would overflow to an agent that cannot take over: it needs a published flow."""
    overflow = fields.get("overflow")
    if not isinstance(overflow, dict) or overflow.get("kind") != "agent":
        return
    agent = await services.catalogue.agent(AgentId(str(overflow.get("agent"))), tenant)
    flows = {flow.name for flow in await services.flows.all(tenant) if flow.published}
    if agent.flow not in flows:
        raise Invalid(f"overflow: the flow {agent.flow!r} of agent {agent.name!r} is no published flow: publish one")


def _desk(services: Services) -> NamedForms[QueueForm]:
    return queues_of(services.database, services.wall)


def _out(found: Named[QueueForm]) -> QueueOut:
    return QueueOut(id=found.id, form=found.form)

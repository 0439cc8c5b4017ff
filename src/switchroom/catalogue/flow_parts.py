"""The published flows that a flow runs as parts of itself, theirs included."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from switchroom.catalogue.flow_desk import live_number, published_text
from switchroom.catalogue.model import FlowRow, FlowVersionRow
from switchroom.flow.file import parse
from switchroom.flow.graph import Flow
from switchroom.flow.linking import needed
from switchroom.identity import TenantId
from switchroom.storage.db import Database


@dataclass(frozen=True, slots=True)
class Part:
    """A flow that is published, in this version."""

    number: int
    flow: Flow


async def published_parts(database: Database, tenant: TenantId, flow: Flow) -> Mapping[str, Part]:
    """Return every published flow that ``flow`` needs, by name; one that is not published is not among them."""
    found: dict[str, Part] = {}
    waiting = sorted(needed(flow))
    while waiting:
        name = waiting.pop()
        live = await live_number(database, tenant, name)
        if name in found or live is None or live[1] == 0:
            continue
        text = await published_text(database, tenant, *live)
        part = found[name] = Part(live[1], await asyncio.to_thread(parse, text))
        waiting += sorted(needed(part.flow) - found.keys())
    return found


async def published_flows(database: Database, tenant: TenantId) -> Mapping[str, Flow]:
    """Return every published flow of the tenant, by name, as it answers now."""
    live = select(FlowRow.name, FlowVersionRow.text).join(
        FlowVersionRow, (FlowVersionRow.flow_id == FlowRow.id) & (FlowVersionRow.number == FlowRow.published)
    )
    async with database.snapshot(tenant) as session:
        texts = (await session.execute(live.where(FlowRow.tenant_id == tenant).order_by(FlowRow.name))).all()
    return {name: await asyncio.to_thread(parse, text) for name, text in texts}


async def part_numbers(database: Database, tenant: TenantId, names: Iterable[str]) -> Mapping[str, int]:
    """Return which version of each of these flows answers now."""
    live = {name: await live_number(database, tenant, name) for name in names}
    return {name: 0 if found is None else found[1] for name, found in live.items()}

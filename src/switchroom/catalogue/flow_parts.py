"""The published flows that a flow runs as parts of itself, theirs included."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from switchroom.catalogue.flow_desk import live_number, published_text
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


async def part_numbers(database: Database, tenant: TenantId, names: Iterable[str]) -> Mapping[str, int]:
    """Return which version of each of these flows answers now."""
    live = {name: await live_number(database, tenant, name) for name in names}
    return {name: 0 if found is None else found[1] for name, found in live.items()}

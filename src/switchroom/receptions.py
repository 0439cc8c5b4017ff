"""Flows made ready to answer: the version that a tenant has published under a name, or a file.

Each is built once and kept, beside the event loop, for it takes a fifth of a second and a tick may not wait for it. What is
published answers from the next call on; a call that runs keeps what it began with. A file that has changed is read again, and
while it cannot be used the one before goes on answering.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from switchroom.catalogue.flow_desk import NAME, live_number, published_text
from switchroom.catalogue.service import AgentRecord
from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid
from switchroom.flow.file import load, parse
from switchroom.flow.fixed import fixed_sentences
from switchroom.flow.graph import Flow
from switchroom.flow.plan import FlowInvalid
from switchroom.flow.problems import FlowUnreadable, Problem, located
from switchroom.flow.tools import Tools, tools_of
from switchroom.identity import TenantId
from switchroom.knowledge.library import Library
from switchroom.knowledge.tool import Lookup
from switchroom.ports import Hints, Models
from switchroom.storage.db import Database

log = structlog.get_logger()


ToolsOf = Callable[[TenantId], Tools]


def no_tools(_tenant: TenantId) -> Tools:
    """Return nothing: a tenant without tools of its own."""
    return NONE


NONE: Tools = {}
_ANYBODY = TenantId("")


def _same(tools: Tools, others: Tools) -> bool:
    return tools is others or not (tools or others)


@dataclass(frozen=True, slots=True)
class _Read:
    changed: float
    tools: Tools
    reception: Reception


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers an agent's calls now: a version of a flow, or a file (version 0)."""

    flow: str
    version: int
    reception: Reception


class Receptions:
    """Every flow that was needed so far. ``folder`` is what file names are relative to."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        tools: ToolsOf = no_tools,
        models: Models | None = None,
        library: Library | None = None,
    ) -> None:
        """``tools`` gives what a tenant has besides the house's own; the same object while they are the same.

        ``models`` are those that flows may name; None: there are none. Without a ``library``, things are looked up by words alone.
        """
        self._house = tools_of(Lookup(library or Library(database, time.time)))
        self._database = database
        self._folder = folder
        self._tools = tools
        self._models = models
        self._building = asyncio.Lock()
        self._files: dict[tuple[Path, TenantId], _Read] = {}
        self._published: dict[str, tuple[Standing, Tools]] = {}  # by the flow's id

    def hints(self) -> list[Hints]:
        """Return everything that may be expected to be heard in these flows."""
        return [hints for reception in self._known() for hints in reception.plan.hints]

    def fixed_sentences(self) -> list[str]:
        """Return what is said word for word in these flows."""
        return [text for reception in self._known() for text in fixed_sentences(reception.plan.flow)]

    def _known(self) -> list[Reception]:
        known = [read.reception for read in self._files.values()]
        return known + [standing.reception for standing, _ in self._published.values()]

    async def of(self, agent: AgentRecord) -> Standing:
        """Return what answers ``agent``'s calls now. Raises Invalid."""
        found = await self._live(agent)
        return found or Standing(agent.flow, 0, await self._from_file(agent))

    async def examine(self, tenant: TenantId, text: str) -> tuple[Problem, ...]:
        """Return everything that keeps ``text`` from answering calls of ``tenant``."""
        return await asyncio.to_thread(self._examine, text, self._tools(tenant))

    def _examine(self, text: str, tools: Tools) -> tuple[Problem, ...]:
        try:
            Reception(parse(text), self._database, {**self._house, **tools}, self._models)
        except (FlowUnreadable, FlowInvalid) as error:
            return located(error.problems, text)
        except Invalid as error:  # of a section that belongs to tools
            section, _, message = str(error).partition(": ")
            return located([Problem("", section, message)], text)
        return ()

    async def _live(self, agent: AgentRecord) -> Standing | None:
        """Return the version that is published under the name of ``agent``'s flow; None if it is no flow's name."""
        live = await live_number(self._database, agent.tenant_id, agent.flow) if NAME.fullmatch(agent.flow) else None
        if live is None:
            return None
        flow, number = live
        if number == 0:
            raise Invalid(
                f"the flow {agent.flow!r} of agent {agent.name!r} was never published: publish it", code="flow_missing"
            )
        async with self._building:
            tools = self._tools(agent.tenant_id)
            known = self._published.get(flow)
            if known is None or known[0].version != number or not _same(known[1], tools):
                text = await published_text(self._database, flow, number)
                before = None if known is None or known[0].version != number else known[0].reception
                reception = await self._build(lambda: parse(text), agent, tools, before)
                known = self._published[flow] = Standing(agent.flow, number, reception), tools
            return known[0]

    async def _from_file(self, agent: AgentRecord) -> Reception:
        path, tools = self._folder / agent.flow, self._tools(agent.tenant_id)
        place = path, agent.tenant_id if tools else _ANYBODY
        async with self._building:
            known = self._files.get(place)
            try:
                changed = path.stat().st_mtime
            except OSError as error:
                if known is None:
                    raise Invalid(
                        f"the flow of agent {agent.name!r} is not there: {path}", code="flow_missing"
                    ) from error
                return known.reception
            if known is None or known.changed != changed or not _same(known.tools, tools):
                before = None if known is None else known.reception
                reception = await self._build(lambda: load(path), agent, tools, before)
                known = self._files[place] = _Read(changed, tools, reception)
            return known.reception

    async def _build(
        self, read: Callable[[], Flow], agent: AgentRecord, tools: Tools, before: Reception | None
    ) -> Reception:
        try:
            return await asyncio.to_thread(
                lambda: Reception(read(), self._database, {**self._house, **tools}, self._models)
            )
        except Invalid as error:
            if before is None:
                raise
            log.warning("flow cannot be used, going on with the one before", flow=agent.flow, problem=str(error))
            return before

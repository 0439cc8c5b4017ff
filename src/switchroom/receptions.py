"""Flows made ready to answer: the version that a tenant has published under a name, or a file.

Each is built once and kept, beside the event loop, for it takes a fifth of a second and a tick may not wait for it. What is
published answers from the next call on; a call that runs keeps what it began with. A file that has changed is read again, and
while it cannot be used the one before goes on answering.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from switchroom.catalogue.flow_desk import NAME, live_number, published_text
from switchroom.catalogue.flow_parts import part_numbers, published_flows, published_parts
from switchroom.catalogue.service import AgentRecord
from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid
from switchroom.flow.file import load, load_parts, parse, part_file
from switchroom.flow.fixed import fixed_sentences
from switchroom.flow.graph import Flow
from switchroom.flow.linking import link
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
_MADE = 1000
"""Flows that are stored nowhere and kept; one more, and all are made anew when they are needed."""
_ANYBODY = TenantId("")


def _same(tools: Tools, others: Tools) -> bool:
    return tools is others or not (tools or others)


@dataclass(frozen=True, slots=True)
class _Read:
    changed: float
    tools: Tools
    reception: Reception
    parts: frozenset[str] = frozenset()


def _changed(path: Path, read: _Read | None) -> float:
    """Return something that differs when the file, or that of a part, was written. Raises OSError if the file is not there."""
    beside = [part_file(path, name) for name in read.parts] if read is not None else []
    return path.stat().st_mtime + sum(part.stat().st_mtime for part in beside if part.is_file())


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers an agent's calls now: a version of a flow, or a file (version 0).

    ``parts`` are the versions of the flows that it runs as parts of itself, ``tools`` those of the tenant that it was built with.
    """

    flow: str
    version: int
    reception: Reception
    parts: Mapping[str, int] = field(default_factory=dict)
    tools: Tools = field(default_factory=dict)


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
        self._made: dict[tuple[TenantId, str], Standing] = {}

    def house_tools(self) -> Tools:
        """Return the tools that every flow may call; those of a section of a flow are that flow's own."""
        return self._house

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
        return found or Standing(agent.flow, 0, await self._from_file(agent), tools=self._tools(agent.tenant_id))

    async def of_text(self, tenant: TenantId, name: str, text: str) -> Standing:
        """Return what a flow that is stored nowhere answers with, under a name of its own. Raises Invalid."""
        async with self._building:
            tools = self._tools(tenant)
            known = self._made.get((tenant, text))
            if known is None or not _same(known.tools, tools) or await self._parts_moved(tenant, known):
                read = await asyncio.to_thread(parse, text)
                parts = await published_parts(self._database, tenant, read)
                flows = {part: found.flow for part, found in parts.items()}
                reception = await asyncio.to_thread(lambda: self._reception(read, flows, tools))
                numbers = {part: found.number for part, found in parts.items()}
                if len(self._made) >= _MADE:
                    self._made.clear()
                known = self._made[tenant, text] = Standing(name, 1, reception, numbers, tools)
            return known

    async def text_of(self, agent: AgentRecord) -> str:
        """Return the text of the version that answers an agent's calls. Raises Invalid for one that is not published."""
        live = await live_number(self._database, agent.tenant_id, agent.flow)
        if live is None or live[1] == 0:
            raise Invalid(f"the flow {agent.flow!r} of agent {agent.name!r} is no published flow", code="flow_missing")
        return await published_text(self._database, agent.tenant_id, *live)

    def holds(self, tenant: TenantId, standing: Standing) -> bool:
        """Return whether this would still answer, as far as it is not for the catalogue to say: its tools and its file."""
        tools = self._tools(tenant)
        if not _same(standing.tools, tools):
            return False
        if standing.version:
            return True
        path = self._folder / standing.flow
        known = self._files.get((path, tenant if tools else _ANYBODY))
        try:
            return (
                known is not None and known.reception is standing.reception and known.changed == _changed(path, known)
            )
        except OSError:
            return True  # the file is gone: what it said goes on

    async def examine(self, tenant: TenantId, text: str) -> tuple[Problem, ...]:
        """Return everything that keeps ``text`` from answering calls of ``tenant``."""
        return await self._examined(text, self._tools(tenant), lambda flow: self._parts(tenant, flow))

    async def examine_users(self, tenant: TenantId, flow: str, text: str) -> tuple[Problem, ...]:
        """Return what would keep published flows that run ``flow`` from answering if it had this text, and does not now."""
        found: list[Problem] = []
        tools, new = self._tools(tenant), await asyncio.to_thread(parse, text)
        for name, using in (await published_flows(self._database, tenant)).items():
            parts = dict(await self._parts(tenant, using))
            if name == flow or flow not in parts:
                continue
            before = await asyncio.to_thread(self._wrong, using, parts, tools)
            after = {**parts, **await self._parts(tenant, new), flow: new}
            for problem in await asyncio.to_thread(self._wrong, using, after, tools):
                if problem not in before:
                    found.append(Problem("", "", f"the flow {name!r} runs {flow!r}, and could no longer: {problem}"))
        return tuple(found)

    def _wrong(self, flow: Flow, parts: Mapping[str, Flow], tools: Tools) -> tuple[str, ...]:
        """Return in words what keeps a flow from running with these parts. Takes long: not for the event loop."""
        try:
            self._reception(flow, parts, tools)
        except FlowInvalid as error:
            return tuple(map(str, error.problems))
        except Invalid as error:
            return (str(error),)
        return ()

    async def examine_file(self, path: Path, text: str) -> tuple[Problem, ...]:
        """Return everything that keeps the ``text`` of the file at ``path`` from answering calls."""

        async def parts(flow: Flow) -> Mapping[str, Flow]:
            return await asyncio.to_thread(load_parts, path, flow)

        return await self._examined(text, self._tools(_ANYBODY), parts)

    async def _parts(self, tenant: TenantId, flow: Flow) -> Mapping[str, Flow]:
        parts = await published_parts(self._database, tenant, flow)
        return {name: part.flow for name, part in parts.items()}

    async def _examined(
        self, text: str, tools: Tools, parts_of: Callable[[Flow], Awaitable[Mapping[str, Flow]]]
    ) -> tuple[Problem, ...]:
        try:
            flow = await asyncio.to_thread(parse, text)
            parts = await parts_of(flow)
            await asyncio.to_thread(lambda: self._reception(flow, parts, tools))
        except (FlowUnreadable, FlowInvalid) as error:
            return located(error.problems, text)
        except Invalid as error:  # of a section that belongs to tools
            section, _, message = str(error).partition(": ")
            return located([Problem("", section, message)], text)
        return ()

    def _reception(self, flow: Flow, parts: Mapping[str, Flow], tools: Tools, name: str = "") -> Reception:
        """Return the flow and its parts at work. Raises Invalid. Takes long: not for the event loop."""
        whole, problems = link(flow, parts, name)
        try:
            reception = Reception(whole, self._database, {**self._house, **tools}, self._models)
        except FlowInvalid as error:
            raise FlowInvalid(flow.name, (*problems, *error.problems)) from error
        if problems:
            raise FlowInvalid(flow.name, problems)
        return reception

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
            if (
                known is None
                or known[0].version != number
                or not _same(known[1], tools)
                or await self._parts_moved(agent.tenant_id, known[0])
            ):
                text = await published_text(self._database, agent.tenant_id, flow, number)
                before = None if known is None or known[0].version != number else known[0].reception
                read = await asyncio.to_thread(parse, text)
                parts = await published_parts(self._database, agent.tenant_id, read)
                flows = {name: part.flow for name, part in parts.items()}
                reception = await self._build(
                    lambda: self._reception(read, flows, tools, agent.flow), agent.flow, before
                )
                numbers = {name: part.number for name, part in parts.items()}
                known = self._published[flow] = Standing(agent.flow, number, reception, numbers, tools), tools
            return known[0]

    async def _parts_moved(self, tenant: TenantId, standing: Standing) -> bool:
        """Return whether a part of what answers was published anew."""
        return await part_numbers(self._database, tenant, standing.parts) != standing.parts

    async def _from_file(self, agent: AgentRecord) -> Reception:
        path, tools = self._folder / agent.flow, self._tools(agent.tenant_id)
        place = path, agent.tenant_id if tools else _ANYBODY
        async with self._building:
            known = self._files.get(place)
            try:
                changed = _changed(path, known)
            except OSError as error:
                if known is None:
                    raise Invalid(
                        f"the flow of agent {agent.name!r} is not there: {path}", code="flow_missing"
                    ) from error
                return known.reception
            if known is None or known.changed != changed or not _same(known.tools, tools):
                before = None if known is None else known.reception
                parts: dict[str, Flow] = {}

                def built() -> Reception:
                    flow = load(path)
                    parts.update(load_parts(path, flow))
                    return self._reception(flow, parts, tools)

                reception = await self._build(built, agent.flow, before)
                read = _Read(0.0, tools, reception, frozenset(parts) or (known.parts if known else frozenset()))
                known = self._files[place] = replace(read, changed=_changed(path, read))
            return known.reception

    async def _build(self, build: Callable[[], Reception], flow: str, before: Reception | None) -> Reception:
        try:
            return await asyncio.to_thread(build)
        except Invalid as error:
            if before is None:
                raise
            log.warning("flow cannot be used, going on with the one before", flow=flow, problem=str(error))
            return before

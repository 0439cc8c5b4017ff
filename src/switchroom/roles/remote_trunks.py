"""The trunks as a process without SIP sees them: an engine probes for it, and says how its lines are.

What the engines say is asked every few seconds, so a page shows what was true a moment ago; without an answer a line is off.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TypedDict, cast

import structlog
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError

from switchroom.catalogue.trunks import Trunks
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.fleet.post import Data, Handler, Post
from switchroom.fleet.registry import Listed, Registry
from switchroom.identity import TenantId
from switchroom.sip.trunks.limits import Direction
from switchroom.sip.trunks.trunk import Trunk
from switchroom.transports.sip.trunks.lines import OFF, LineState
from switchroom.transports.sip.trunks.probing import Probed
from switchroom.transports.sip.trunks.trunks import TrunkDesk

log = structlog.get_logger()

EVERY = 2.0
PROBE, LINES = "probe", "lines"
_PATIENCE = 20.0  # a probe asks each hop for seconds


class _Told(TypedDict):
    """A trunk at an engine; ``next`` is in so many seconds."""

    state: str
    why: str
    next: float | None
    load: dict[Direction, int]


@dataclass(slots=True)
class RemoteTrunks:
    """Implements web.services.Desk. ``run`` keeps it up to date."""

    post: Post
    registry: Registry
    _states: dict[str, LineState] = field(default_factory=dict)
    _loads: dict[str, dict[Direction, int]] = field(default_factory=dict)

    @property
    def probes(self) -> "RemoteTrunks":
        """Who probes."""
        return self

    @property
    def lines(self) -> "RemoteTrunks":
        """Who knows the lines."""
        return self

    def state(self, trunk: str) -> LineState:
        """Return how the line of a trunk was a moment ago."""
        return self._states.get(trunk, OFF)

    def load(self, trunk: str) -> Mapping[Direction, int]:
        """Return how many calls a trunk had a moment ago, at all engines."""
        return self._loads.get(trunk, {"in": 0, "out": 0})

    async def probe(self, trunk: Trunk) -> Probed:
        """Return what became of asking the trunk from one of the engines. Raises Unavailable if there is none."""
        engines = await self._engines()
        if not engines:
            raise Unavailable("no engine runs that could ask the trunk: start one", code="no_engine")
        asked = {"trunk": trunk.id, "tenant": trunk.tenant}
        answer = await self.post.ask(engines[0].process.id, PROBE, asked, patience=_PATIENCE)
        return TypeAdapter(Probed).validate_python(answer)

    async def run(self) -> None:
        """Ask the engines how their trunks are, again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except (SwitchroomError, SQLAlchemyError, OSError) as error:
                log.debug("engines cannot be asked how their trunks are", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Ask once."""
        states: dict[str, LineState] = {}
        loads: dict[str, dict[Direction, int]] = {}
        for engine in await self._engines():
            told = cast("dict[str, _Told]", await self.post.ask(engine.process.id, LINES, {}))
            for trunk, how in told.items():
                state = _state(how)
                if state != OFF:
                    states[trunk] = state
                sums = loads.setdefault(trunk, {"in": 0, "out": 0})
                for direction in sums:
                    sums[direction] += how["load"][direction]
        self._states, self._loads = states, loads

    async def _engines(self) -> list[Listed]:
        """Return the engines that are there, the least busy first."""
        there = [one for one in await self.registry.all() if one.lost is None and one.process.most]
        return sorted(there, key=lambda one: one.load.calls)


def _state(told: _Told) -> LineState:
    later = told["next"]
    due = None if later is None else asyncio.get_running_loop().time() + later
    return TypeAdapter(LineState).validate_python({"state": told["state"], "why": told["why"], "next": due})


def of_trunks(records: Trunks, desk: TrunkDesk) -> dict[str, Handler]:
    """Return what an engine can be asked about its trunks."""

    async def probe(data: Data) -> Data:
        trunk = await records.built(str(data.get("trunk")), TenantId(str(data.get("tenant"))))
        return asdict(await desk.probes.probe(trunk))

    async def lines(_data: Data) -> Data:
        now = asyncio.get_running_loop().time()
        return {trunk: _told(desk, trunk, now) for trunk in desk.table.trunks}

    return {PROBE: probe, LINES: lines}


def _told(desk: TrunkDesk, trunk: str, now: float) -> _Told:
    state = desk.lines.state(trunk)
    later = None if state.next is None else state.next - now
    return {"state": state.state, "why": state.why, "next": later, "load": dict(desk.load(trunk))}

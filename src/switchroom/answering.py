"""Who answers what was dialled: an agent of the catalogue, thinking with its flow.

Flows are read once and kept; a file that has changed is read again at the next call, and one that cannot be used is
refused with what is wrong while calls go on with the version that worked.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog

from switchroom.accounts.suspensions import Suspensions
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid, SwitchroomError
from switchroom.flow.file import load
from switchroom.ports import CallPlan, Hints, Speech, Tell, Voice, usual_speech
from switchroom.providing import Providers, Wanted
from switchroom.storage.db import Database

log = structlog.get_logger()

FLOWS = Path(__file__).resolve().parents[2]
"""What the file names of flows are relative to."""


def utc_now() -> datetime:
    """Return the time with its zone."""
    return datetime.now(UTC)


class Answering:
    """Implements ports.Directory."""

    def __init__(
        self,
        catalogue: Catalogue,
        database: Database,
        flows: Path,
        providers: Providers | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Without ``providers``, whatever agents want: the speech of whoever carries the call."""
        self._catalogue = catalogue
        self._database = database
        self._suspensions = Suspensions(database)
        self._flows = flows
        self._providers = providers
        self._now = now
        self._reading = asyncio.Lock()
        self._receptions: dict[Path, tuple[float, Reception]] = {}

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:
        """Return the plan of the agent that answers. Raises NotFound, Denied if its tenant is suspended, Invalid for its flow."""
        agent = await self._catalogue.answers(dialled, source)
        await self._suspensions.check(agent.tenant_id)
        return await self.plan(agent)

    async def plans(self) -> list[CallPlan]:
        """Return the plan of everybody who answers a number."""
        return [await self.plan(agent) for agent in await self._catalogue.everybody()]

    async def usable(self) -> list[CallPlan]:
        """Return the plan of everybody who can answer; who cannot is named in the log, and hinders nobody else."""
        found = []
        for agent in await self._catalogue.everybody():
            try:
                found.append(await self.plan(agent))
            except SwitchroomError as error:
                log.warning("agent cannot answer", agent=agent.id, name=agent.name, problem=str(error))
        return found

    def hints(self) -> list[Hints]:
        """Return everything that may be expected to be heard in the flows that were read."""
        return [hints for _, reception in self._receptions.values() for hints in reception.plan.hints]

    async def plan(self, agent: AgentRecord) -> CallPlan:
        """Return what a call with ``agent`` needs to know."""
        reception = await self._reception(agent)
        return CallPlan(
            tenant=agent.tenant_id,
            agent=agent.id,
            open_brain=reception.opener(agent.tenant_id, self._now, agent.id),
            voice=Voice(agent.voice, agent.speed, agent.language),
            open_speech=await self._speech(agent),
            language=agent.language,
            greeting=agent.greeting or reception.greeting,
            apology=agent.apology,
            farewell=agent.farewell,
            record=agent.record,
            max_duration=agent.max_duration,
            silence=agent.silence,
            nudges=agent.nudges,
        )

    async def _speech(self, agent: AgentRecord) -> Callable[[Tell], Speech]:
        if self._providers is None:
            return usual_speech
        wanted = Wanted(agent.tenant_id, agent.recognisers, agent.voice_providers, agent.voices)
        return await self._providers.speech(wanted)

    async def _reception(self, agent: AgentRecord) -> Reception:
        path = self._flows / agent.flow
        async with self._reading:
            known = self._receptions.get(path)
            try:
                changed = path.stat().st_mtime
            except OSError as error:
                if known is None:
                    raise Invalid(
                        f"the flow of agent {agent.name!r} is not there: {path}", code="flow_missing"
                    ) from error
                return known[1]
            if known is None or known[0] != changed:
                reception = await self._read(path, None if known is None else known[1])
                known = self._receptions[path] = (changed, reception)
            return known[1]

    async def _read(self, path: Path, before: Reception | None) -> Reception:
        """Read a flow beside the event loop: it takes a fifth of a second, and a tick may not wait for it."""
        try:
            return await asyncio.to_thread(lambda: Reception(load(path), self._database))
        except Invalid as error:
            if before is None:
                raise
            log.warning("flow cannot be used, going on with the one before", flow=str(path), problem=str(error))
            return before

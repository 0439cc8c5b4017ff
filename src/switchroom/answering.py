"""Who answers what was dialled: an agent of the catalogue, thinking with its flow as it stands when the call comes.

What was found out for one call is kept for the next, until anything of the catalogue is written (``storage.changes.kept``), a
file of it is written or its tools change. The providers that a call speaks with are looked at for every call: they come and go.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.accounts.settings_book import SettingsBook
from switchroom.accounts.suspensions import Suspensions
from switchroom.catalogue.agent_voice import as_it_speaks
from switchroom.catalogue.hold_music import HoldMusic
from switchroom.catalogue.number import Target, answering_now
from switchroom.catalogue.queues import flow_before, flow_text, queues_of
from switchroom.catalogue.service import AgentRecord, Answerers, Catalogue
from switchroom.conversation.waiting import waiting
from switchroom.errors import Denied, NotFound, SwitchroomError, Unavailable
from switchroom.flow.graph import Receiver
from switchroom.identity import AgentId, TenantId
from switchroom.knowledge.library import Library
from switchroom.ports import CallPlan, Hints, Voice
from switchroom.providing import Providers, Wanted
from switchroom.receptions import Receptions, Standing, ToolsOf, no_tools
from switchroom.storage.changes.kept import NOBODY, Kept
from switchroom.storage.db import Database

log = structlog.get_logger()

Source = Literal["phone_gateway", "browser"]

FLOWS = Path(__file__).resolve().parents[2]
"""What the file names of flows are relative to."""


_LOOK, _BREATH = 0.1, 0.01
"""Seconds between two looks for what was written, and between two addresses that are found anew."""

_REFRESHED = 200
"""Addresses that are found anew at one look."""


def utc_now() -> datetime:
    """Return the time with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Found:
    """What answers for one target, without the providers that it speaks with."""

    agent: AgentRecord
    standing: Standing
    plan: CallPlan


@dataclass(frozen=True, slots=True)
class _Line:
    """Who answers one address, and the plans of those who have done so since it was read."""

    who: Answerers
    plans: dict[Target, _Found] = field(default_factory=dict)


class Answering:
    """Implements ports.Directory."""

    def __init__(
        self,
        catalogue: Catalogue,
        database: Database,
        flows: Path,
        providers: Providers | None = None,
        now: Callable[[], datetime] = utc_now,
        tools: ToolsOf = no_tools,
    ) -> None:
        """Without ``providers``, whatever agents want: the speech of whoever carries the call."""
        self._catalogue = catalogue
        self._database = database
        self._suspensions = Suspensions(database)
        self._settings = SettingsBook(database, time.time)
        self._providers = providers
        self._now = now
        self.music = HoldMusic()
        """What callers hear who wait; without it, the house's."""
        models = None if providers is None else providers.any_models
        library = Library(database, time.time, None if providers is None else providers.opened.embedder())
        self.receptions = Receptions(database, flows, tools, models, library)
        self._kept: Kept[tuple[str, Source], _Line | NotFound] = Kept(database, _owner)
        self._queues = queues_of(database, time.time)

    async def find(self, dialled: str, source: Source) -> CallPlan:
        """Return the plan of the agent that answers. Raises NotFound, Denied for tenant or receiver, Invalid for its flow."""
        line = await self._kept.get((dialled, source), lambda: self._look_up(dialled, source), lambda _: True)
        if isinstance(line, NotFound):
            raise NotFound(str(line))
        target = answering_now(line.who.answers, line.who.schedule, self._now()).target
        found = line.plans.get(target)
        if found is None or not self._holds(found):
            found = line.plans[target] = await self._answerer(target, line.who.tenant_id, source)
        return await self._speaking(found.agent, found.plan)

    async def keep_fresh(self) -> None:
        """Find anew, for ever, what was known and forgotten since the catalogue was written, before somebody waits for it.

        One at a time with a pause, for calls that run go before, and only those read last. What cannot be found now, or was too
        much, is left to whoever calls.
        """
        while True:
            await asyncio.sleep(_LOOK)
            try:
                for dialled, source in (await self._kept.lapsed())[-_REFRESHED:]:
                    await self._refreshed(dialled, source)
                    await asyncio.sleep(_BREATH)
            except Unavailable as error:
                log.warning("the catalogue cannot be read", problem=str(error))

    async def _refreshed(self, dialled: str, source: Source) -> None:
        try:
            await self.find(dialled, source)
        except (SwitchroomError, SQLAlchemyError, OSError, ValueError, LookupError) as error:
            log.info("an address is not answered after a change of the catalogue", problem=type(error).__name__)

    async def _look_up(self, dialled: str, source: Source) -> _Line | NotFound:
        try:
            who = await self._catalogue.answers(dialled, source)
        except NotFound as nobody:  # kept as well: scanners dial the same numbers again and again
            return nobody
        await self._suspensions.check(who.tenant_id)
        return _Line(who)

    async def _answerer(self, target: Target, tenant: TenantId, source: Source) -> _Found:
        agent = await as_it_speaks(await self._catalogue.answerer(target, tenant), self._database)
        if target.kind == "queue":
            agent, standing = await self._queue(target, agent)
        else:
            standing = await self.receptions.of(agent)
        return _Found(agent, standing, await self._planned(agent, standing, source))

    async def _queue(self, target: Target, agent: AgentRecord) -> tuple[AgentRecord, Standing]:
        """Return who speaks for a queue, and the flow made of it: whom it overflows to, else the agent given."""
        queue = (await self._queues.get(agent.tenant_id, target.id)).form
        text = flow_text(queue, agent.language)
        if queue.overflow.kind == "agent":
            agent = await self._catalogue.agent(AgentId(queue.overflow.agent), agent.tenant_id)
            agent = await as_it_speaks(agent, self._database)
            text = flow_before(queue, await self.receptions.text_of(agent))
            agent = replace(agent, greeting="")
        return agent, await self.receptions.of_text(agent.tenant_id, f"queue {queue.name}", text)

    def _holds(self, found: _Found) -> bool:
        """Return whether that is still so, as far as it is not for the catalogue to say."""
        tenant = found.agent.tenant_id
        return self.receptions.holds(tenant, found.standing) and self.music.holds(tenant, found.plan.music)

    async def plan_to_call(self, agent: AgentId, tenant: TenantId) -> CallPlan:
        """Return the plan of an agent that calls out. Raises NotFound, Denied if its tenant is suspended, Invalid for its flow."""
        await self._suspensions.check(tenant)
        return await self.plan(await self._catalogue.agent(agent, tenant), "phone_gateway")

    async def plan_for_text(self, agent: AgentRecord) -> CallPlan:
        """Return the plan of ``agent`` for somebody who writes. Raises Denied if its tenant is suspended, Invalid for its flow."""
        await self._suspensions.check(agent.tenant_id)
        return await self.plan(agent, "text")

    async def plans(self) -> list[CallPlan]:
        """Return the plan of everybody who answers a number."""
        return [await self.plan(agent) for agent in await self._catalogue.everybody()]

    async def usable(self) -> list[CallPlan]:
        """Return the plan of everybody who can answer; who cannot is named in the log, and hinders nobody else."""
        found = []
        for agent in await self._catalogue.everybody():
            try:
                found.append(await self.plan(agent))
                if self._providers is not None and (await self.receptions.of(agent)).reception.thinks:
                    await self._providers.warm(_wanted(agent))
            except SwitchroomError as error:
                log.warning("agent cannot answer", agent=agent.id, name=agent.name, problem=str(error))
        return found

    def hints(self) -> list[Hints]:
        """Return everything that may be expected to be heard in the flows that were read."""
        return self.receptions.hints()

    def fixed_sentences(self) -> list[str]:
        """Return what is said word for word in these flows."""
        return self.receptions.fixed_sentences()

    async def plan(self, agent: AgentRecord, source: Receiver | None = None) -> CallPlan:
        """Return what a call with ``agent`` needs to know. Raises Denied if its flow takes none that comes by ``source``."""
        agent = await as_it_speaks(agent, self._database)
        return await self._speaking(agent, await self._planned(agent, await self.receptions.of(agent), source))

    async def _planned(self, agent: AgentRecord, standing: Standing, source: Receiver | None) -> CallPlan:
        """Return the plan but for the speech."""
        reception = standing.reception
        start = reception.plan.flow.starts[0] if source is None else reception.plan.flow.entry(source)
        if start is None:
            message = f"the flow {standing.flow!r} of agent {agent.name!r} begins no conversation by {source}"
            raise Denied(f"{message}: add {source} to the receivers of a start node", code="receiver_not_served")
        models = None if self._providers is None else self._providers.models(_wanted(agent))
        said = waiting(agent.language)
        return CallPlan(
            tenant=agent.tenant_id,
            agent=agent.id,
            flow=standing.flow,
            flow_version=standing.version,
            agent_version=agent.version,
            flow_parts=standing.parts,
            open_brain=reception.opener(agent.tenant_id, self._now, agent.id, models),
            voice=Voice(agent.voice, agent.speed, agent.language),
            language=agent.language,
            languages=agent.languages,
            greeting=agent.greeting or start.greeting,
            apology=agent.apology,
            farewell=agent.farewell,
            record=agent.record,
            music=await self.music.of(agent.tenant_id),
            quotas=await self._settings.quotas(agent.tenant_id),
            max_duration=agent.max_duration,
            silence=agent.silence,
            nudges=agent.nudges,
            guesses=agent.guesses,
            no_silence=agent.no_silence,
            stalled=agent.stalled,
            fillers=agent.fillers or said.fillers,
            patience=said.patience,
            giving_up=said.giving_up,
            parting=said.parting,
            person=reception.plan.flow.person,
        )

    async def _speaking(self, agent: AgentRecord, plan: CallPlan) -> CallPlan:
        """Return the plan with what opens its speech, of the providers that work now."""
        if self._providers is None:
            return plan
        return replace(plan, open_speech=await self._providers.speech(_wanted(agent)))


def _owner(line: _Line | NotFound) -> str:
    return NOBODY if isinstance(line, NotFound) else line.who.tenant_id


def _wanted(agent: AgentRecord) -> Wanted:
    return Wanted(
        tenant=agent.tenant_id,
        recognisers=agent.recognisers,
        voices=agent.voice_providers,
        voice_names=agent.voices,
        models=agent.models,
        temperature=agent.temperature,
        prompt=agent.prompt,
        languages=agent.languages,
    )

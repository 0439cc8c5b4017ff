"""What ``switchroom rehearse`` asks an installation for: an agent of it, or a call of it as a rehearsal."""

import time
from pathlib import Path

from switchroom.answering import FLOWS
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.commands.house import House, opened
from switchroom.errors import Invalid, NotFound
from switchroom.history.service import CallHistory
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.receptions import Receptions
from switchroom.rehearsal.cast import Find, Role
from switchroom.rehearsal.from_call import Source, as_rehearsal
from switchroom.rehearsal.play import AgentOfDatabase
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal

_TENANT = "tnt_"


def finder(settings: Settings) -> Find:
    """Return what finds the agents of the installation."""

    async def find(wanted: AgentOfDatabase) -> Role:
        async with opened(settings, "critical") as here:
            database = here.database
            tenant = await _tenant(here, wanted.tenant)
            agents = [one for one in await Catalogue(database).agents(tenant) if wanted.name in (one.name, one.id)]
            if not agents:
                raise NotFound(f"tenant {wanted.tenant!r} has no agent {wanted.name!r}")
            return await _role(database, agents[0], wanted.version)

    return find


async def from_call(settings: Settings, call: str, *, anonymise: bool) -> str:
    """Return a call as a rehearsal. Raises NotFound, Invalid: it was not answered, or is not over."""
    async with opened(settings, "critical") as here:
        database = here.database
        journal = Journal(database)
        entries = await journal.of_call(CallId(call))
        events = [entry.event for entry in entries if entry.event is not None]
        if not entries:
            raise NotFound(f"there is no call {call!r}")
        tenant = entries[0].tenant
        known = await CallHistory(database, journal).call(CallId(call), tenant)
        recording = await CallHistory(database, journal).recording(known.id, tenant)
        path = "" if recording is None else _there(recording.path)
        agent = await _name(database, known.agent, tenant)
        return as_rehearsal(Source(events, agent, tenant, path), anonymise=anonymise)


async def _tenant(house: House, wanted: str) -> TenantId:
    return TenantId(wanted) if wanted.startswith(_TENANT) else await house.tenant(wanted)


def _there(recording: str) -> str:
    path = Path(recording).resolve()
    return str(path) if path.is_file() else ""


async def _name(database: Database, agent: AgentId, tenant: TenantId) -> str:
    try:
        return (await Catalogue(database).agent(agent, tenant)).name
    except NotFound:
        return agent


async def _role(database: Database, agent: AgentRecord, version: int | None) -> Role:
    """Return the agent with its flow: a version of it, else the published one, else the file that it names."""
    desk = FlowDesk(database, Receptions(database, FLOWS).examine, time.time)
    try:
        record = await desk.get(agent.tenant_id, agent.flow)
        text = await desk.text(agent.tenant_id, agent.flow, version or record.published)
        source = f"{agent.flow}@{version or record.published}"
    except NotFound:
        if version is not None:
            raise
        text, source = _read(FLOWS / agent.flow), agent.flow
    return Role(text, source, agent.greeting, agent.language, agent.silence, agent.nudges, agent.farewell)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"the agent's flow cannot be read: {error}") from error

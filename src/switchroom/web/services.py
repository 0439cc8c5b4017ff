"""What the web needs from the rest of the program, joined by whoever starts it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends
from starlette.requests import HTTPConnection

from switchroom.accounts.api_keys import ApiKeys
from switchroom.accounts.people import People
from switchroom.accounts.service import Accounts, User
from switchroom.accounts.tenancy import Tenancy
from switchroom.calls.text_desk import TextDesk
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.errors import Unavailable
from switchroom.events.bus import Bus
from switchroom.fleet.registry import Listed
from switchroom.history.archive import CallArchive
from switchroom.history.service import CallHistory
from switchroom.hooks.deliveries import Deliveries
from switchroom.hooks.endpoints import Webhooks
from switchroom.identity import CallId, TenantId
from switchroom.knowledge.library import Library
from switchroom.observability import Metrics
from switchroom.ports import CallOffer, CallPlan
from switchroom.ports.control import CallCommand, CallDesk, NewCall
from switchroom.providers.mcp.servers import ToolServers
from switchroom.receptions import Receptions
from switchroom.settings import Settings
from switchroom.sip.trunks.limits import Direction
from switchroom.sip.trunks.trunk import Trunk
from switchroom.storage.db import Database
from switchroom.storage.kept_answers import KeptAnswers
from switchroom.telephones import Telephones
from switchroom.transports.sip.trunks.lines import LineState
from switchroom.transports.sip.trunks.probing import Probed
from switchroom.transports.sip.wire.bans import Bans
from switchroom.usage.desk import UsageDesk


@dataclass(frozen=True, slots=True)
class EngineState:
    """How busy the engine is now."""

    calls: int = 0
    limit: int = 0
    draining: bool = False
    problem: str = ""


async def _no_plan(agent: AgentRecord) -> CallPlan:
    raise Unavailable(f"agent {agent.name!r} cannot be written to here", code="not_running")


async def _no_voice(_tenant: TenantId, profile: VoiceProfileForm, _text: str) -> bytes:
    raise Unavailable(f"voice profile {profile.name!r} cannot be listened to here: ask an engine", code="not_running")


async def _nobody() -> list[Listed]:
    return []


async def _unused() -> str:
    return "not used"


class _NoCalls:
    """Implements CallDesk where no calls are carried."""

    async def do(self, call: CallId, _tenant: TenantId, _command: CallCommand) -> None:
        raise Unavailable(f"call {call} cannot be reached from here", code="not_running")

    async def make(self, wanted: NewCall) -> None:
        raise Unavailable(f"{wanted.to} cannot be called from here", code="not_running")


class _Probes(Protocol):
    async def probe(self, trunk: Trunk) -> Probed: ...


class _Lines(Protocol):
    def state(self, trunk: str) -> LineState: ...


class Desk(Protocol):
    """What pages show of the trunks, wherever they are registered and used."""

    @property
    def probes(self) -> _Probes: ...

    @property
    def lines(self) -> _Lines: ...

    def load(self, trunk: str) -> Mapping[Direction, int]:
        """Return how many calls a trunk has now."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the pages. ``sip_address`` is what a phone dials; ``demo_user`` may try the agent without a login."""

    accounts: Accounts
    people: People
    keys: ApiKeys
    tenancy: Tenancy
    catalogue: Catalogue
    history: CallHistory
    database: Database
    bus: Bus
    metrics: Metrics
    accept: Callable[[CallOffer], None]
    engine: Callable[[], EngineState]
    settings: Settings
    flows: FlowDesk
    receptions: Receptions
    mcp_servers: McpServers
    tools: ToolServers
    trunks: Trunks
    webhooks: Webhooks
    deliveries: Deliveries
    outbound_calls: OutboundCalls
    desk: Desk
    usage: UsageDesk
    archive: CallArchive
    sip_address: str = ""
    demo_user: User | None = None
    bans: Bans | None = None
    telephones: Telephones | None = None
    texts: TextDesk | None = None
    plan_for_text: Callable[[AgentRecord], Awaitable[CallPlan]] = _no_plan
    listen: Callable[[TenantId, VoiceProfileForm, str], Awaitable[bytes]] = _no_voice
    library: Library | None = None
    control: CallDesk = field(default_factory=_NoCalls)
    answers: KeptAnswers | None = None
    processes: Callable[[], Awaitable[list[Listed]]] = _nobody
    redis: Callable[[], Awaitable[str]] = _unused
    """What is to say of it: ok, not used, or what is wrong."""
    wall: Callable[[], float] = time.time


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the application that serves this connection."""
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


async def _given(connection: HTTPConnection) -> Services:
    return services_of(connection)  # awaited, though it waits for nothing: what is not, FastAPI hands to a thread


With = Annotated[Services, Depends(_given)]

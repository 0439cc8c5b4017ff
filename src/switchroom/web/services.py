"""What the web needs from the rest of the program, joined by whoever starts it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from switchroom.accounts.service import Accounts, User
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.service import Catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.events.bus import Bus
from switchroom.history.service import CallHistory
from switchroom.observability import Metrics
from switchroom.ports import CallOffer
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.telephones import Telephones
from switchroom.transports.sip.trunks.trunks import TrunkDesk
from switchroom.transports.sip.wire.bans import Bans


@dataclass(frozen=True, slots=True)
class EngineState:
    """How busy the engine is now."""

    calls: int = 0
    limit: int = 0
    draining: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the pages. ``sip_address`` is what a phone dials; ``demo_user`` may try the agent without a login."""

    accounts: Accounts
    catalogue: Catalogue
    history: CallHistory
    database: Database
    bus: Bus
    metrics: Metrics
    accept: Callable[[CallOffer], None]
    engine: Callable[[], EngineState]
    settings: Settings
    flows: FlowDesk
    trunks: Trunks
    outbound_calls: OutboundCalls
    desk: TrunkDesk
    sip_address: str = ""
    demo_user: User | None = None
    bans: Bans | None = None
    telephones: Telephones | None = None
    wall: Callable[[], float] = time.time


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the application that serves this connection."""
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


With = Annotated[Services, Depends(services_of)]

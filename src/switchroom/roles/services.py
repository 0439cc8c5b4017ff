"""What the web may use in each role: what has no engine says of calls that they are elsewhere."""

import asyncio
import time
from collections import Counter
from dataclasses import replace

from switchroom.accounts.service import User
from switchroom.answering import FLOWS
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.errors import Unavailable
from switchroom.fleet.registry import Load
from switchroom.fleet.routing import DO, MAKE, of_calls, of_maker
from switchroom.hooks.deliveries import Deliveries
from switchroom.observability import Metrics
from switchroom.providers.mcp.servers import ToolServers
from switchroom.receptions import Receptions
from switchroom.roles.engine import Engine, measure
from switchroom.roles.minds import Minds
from switchroom.roles.records import Records
from switchroom.roles.remote_telephones import of_endpoint
from switchroom.roles.remote_trunks import of_trunks
from switchroom.settings import Settings
from switchroom.telephones import Telephones, telephones
from switchroom.transports.sip.trunks.lines import TrunkLines
from switchroom.transports.sip.trunks.probing import Probes
from switchroom.transports.sip.trunks.trunks import TrunkDesk
from switchroom.transports.sip.wire.bans import Bans
from switchroom.transports.sip.wire.names import SystemResolver
from switchroom.web.services import EngineState, Services


def services_of_records(settings: Settings, records: Records, user: User | None = None) -> Services:
    """Return what every role has; ``user`` is the demo's."""
    receptions = Receptions(records.database, FLOWS)
    services = Services(
        accounts=records.accounts,
        people=records.people,
        keys=records.keys,
        tenancy=records.tenancy,
        catalogue=records.catalogue,
        history=records.history,
        answers=records.answers,
        archive=records.archive,
        database=records.database,
        bus=records.bus,
        metrics=Metrics(),
        accept=_elsewhere,
        engine=lambda: EngineState(problem=records.problem()),
        settings=settings,
        receptions=receptions,
        flows=FlowDesk(records.database, receptions.examine, time.time, receptions.examine_users),
        mcp_servers=records.mcp_servers,
        tools=ToolServers(),
        trunks=records.trunks,
        webhooks=records.webhooks,
        deliveries=Deliveries(records.database, time.time),
        outbound_calls=records.outbound_calls,
        desk=_idle_desk(),
        usage=records.usage,
        sip_address=_advertised(settings),
        demo_user=user,
        library=records.library,
        telephones=Telephones(records.sip_accounts),
    )
    services = replace(services, processes=records.place.processes)
    links = records.place.links
    return services if links is None else replace(services, control=links.calls, redis=links.state)


def with_minds(services: Services, minds: Minds) -> Services:
    """Return the services of a process that thinks."""
    minds.measure(services.metrics)
    receptions = minds.directory.receptions
    return replace(
        services,
        receptions=receptions,
        flows=FlowDesk(services.database, receptions.examine, time.time, receptions.examine_users),
        tools=minds.tooling.servers,
        texts=minds.texts,
        plan_for_text=minds.directory.plan_for_text,
        listen=minds.voices.listen,
    )


def with_engine(services: Services, engine: Engine, records: Records) -> Services:
    """Return the services of a process that takes calls."""
    measure(engine, services.metrics)
    switchboard, endpoint, limit = engine.switchboard, engine.endpoint, services.settings.engine.max_calls
    records.place.member.load = lambda: Load(switchboard.count, switchboard.draining)
    if records.place.links is not None:
        records.place.links.calls.here = switchboard
        trunks = of_trunks(records.trunks, endpoint.trunks)
        calls = {DO: of_calls(switchboard), MAKE: of_maker(switchboard)}
        records.place.links.post.handlers |= {**calls, **trunks, **of_endpoint(endpoint)}
    return replace(
        services,
        accept=switchboard.offer,
        engine=lambda: EngineState(switchboard.count, limit, switchboard.draining, records.problem()),
        control=switchboard if records.place.links is None else records.place.links.calls,
        desk=endpoint.trunks,
        sip_address=engine.address,
        telephones=telephones(records.sip_accounts, endpoint),
        bans=Bans(endpoint.guard, records.bus.publish, asyncio.get_running_loop().time),
    )


def _elsewhere(_offer: object) -> None:
    raise Unavailable("this process takes no calls: an engine does", code="not_running")


def _idle_desk() -> TrunkDesk:
    """Return a desk without trunks, whose probes are refused: nothing of SIP is open here."""
    resolver = SystemResolver("")
    lines = TrunkLines(_elsewhere, resolver, lambda _bytes, _peer: None)
    return TrunkDesk("none", None, lines, Probes(_elsewhere, resolver), Counter())


def _advertised(settings: Settings) -> str:
    return f"sip:demo@{settings.sip.advertise}" if settings.sip.advertise else ""

"""Composition: the only place that names concrete parts.

Things are opened in the order they depend on each other and closed in the reverse order, so the journal is there before
the first event and after the last one. SIGTERM and SIGINT stop the taking of calls, let the running ones finish up to a
limit, then end the rest.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.accounts.api_keys import ApiKeys
from switchroom.accounts.seed import seed_accounts
from switchroom.accounts.service import Accounts, User
from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.answering import FLOWS, Answering
from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import Metronome
from switchroom.calls.recorder import Disk
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.calls.text_desk import TextDesk
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.hold_music import HoldMusic
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.conversation.timing import Timing
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.events.bus import Bus
from switchroom.history.latency import observe
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory
from switchroom.hosting import hosting
from switchroom.installation import DemoLogin, allow_files, demo_login, secret_of
from switchroom.knowledge.library import Library
from switchroom.media.plane import Plane
from switchroom.observability import Metrics, set_up
from switchroom.outbound import Outbound
from switchroom.ports import Directory, SpeechToText, TextToSpeech
from switchroom.providers.choices import load_choices
from switchroom.providers.mcp.servers import ToolServers
from switchroom.providers.smart_turn import SmartTurn
from switchroom.providing import open_providers
from switchroom.settings import Settings
from switchroom.speech import BELIEF, LocalSpeech, describe_engines, open_speech
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.journal_writer import writing
from switchroom.storage.schema import upgrade
from switchroom.storage.vault import Vault
from switchroom.telephones import registrar, telephones
from switchroom.tooling import Tooling
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.wire.bans import Bans
from switchroom.trunking import follow
from switchroom.web.app import create_app
from switchroom.web.server import serving
from switchroom.web.services import EngineState, Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Records:
    """What is remembered: the database and everything that reads or writes it."""

    database: Database
    bus: Bus
    journal: Journal
    reader: HistoryReader
    history: CallHistory
    accounts: Accounts
    keys: ApiKeys
    catalogue: Catalogue
    mcp_servers: McpServers
    trunks: Trunks
    outbound_calls: OutboundCalls
    sip_accounts: SipAccounts
    library: Library
    problem: Callable[[], str]
    """Why nothing more should happen that wants to be remembered; empty if all is well."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What takes calls."""

    switchboard: Switchboard
    metronome: Metronome
    plane: Plane
    endpoint: SipEndpoint
    outbound: Outbound


@asynccontextmanager
async def keeping_records(settings: Settings) -> AsyncIterator[Records]:
    """Open the database, bring it up to date, close what an earlier process left open, and follow the events."""
    database = await _open_database(settings.url)
    bus, journal = Bus(), Journal(database)
    secret = secret_of(settings)
    reader = HistoryReader(journal)
    left = await reader.recover(time.time())
    if left:
        log.warning("closed calls that an earlier process left open", calls=len(left))
    try:
        async with hosting(reader.run()), writing(bus, journal.write) as writer:
            yield Records(
                database,
                bus,
                journal,
                reader,
                CallHistory(database, journal),
                Accounts(database, secret, time.time),
                ApiKeys(database, secret, time.time),
                Catalogue(database),
                McpServers(database, Vault(secret), time.time, settings.mcp),
                Trunks(database, Vault(secret), time.time),
                OutboundCalls(database, time.time, settings.dial),
                SipAccounts(database, secret, time.time),
                Library(database, time.time),
                writer.problem,
            )
        await reader.catch_up()
    finally:
        await database.close()


async def _open_database(url: str) -> Database:
    """Return the database, up to date. Raises Unavailable."""
    database = Database(url)
    try:
        await upgrade(database)
    except (SQLAlchemyError, OSError) as error:
        await database.close()
        reason = str(error).splitlines()[0]
        message = f"the database cannot be used: {reason}; `switchroom doctor` says what to do"
        raise Unavailable(message, code="database") from error
    return database


@asynccontextmanager
async def taking_calls(
    settings: Settings, records: Records, speech: tuple[SpeechToText, TextToSpeech], directory: Directory
) -> AsyncIterator[Engine]:
    """Run the engine; leaving the context drains it."""
    plane = Plane()
    with Disk() as disk:
        stt, tts = speech
        model = settings.speech.end_of_turn
        recordings = settings.recordings if settings.engine.record else None
        timing = Timing(belief=BELIEF)
        equipment = Equipment(
            plane,
            stt,
            tts,
            records.bus.publish,
            disk,
            recordings,
            messages=settings.recordings,
            timing=timing,
            problem=records.problem,
            end_of_turn=None if model is None else await asyncio.to_thread(SmartTurn, model),
        )
        metronome = Metronome(plane, idle=lambda: plane.measure().rows == 0)
        limits = Limits(settings.engine.max_calls, call_seconds=settings.engine.max_call_seconds)
        switchboard = Switchboard(equipment, directory, limits, metronome)
        endpoint = SipEndpoint(settings.sip, switchboard.offer, registrar(records.sip_accounts.book))
        outbound = Outbound(records.trunks, records.outbound_calls, endpoint.dial, records.bus.publish)
        endpoint.trunks.toll = outbound.toll
        endpoint.trunks.use(await records.trunks.table())
        await records.sip_accounts.refresh()
        await endpoint.open()
        async with (
            hosting(metronome.run()),
            hosting(endpoint.run()),
            hosting(switchboard.run()),
            hosting(follow(records.trunks, endpoint.trunks.use)),
            hosting(outbound.run()),
            hosting(records.sip_accounts.follow()),
        ):
            try:
                yield Engine(switchboard, metronome, plane, endpoint, outbound)
            finally:
                await switchboard.drain(0.0 if switchboard.draining else settings.engine.drain_seconds)


async def seed_demo(settings: Settings, records: Records) -> tuple[DemoLogin, User]:
    """Make the demo tenant, its user and its receptionist, unless they are there."""
    login = demo_login(settings.data)
    account = await seed_accounts(records.accounts, login.password, login.pin)
    await seed_catalogue(records.catalogue, account.tenant.id, "examples/restaurant.yaml")
    return login, account.user


@dataclass(frozen=True, slots=True)
class Running:
    """What a started program can be asked."""

    records: Records
    engine: Engine
    speech: LocalSpeech
    web: str
    sip: str
    login: DemoLogin | None


@dataclass(frozen=True, slots=True)
class Minds:
    """What thinks for callers, and what it thinks with."""

    directory: Answering
    texts: TextDesk
    tooling: Tooling


@asynccontextmanager
async def thinking(settings: Settings, records: Records, speech: LocalSpeech) -> AsyncIterator[Minds]:
    """Open the tools and providers of the tenants, and make every agent ready that can answer."""
    async with AsyncExitStack() as stack:
        tooling = Tooling(records.mcp_servers)
        await tooling.load()
        await stack.enter_async_context(hosting(tooling.run()))
        choices = load_choices(settings.providers_file)
        providers = await stack.enter_async_context(
            open_providers(choices, speech.stt, speech.tts, settings.data / "speech")
        )
        directory = Answering(records.catalogue, records.database, FLOWS, providers, tools=tooling.servers.tools)
        directory.music = HoldMusic(settings.hold_music)
        for plan in await directory.usable():
            await providers.prepare(plan, directory.fixed_sentences())
            await speech.warm(plan.voice, (), directory.hints())
        records.library.use(providers.opened.embedder())
        await stack.enter_async_context(hosting(records.library.run()))
        texts = TextDesk(records.bus.publish)
        await stack.enter_async_context(hosting(texts.run()))
        yield Minds(directory, texts, tooling)


@asynccontextmanager
async def everything(settings: Settings) -> AsyncIterator[Running]:
    """Run all roles in this process."""
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(keeping_records(settings))
        login, user = await seed_demo(settings, records) if settings.demo else (None, None)
        speech = await stack.enter_async_context(open_speech(settings.speech))
        minds = await stack.enter_async_context(thinking(settings, records, speech))
        voices = (speech.stt, speech.tts)
        engine = await stack.enter_async_context(taking_calls(settings, records, voices, minds.directory))
        host = settings.web.host
        services = _services(settings, records, engine, minds, user)
        await stack.enter_async_context(hosting(observe(records.bus, services.metrics)))
        port = await stack.enter_async_context(serving(create_app(services), host, settings.web.port))
        yield Running(records, engine, speech, f"http://{host}:{port}", sip_address(engine.endpoint), login)


def _services(settings: Settings, records: Records, engine: Engine, minds: Minds, user: User | None) -> Services:
    """Return what the web may use; ``user`` is the demo's."""
    return Services(
        accounts=records.accounts,
        keys=records.keys,
        catalogue=records.catalogue,
        history=records.history,
        database=records.database,
        bus=records.bus,
        metrics=_metrics(engine, minds.tooling.servers),
        accept=engine.switchboard.offer,
        engine=lambda: EngineState(
            engine.switchboard.count, settings.engine.max_calls, engine.switchboard.draining, records.problem()
        ),
        settings=settings,
        receptions=minds.directory.receptions,
        control=engine.switchboard,
        flows=FlowDesk(records.database, minds.directory.receptions.examine, time.time),
        mcp_servers=records.mcp_servers,
        tools=minds.tooling.servers,
        trunks=records.trunks,
        outbound_calls=records.outbound_calls,
        desk=engine.endpoint.trunks,
        sip_address=sip_address(engine.endpoint),
        demo_user=user,
        texts=minds.texts,
        library=records.library,
        plan_for_text=minds.directory.plan_for_text,
        telephones=telephones(records.sip_accounts, engine.endpoint),
        bans=Bans(engine.endpoint.guard, records.bus.publish, asyncio.get_running_loop().time),
    )


async def serve(settings: Settings, say: Callable[[str], None] = print) -> int:
    """Run until SIGTERM or SIGINT; a second one does not wait for running calls. Returns the exit status."""
    set_up(settings.log_format, settings.log_level, keep_personal=settings.log_personal)
    allow_files()
    stop = asyncio.Event()
    main_task = asyncio.current_task()

    def stopping() -> None:
        if stop.is_set() and main_task is not None:
            main_task.cancel()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping)
    status = 0
    try:
        async with everything(settings) as running:
            say(banner(running))
            await stop.wait()
            log.info("stopping", calls=running.engine.switchboard.count)
            await running.engine.switchboard.drain(
                settings.engine.drain_seconds
            )  # pages and sockets stay until it is done
    except* SwitchroomError as errors:
        say(f"Switchroom stopped: {_innermost(errors)}")
        status = 1
    return status


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def banner(running: Running) -> str:
    """Return what a person wants to know once everything runs."""
    lines = [
        "",
        f"  Switchroom is ready.   Pages   {running.web}",
        f"                         Phone   {running.sip}",
    ]
    if running.login is not None:
        login = running.login
        lines.append(f"                         Login   {login.email}  password {login.password}  PIN {login.pin}")
    lines += [
        f"                         Speech  {describe_engines()}",
        "                         Softphones register with an account: switchroom sip-account add NAME",
        "",
        f'  Try it:  .venv/bin/switchroom call {running.sip} --say "A table for four on Friday at seven thirty please"',
        f"  or open  {running.web}/voice_assistant  and press the button.   Stop with Ctrl-C.",
        "",
    ]
    return "\n".join(lines)


def sip_address(endpoint: SipEndpoint) -> str:
    """Return what a phone on this machine dials to reach the demo agent."""
    host, port = endpoint.address
    host = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound
    return f"sip:demo@{host}" + ("" if port == 5060 else f":{port}")


def _metrics(engine: Engine, servers: ToolServers) -> Metrics:
    metrics = Metrics()
    switchboard, metronome, plane, endpoint = engine.switchboard, engine.metronome, engine.plane, engine.endpoint
    metrics.gauge("switchroom_calls", "Calls running now", lambda: float(switchboard.count))
    metrics.gauge("switchroom_devices", "Telephones registered now", lambda: float(endpoint.registered))
    metrics.gauge("switchroom_tick_late_p99_seconds", "Lateness of the last minute's ticks, p99", metronome.late)
    metrics.gauge("switchroom_ticks_skipped", "Ticks given up as too late", lambda: float(metronome.skipped))
    metrics.gauge("switchroom_frames_concealed", "20 ms frames made up", lambda: float(plane.measure().concealed))
    refused = "Calls not taken, by reason"
    metrics.counts("switchroom_calls_refused_total", refused, "reason", lambda: switchboard.refused)
    lines = endpoint.trunks.lines.states
    metrics.gauge("switchroom_trunk_lines", "Trunks that register", lambda: float(sum(lines().values())))
    metrics.gauge("switchroom_trunk_lines_down", "Of them not registered", lambda: float(lines().get("failed", 0)))
    metrics.gauge("switchroom_mcp_servers_up", "MCP servers connected", lambda: float(servers.count("up")))
    metrics.gauge("switchroom_mcp_servers_down", "MCP servers not reached", lambda: float(servers.count("down")))
    metrics.counts(
        "switchroom_sip_total", "What came and went over SIP, and what was dropped", "what", endpoint.counters
    )
    return metrics

"""The engine: signalling, media and the calls that an agent answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import Metronome
from switchroom.calls.recorder import Disk
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.conversation.timing import Timing
from switchroom.fleet.lines import TrunkLeases
from switchroom.hosting import hosting
from switchroom.media.plane import Plane
from switchroom.observability import Metrics
from switchroom.outbound import Outbound
from switchroom.ports import Directory
from switchroom.providers.smart_turn import SmartTurn
from switchroom.reaching import Reaching
from switchroom.roles.records import Records
from switchroom.roles.uploading import Uploading
from switchroom.settings import Settings
from switchroom.speech import BELIEF, LocalSpeech
from switchroom.telephones import registrar
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.lines import registering_trunks
from switchroom.trunking import follow


@dataclass(frozen=True, slots=True)
class Engine:
    """What takes calls."""

    switchboard: Switchboard
    metronome: Metronome
    plane: Plane
    endpoint: SipEndpoint
    outbound: Outbound

    @property
    def address(self) -> str:
        """What a phone on this machine dials to reach the demo agent."""
        host, port = self.endpoint.address
        host = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound
        return f"sip:demo@{host}" + ("" if port == 5060 else f":{port}")


@asynccontextmanager
async def taking_calls(
    settings: Settings, records: Records, speech: LocalSpeech, directory: Directory
) -> AsyncIterator[Engine]:
    """Run the engine; leaving the context drains it."""
    plane = Plane()
    with Disk() as disk:
        metronome = Metronome(plane, idle=lambda: plane.measure().rows == 0)
        limits = Limits(settings.engine.max_calls, call_seconds=settings.engine.max_call_seconds)
        reaching = Reaching(records.sip_accounts)
        equipment = replace(await _equipment(settings, records, speech, plane, disk), reach=reaching)
        switchboard = Switchboard(equipment, directory, limits, metronome)
        endpoint = SipEndpoint(settings.sip, switchboard.offer, registrar(records.sip_accounts.book))
        outbound = Outbound(records.trunks, records.outbound_calls, endpoint.dial, records.bus.publish)
        endpoint.trunks.toll = outbound.toll
        reaching.dial, reaching.by_trunk = endpoint.dial, outbound.reach
        endpoint.trunks.use(await records.trunks.table())
        await records.sip_accounts.refresh()
        await endpoint.open()
        lines = _lines(records, endpoint, lambda: switchboard.draining)
        services = (
            metronome.run(),
            endpoint.run(),
            switchboard.run(),
            follow(records.trunks, endpoint.trunks.use),
            outbound.run(),
            records.sip_accounts.follow(),
            Uploading(records.archive.blobs, settings.recordings).run(),
        )
        async with AsyncExitStack() as stack:
            for service in (*services, *lines):
                await stack.enter_async_context(hosting(service))
            try:
                yield Engine(switchboard, metronome, plane, endpoint, outbound)
            finally:
                await switchboard.drain(0.0 if switchboard.draining else settings.engine.drain_seconds)


def _lines(
    records: Records, endpoint: SipEndpoint, draining: Callable[[], bool]
) -> list[Coroutine[object, None, None]]:
    """Register only the trunks that no other engine registers; return what sees to it."""
    if records.database.sqlite:
        return []  # there is no other
    desk = endpoint.trunks
    held = TrunkLeases(
        records.place.leases, lambda: registering_trunks(desk.table), lambda: desk.lines.want(desk.table), draining
    )
    desk.lines.ours = held.has
    desk.lines.want(desk.table)
    return [held.run()]


async def _equipment(settings: Settings, records: Records, speech: LocalSpeech, plane: Plane, disk: Disk) -> Equipment:
    model = settings.speech.end_of_turn
    return Equipment(
        plane,
        speech.stt,
        speech.tts,
        records.publish,
        disk,
        settings.recordings if settings.engine.record else None,
        messages=settings.recordings,
        timing=Timing(belief=BELIEF),
        problem=records.problem,
        credit=records.usage.credits,
        end_of_turn=None if model is None else await asyncio.to_thread(SmartTurn, model),
    )


def measure(engine: Engine, metrics: Metrics) -> None:
    """Add the figures of the engine."""
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
    metrics.counts(
        "switchroom_sip_total", "What came and went over SIP, and what was dropped", "what", endpoint.counters
    )

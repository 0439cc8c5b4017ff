"""``switchroom trunk`` and calls by a trunk from the command line: the database is written, a running server sees it by itself."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from switchroom.caller.call import By, CallOptions, Dial
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.trunks import Trunks
from switchroom.commands import house
from switchroom.commands.words import failure
from switchroom.errors import SwitchroomError
from switchroom.events.catalogue import Event
from switchroom.hosting import hosting
from switchroom.identity import TenantId
from switchroom.outbound import Order, Outbound
from switchroom.ports import Leg
from switchroom.settings import Settings, SipSettings
from switchroom.storage.journal import Journal
from switchroom.storage.vault import Vault
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint


@dataclass(frozen=True, slots=True)
class Desk:
    """The trunks of one tenant, opened for a command."""

    tenant: TenantId
    trunks: Trunks
    calls: OutboundCalls
    journal: Journal


@asynccontextmanager
async def opened(settings: Settings, slug: str) -> AsyncIterator[Desk]:
    """Open the database of the installation. Raises NotFound for a tenant that is not there."""
    async with house.opened(settings) as here:
        trunks = Trunks(here.database, Vault(here.secret), time.time)
        calls = OutboundCalls(here.database, time.time, settings.dial)
        yield Desk(await here.tenant(slug), trunks, calls, Journal(here.database))


async def add(desk: Desk, fields: Mapping[str, object], say: Callable[[str], None]) -> None:
    """Add a trunk, and tell what a carrier must know of it. Raises Invalid, Conflict."""
    made = await desk.trunks.create(desk.tenant, fields)
    say(f"Added {made.form.name!r} ({made.id}).")
    if not made.form.allow:
        say("It may call nowhere yet: set allow, such as --set allow=+44.")


async def show(desk: Desk, say: Callable[[str], None]) -> None:
    """List the tenant's trunks."""
    records = await desk.trunks.all(desk.tenant)
    for record in records:
        form = record.form
        where = ", ".join(form.proxies) or form.registrar or form.domain or "no address"
        marks = [] if form.enabled else ["off"]
        marks += ["registers"] if form.registers else []
        say(f"{form.name}  {form.kind}  {where}  {' '.join(marks)}".rstrip())
    if not records:
        say("There are no trunks.")


async def probe(desk: Desk, name: str, say: Callable[[str], None]) -> bool:
    """Ask a trunk whether it is there, from this machine and a port of the moment. Raises NotFound."""
    trunk = await desk.trunks.built(name, desk.tenant)
    endpoint = SipEndpoint(SipSettings(port=0), lambda _: None)
    await endpoint.open()
    try:
        async with hosting(endpoint.run()):
            found = await endpoint.trunks.probes.probe(trunk)
    finally:
        endpoint.close()  # what had nobody to ask never ran
    heard = f"{found.status} {found.reason}" if found.status else found.reason
    taken = f" ({found.seconds:.2f} s)" if found.where else ""
    say(f"{found.where or trunk.name}: {heard}{taken}. {found.advice[:1].upper()}{found.advice[1:]}.")
    return found.answered


async def call_by_trunk(
    settings: Settings, by: tuple[str, str, str], options: CallOptions, place: Callable[[CallOptions], Awaitable[int]]
) -> int:
    """Call ``options.target``, a number, by a tenant's trunk from a caller (slug, name, number); return the exit status."""
    slug, trunk, caller = by
    try:
        async with opened(settings, slug) as desk:
            order = Order(desk.tenant, options.target, caller, "" if trunk == "any" else trunk)
            async with _way(desk, order) as way:
                return await place(replace(options, by=way))
    except SwitchroomError as error:
        print(failure(error))
        return 2


@asynccontextmanager
async def _way(desk: Desk, order: Order) -> AsyncIterator[By]:
    """Give the way to call by a trunk, with every guard that a running server asks; what is refused is written down."""
    events: list[Event] = []
    phone = _Phone()
    outbound = Outbound(desk.trunks, desk.calls, phone.dial, events.append)

    async def by(dial: Dial, ringing: Callable[[int], None]) -> Leg:
        phone.line = dial
        return await outbound.call(replace(order, ringing=ringing))

    try:
        async with hosting(outbound.run()):
            yield by
    finally:
        if events:
            await desk.journal.write(events)


class _Phone:
    line: Dial | None = None

    async def dial(self, dialling: Dialling) -> Leg:
        assert self.line is not None
        return await self.line(dialling)

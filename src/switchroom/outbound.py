"""Calling out for a tenant: a trunk is chosen, the guards are asked, the call is made, and what it costs is kept.

    number as dialled -> for each of the tenant's trunks: E.164, may the trunk? -> may the tenant? -> INVITE -> leg
                           refused by a guard: Denied and an event             | trunk out of order: the next one

``run`` charges what is up every few seconds and hangs up what a spend cap ends; whatever way a call ends, it is settled there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.accounts.suspensions import Suspensions
from switchroom.catalogue.outbound_calls import CHARGE_EVERY, OutboundCalls, Permit
from switchroom.catalogue.trunks import Trunks
from switchroom.errors import Denied, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.events.catalogue import Event, OutboundRefused
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.ports import HangUp, Leg
from switchroom.ports.control import Destination
from switchroom.sip.calls.redirect import NO_REDIRECTS, Redirects
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_route import check, may_be_sent_to, number_of, route
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.trunks.trunks import Fare

log = structlog.get_logger()

_NEXT = frozenset({"sip_unreachable", "sip_silent", "sip_no_service", "sip_no_route"})
"""What is said of a trunk that is out of order: another one may do."""

_FINAL = frozenset({"concurrency_cap", "spend_cap", "tenant_suspended"})
"""What no other trunk changes."""

Dial = Callable[[Dialling], Awaitable[Leg]]


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to call for whom. ``caller`` is one of the trunk's numbers, ``trunk`` a name or an id; empty: the first that will do."""

    tenant: TenantId
    number: str
    caller: str = ""
    trunk: str = ""
    ringing: Callable[[int], None] = lambda _: None


@dataclass(slots=True)
class _Running:
    """A call that was let pass. ``outcome`` is set once it is over, ``reason`` before we end it ourselves."""

    permit: Permit
    now: Callable[[], float]
    changed: asyncio.Event
    leg: Leg | None = None
    outcome: str = ""
    reason: str = ""

    def stands(self, leg: Leg) -> None:
        """It is answered: its clock runs."""
        self.leg = leg
        self.permit = replace(self.permit, answered=self.now())

    def over(self, outcome: str = "completed") -> None:
        """It has ended, or came to nothing."""
        self.outcome = self.reason or self.outcome or outcome
        self.changed.set()


@dataclass(slots=True)
class _Calls:
    up: dict[str, _Running] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Outbound:
    """Makes calls. ``run`` must be running while they are up."""

    def __init__(
        self,
        trunks: Trunks,
        calls: OutboundCalls,
        dial: Dial,
        publish: Callable[[Event], None] = lambda _: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._suspensions = Suspensions(calls.database)
        self._trunks = trunks
        self._records = calls
        self._dial = dial
        self._publish = publish
        self._wall = wall
        self._calls = _Calls()

    async def call(self, order: Order) -> Leg:
        """Return the leg once it is answered. Cancelling it hangs up.

        Raises NotFound without a trunk, Invalid for what is no number, Denied for what a guard refuses, Limited by the
        trunk's own limits, and whatever came instead of an answer.
        """
        try:
            return await self._call(order)
        except Denied as error:
            if error.code.startswith("sip_"):
                raise  # the far side's word
            self._refused(order, error)
            raise

    async def reach(self, wanted: Destination, ringing: Callable[[int], None]) -> Leg:
        """See ports.control.Reach: by a trunk."""
        return await self.call(Order(wanted.tenant, wanted.target, wanted.caller, wanted.trunk, ringing))

    async def toll(self, trunk: Trunk, number: str) -> Fare:
        """Let a call pass that somebody else makes by a trunk, a transfer say. Raises Denied, Unavailable."""
        try:
            return await self._admitted(trunk, number, "")
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("what calls cost cannot be kept now: try again later", code="guard_silent") from error
        except Denied as error:
            self._refused(Order(trunk.tenant, number), error)
            raise

    async def run(self) -> None:
        """Charge and settle until cancelled; what is up then is settled as it stands."""
        try:
            while True:
                self._calls.changed.clear()
                try:
                    await self._settle()
                    await self._charge()
                except (SQLAlchemyError, OSError) as error:
                    log.error("calls out cannot be charged now", problem=str(error))  # noqa: TRY400 - it says what to do
                try:
                    async with asyncio.timeout(CHARGE_EVERY):
                        await self._calls.changed.wait()
                except TimeoutError:
                    continue
        finally:
            for running in self._calls.up.values():
                running.outcome = running.outcome or "stopped"
                if running.leg is not None:
                    await running.leg.do(HangUp())
            await self._settle()

    async def _call(self, order: Order) -> Leg:
        last: SwitchroomError | None = None
        for trunk in await self._candidates(order):
            number = trunk.plan.read(order.number)
            try:
                caller = check(trunk, number, order.caller)
                return await self._by(trunk, number, caller, order)
            except (Limited, Unavailable) as error:
                if not isinstance(error, Limited) and error.code not in _NEXT:
                    raise
                last = error
            except Denied as error:
                if error.code in _FINAL or error.code.startswith("sip_"):
                    raise
                last = last or error
        raise last or NotFound("there is no trunk to call out by: add one first")

    async def _candidates(self, order: Order) -> list[Trunk]:
        if order.trunk:
            return [await self._trunks.built(order.trunk, order.tenant)]
        return await self._trunks.usable(order.tenant)

    async def _by(self, trunk: Trunk, number: str, caller: str, order: Order) -> Leg:
        way = route(trunk, number, caller)
        running = await self._admitted(trunk, number, caller)
        dialling = Dialling(
            way.target,
            way.sender,
            credentials=way.credentials,
            headers=way.headers,
            ringing=order.ringing,
            policy=trunk.media,
            proxies=way.proxies,
            trunk=trunk.id,
            over=running.over,
            redirects=_redirects(trunk, running.permit),
            session_expires=trunk.outbound.session_expires,
        )
        try:
            leg = await self._dial(dialling)
        except SwitchroomError as error:
            running.over(error.code)
            raise
        except asyncio.CancelledError:
            running.over("cancelled")
            raise
        running.stands(leg)
        return leg

    async def _admitted(self, trunk: Trunk, number: str, caller: str) -> _Running:
        await self._suspensions.check(trunk.tenant)
        permit = await self._records.permit(trunk.tenant, number, caller, trunk.id)
        running = self._calls.up[permit.id] = _Running(permit, self._wall, self._calls.changed)
        return running

    async def _settle(self) -> None:
        for running in [running for running in self._calls.up.values() if running.outcome]:
            await self._records.ended(running.permit, running.outcome)
            del self._calls.up[running.permit.id]

    async def _charge(self) -> None:
        up = [running for running in self._calls.up.values() if not running.outcome]
        if not up:
            return
        over = {permit.id for permit in await self._records.charge([running.permit for running in up])}
        for running in up:
            if running.permit.id in over and running.leg is not None:
                running.reason = "spend_cap"
                log.warning("call ended by the spend cap", tenant=running.permit.tenant, call=running.permit.id)
                await running.leg.do(HangUp())

    def _refused(self, order: Order, error: Denied) -> None:
        log.warning("call out refused", tenant=order.tenant, reason=error.code)
        event = OutboundRefused(
            id=EventId(new_id("evt")),
            tenant=order.tenant,
            call=CallId(""),
            sequence=0,
            at=self._wall(),
            dialled=order.number,
            reason=error.code,
            message=str(error),
        )
        self._publish(event)


def _redirects(trunk: Trunk, permit: Permit) -> Redirects:
    """Return where a 3xx of the trunk may send the call: to extensions there, and to numbers that cost no more."""

    def allowed(uri: str) -> bool:
        user = parse_uri(uri).user_text
        number = number_of(trunk, user)
        return may_be_sent_to(trunk, user) and (not number or permit.covers(number))

    return Redirects("same_host", allowed=allowed) if trunk.outbound.follows_redirects else NO_REDIRECTS

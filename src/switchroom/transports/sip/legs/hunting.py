"""Finding somebody who answers a call of ours: hop after hop (RFC 3263 §4.3), and wherever they send us.

A hop that says 503 with Retry-After is left in peace for that time (RFC 3261 §21.5.4); a 3xx is followed as far as the call's
``Redirects`` let it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.sip.calls.redirect import Targets
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.peer import Peer, Transport
from switchroom.sip.registration.registrar import Binding, record_of
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.legs.refusing import Moved
from switchroom.transports.sip.legs.ringing import ring
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from switchroom.transports.sip.wire.locating import Resolver, locate

log = structlog.get_logger()

_PASSED_OVER = frozenset({"sip_unreachable", "sip_silent", "sip_no_service"})
_LONGEST_REST = 300.0
"""No hop is believed to be out of service for longer."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to call: the Request-URI, the hop, and the proxies to name in Route."""

    target: str
    peer: Peer
    routes: tuple[str, ...] = ()


Attempt = Callable[[Dialling, Way], Awaitable[RtpLeg]]
Place = tuple[Transport, str, int]


class Hunt:
    """Knows the ways to a target, and which hops rest."""

    def __init__(
        self, resolver: Resolver, bindings: Callable[[str], list[Binding]], clock: Callable[[], float]
    ) -> None:
        self._resolver = resolver
        self._bindings = bindings
        self._clock = clock
        self._resting: dict[Place, float] = {}

    async def call(self, dialling: Dialling, attempt: Attempt) -> RtpLeg:
        """Return the leg that ``attempt`` gave for the first way that worked. Cancelling it cancels the attempt.

        Raises what the last way met, Unavailable at once if every hop rests.
        """
        targets: Targets | None = None
        while True:
            try:
                return await self._at(dialling, attempt)
            except Moved as moved:
                targets = targets or Targets(dialling.target, dialling.redirects)
                targets.add(moved.contacts)
                target = targets.next()
                if target is None:
                    raise Unavailable(str(moved), code=moved.code) from moved
                log.info("call sent elsewhere", status=moved.status)
                dialling = _elsewhere(dialling, target, at_home=targets.is_at_home(target))
            except SwitchroomError:
                target = targets.next() if targets is not None else None
                if targets is None or target is None:
                    raise
                dialling = _elsewhere(dialling, target, at_home=targets.is_at_home(target))

    async def _at(self, dialling: Dialling, attempt: Attempt) -> RtpLeg:
        """Try the hops of one target, or all its devices."""
        places = self._devices(dialling) if dialling.binding is None else [dialling.binding]
        if len(places) > 1:
            return await ring(places, lambda place: self._at(replace(dialling, binding=place), attempt))
        return await self._along(dialling, await self.ways(dialling, places), attempt)

    async def along(self, dialling: Dialling, ways: list[Way], attempt: Attempt) -> RtpLeg:
        """Return the leg of the first of these ways that works, whatever else the target may be reached by; as ``call``."""
        try:
            return await self._along(dialling, ways, attempt)
        except Moved as moved:
            raise Unavailable(str(moved), code=moved.code) from moved

    async def _along(self, dialling: Dialling, ways: list[Way], attempt: Attempt) -> RtpLeg:
        ways = self._awake(ways)
        for way in ways[:-1]:
            try:
                return await self._try(dialling, attempt, way)
            except Unavailable as error:
                if error.code not in _PASSED_OVER:
                    raise
                log.info("sip hop passed over", host=way.peer.host, port=way.peer.port, reason=error.code)
        return await self._try(dialling, attempt, ways[-1])

    async def _try(self, dialling: Dialling, attempt: Attempt, way: Way) -> RtpLeg:
        try:
            return await attempt(dialling, way)
        except Unavailable as error:
            if error.retry_after is not None and error.code == "sip_no_service":
                self._resting[_place(way.peer)] = self._clock() + min(error.retry_after, _LONGEST_REST)
            raise

    def _awake(self, ways: list[Way]) -> list[Way]:
        now = self._clock()
        self._resting = {place: until for place, until in self._resting.items() if until > now}
        awake = [way for way in ways if _place(way.peer) not in self._resting]
        if awake:
            return awake
        soonest = min(self._resting[_place(way.peer)] for way in ways) - now
        raise Unavailable(
            "there is no service at that address yet: it asked to be left in peace",
            code="sip_no_service",
            retry_after=soonest,
        )

    async def ways(self, dialling: Dialling, places: list[Binding]) -> list[Way]:
        """Return the ways to one target, at least one: to the first of its ``places`` if it is registered."""
        if places:
            return [Way(str(places[0].contact.uri.requestable), places[0].peer, places[0].path)]
        if not dialling.proxies:
            return [Way(dialling.target, peer) for peer in await locate(dialling.target, self._resolver)]
        found = [(await locate(proxy, self._resolver), _routes(proxy)) for proxy in dialling.proxies]
        return [Way(dialling.target, peer, routes) for peers, routes in found for peer in peers]

    def _devices(self, dialling: Dialling) -> list[Binding]:
        """Return the devices to call; what is to go by proxies is for them, whoever registered under that address."""
        return [] if dialling.proxies else self.registered(dialling.target)

    async def reach(self, uri: str) -> Peer | None:
        """Return where a hop is that has but a name, None if that leads nowhere. Safe to cancel."""
        try:
            return (await locate(uri, self._resolver))[0]
        except SwitchroomError as error:
            log.info("sip hop has no address", reason=error.code)
            return None

    def registered(self, target: str) -> list[Binding]:
        """Return where a target is registered with us, the freshest first."""
        try:
            return self._bindings(record_of(parse_uri(target)))
        except ValueError:
            return []


def _elsewhere(dialling: Dialling, target: str, *, at_home: bool) -> Dialling:
    """Return how to go on at another target; a password is not taken to strangers unless it says for which realm it is."""
    known = dialling.credentials
    keep = known is None or at_home or bool(dialling.proxies) or bool(known.realm)
    return replace(dialling, target=target, binding=None, credentials=known if keep else None)


def _routes(proxy: str) -> tuple[str, ...]:
    return (proxy,) if "lr" in parse_uri(proxy).params else ()


def _place(peer: Peer) -> Place:
    return (peer.transport, peer.host, peer.port)

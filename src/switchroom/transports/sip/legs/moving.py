"""Which leg is behind which call, also when it moves: a leg outlives its call when the far side hands the call over.

By REFER they ask us to call somebody. The leg stays with its old call until the new one is answered, then it goes on over that:
the engine keeps talking and hears PartyChanged. By INVITE with Replaces somebody takes the old call's place. Whatever fails leaves
the old call as it was; and who refers us and hangs up at once (many do) has not ended anything yet.

old call    happens                     new call    does
stands      REFER, allowed              rings       202, NOTIFY 100; NOTIFY for each of its provisional responses
stands      REFER, not allowed          -           403; while another is under way 491
stands      new call answered           answered    the leg moves; NOTIFY 200; BYE to the old call once that is answered
stands      new call refused            over        NOTIFY with its status; the leg stays
stands      new call rings too long     cancelled   NOTIFY 480; the leg stays
ended       new call answered           answered    the leg moves; NOTIFY 200
ended       new call refused            over        Left
stands      HangUp by us, loss          cancelled   Left
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace

import structlog

from switchroom.errors import Denied, SwitchroomError
from switchroom.identity import LegId, TenantId
from switchroom.ports import Refuse
from switchroom.sip import commands as sip
from switchroom.sip import outputs as told
from switchroom.sip.messages.uri import parse_uri
from switchroom.sip.registration.registrar import Binding
from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_route import number_of
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.legs.hunting import Way
from switchroom.transports.sip.legs.referring import Referral, Referring, is_their_house, may_be_called
from switchroom.transports.sip.legs.refusing import refusing, status_of
from switchroom.transports.sip.legs.rtp_leg import CallOutput, RtpLeg
from switchroom.transports.sip.trunks.trunks import Fare, Toll

log = structlog.get_logger()

_LOOKS = 10.0
"""Seconds to find out where the target is; they wait for the answer to their REFER."""
_RINGS = 120.0
"""Seconds after which a target that only rings is left alone; less than a subscription lasts (``sip/calls/subscription.py``)."""


@dataclass(frozen=True, slots=True)
class Roads:
    """What moving needs of the endpoint: ``ways`` says where a call would go, ``call`` makes one that goes there."""

    send: Callable[[sip.Command], None]
    start: Callable[[Coroutine[object, None, None], str], asyncio.Task[None] | None]
    registered: Callable[[str], list[Binding]]
    ways: Callable[[Dialling, list[Binding]], Awaitable[list[Way]]]
    call: Callable[[Dialling, list[Way]], Awaitable[RtpLeg]]
    dial: Callable[[Dialling], Awaitable[RtpLeg]]
    trunk: Callable[[str], Trunk | None]
    toll: Toll
    tenant: Callable[[str], TenantId | None] = lambda _call: None
    foreign: Callable[[str, Binding], bool] = lambda _call, _telephone: False


@dataclass(slots=True)
class _Move:
    """A leg under way; ``ended`` is how its old call ended, if they ended it."""

    leg: RtpLeg
    wish: told.TransferRequested
    task: asyncio.Task[None] | None = None
    accepted: bool = False
    ended: told.CallEnded | None = None


class Parties:
    """The legs of an endpoint."""

    def __init__(self, roads: Roads, rule: Referring) -> None:
        self._roads = roads
        self._rule = rule
        self._legs: dict[str, RtpLeg] = {}
        self._moves: dict[str, _Move] = {}
        self._settling: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._legs)

    def add(self, call: str, leg: RtpLeg) -> None:
        """A leg has begun."""
        self._legs[call] = leg

    def forget(self, call: str) -> None:
        """It came to nothing."""
        self._legs.pop(call, None)

    def close(self) -> None:
        """Nothing more is heard of any call: each leg has left, and gives back what it holds."""
        for call in tuple(self._legs):
            self._ended(told.CallEnded(call, "loss"))

    def call_of(self, leg: LegId) -> str:
        """Return the call of a leg, "" if there is none."""
        return next((call for call, known in self._legs.items() if known.id == leg), "")

    def take(self, output: CallOutput | told.TransferRequested | told.ReferSettled) -> None:
        """Let the leg of a call know what happened to it."""
        match output:
            case told.TransferRequested():
                self._requested(output)
            case told.ReferSettled(refer=refer):
                old = self._settling.pop(refer, None)
                if old is not None:
                    self._roads.send(sip.HangUp(old))
            case told.CallCancelled() | told.CallEnded() | told.CallFailed():
                self._ended(output)
            case _:
                leg = self._legs.get(output.call)
                if leg is not None:
                    leg.take(output)

    def hung_up(self, call: str) -> None:
        """We end the call ourselves: what it was about to become is given up."""
        move = self._moves.get(call)
        if move is not None and move.task is not None:
            move.task.cancel()

    def _ended(self, output: told.CallCancelled | told.CallEnded | told.CallFailed) -> None:
        leg = self._legs.pop(output.call, None)
        move = self._moves.get(output.call)
        if move is not None and isinstance(output, told.CallEnded) and output.by == "them":
            move.ended = output
            return
        self.hung_up(output.call)
        if leg is not None:
            leg.take(output)

    # They refer us to somebody.

    def _requested(self, wish: told.TransferRequested) -> None:
        leg = self._legs.get(wish.call)
        if leg is None or wish.call in self._moves:
            self._roads.send(sip.RefuseRefer(wish.refer, 491))
            return
        move = self._moves[wish.call] = _Move(leg, wish)
        move.task = self._roads.start(self._move(move), "sip-move")
        if move.task is None:
            del self._moves[wish.call]
            self._roads.send(sip.RefuseRefer(wish.refer, 503))

    async def _move(self, move: _Move) -> None:
        fresh: RtpLeg | None = None
        status = 487
        try:
            async with asyncio.timeout(_RINGS):
                fresh = await self._call(move)
            status = 200
        except TimeoutError:
            status = 480
        except SwitchroomError as error:
            status = status_of(error)
            log.info("transfer failed", code=error.code, status=status)
        finally:
            del self._moves[move.wish.call]
            if fresh is None or fresh.over or move.leg.over:
                self._stay(move, fresh, status)
            else:
                self._go(move, fresh)

    async def _call(self, move: _Move) -> RtpLeg:
        """Call the target. Raises what came in place of an answer; Denied also for who may not be called."""
        wish, leg = move.wish, move.leg
        headers = {"Referred-By": wish.referred_by} if wish.referred_by else {}
        if wish.replaces:
            headers |= {"Replaces": wish.replaces, "Require": "replaces"}
        dialling = Dialling(
            wish.target,
            sender=wish.ours,
            headers=headers,
            ringing=lambda status: self._roads.send(sip.ReferNews(wish.refer, status)),
            policy=leg.line.place.policy,
            encoding=leg.encoding,
        )
        places = self._roads.registered(wish.target)
        if any(self._roads.foreign(wish.call, place) for place in places):
            raise Denied("who refers us may not call another tenant's telephones", code="refer_not_allowed")
        async with asyncio.timeout(_LOOKS):
            ways = await self._roads.ways(dialling, places)
        trunk = self._allow(move, [way.peer.host for way in ways], registered=bool(places))
        fare = None if trunk is None else await self._pay(trunk, wish.target)
        move.accepted = True
        self._roads.send(sip.AcceptRefer(wish.refer))
        if places:
            return await self._roads.dial(dialling)
        if trunk is not None:
            dialling = replace(dialling, trunk=trunk.id, credentials=trunk.outbound.credentials)
        if fare is None:
            return await self._roads.call(dialling, ways)
        return await self._travel(fare, replace(dialling, over=fare.over), ways)

    async def _pay(self, trunk: Trunk, target: str) -> Fare | None:
        """Let the tenant's guard say whether a number may be called at its expense; an extension costs nothing."""
        number = number_of(trunk, parse_uri(target).user_text)
        return await self._roads.toll(trunk, number) if number else None

    async def _travel(self, fare: Fare, dialling: Dialling, ways: list[Way]) -> RtpLeg:
        try:
            leg = await self._roads.call(dialling, ways)
        except SwitchroomError as error:
            fare.over(error.code)
            raise
        except asyncio.CancelledError:
            fare.over("cancelled")
            raise
        fare.stands(leg)
        return leg

    def _allow(self, move: _Move, hosts: list[str], *, registered: bool) -> Trunk | None:
        """Return the trunk that the new call counts on, if it goes where the old one came from. Raises Denied."""
        referrer, trunk = move.leg.line.place.peer_host, self._roads.trunk(move.wish.call)
        referral = Referral(parse_uri(move.wish.target).user_text, hosts, registered, referrer, trunk)
        if not may_be_called(referral, self._rule):
            log.warning("transfer to a stranger refused", referrer=referrer, hosts=hosts)
            raise Denied("who refers us may not make us call there", code="refer_not_allowed")
        return trunk if is_their_house(referral) else None

    def _stay(self, move: _Move, fresh: RtpLeg | None, status: int) -> None:
        refer = move.wish.refer
        if fresh is not None and not fresh.over:
            self._roads.send(sip.HangUp(fresh.call))
        final = status if status >= 300 else 480
        self._roads.send(sip.ReferNews(refer, final) if move.accepted else sip.RefuseRefer(refer, final))
        if move.ended is not None:
            move.leg.take(move.ended)

    def _go(self, move: _Move, fresh: RtpLeg) -> None:
        self._put(move.wish.call, move.leg, fresh)
        self._settling[move.wish.refer] = move.wish.call
        self._roads.send(sip.ReferNews(move.wish.refer, 200))

    def _put(self, old: str, leg: RtpLeg, fresh: RtpLeg) -> None:
        """Let ``leg`` go on where ``fresh`` began."""
        self._legs.pop(old, None)
        self._legs[fresh.call] = leg
        leg.take_over(fresh)

    # Somebody comes in the place of another.

    def replacing(self, offered: told.CallOffered) -> RtpLeg | None:
        """Return the leg that an offered call is to go on with, None if it may not have it: it has been refused then."""
        leg = self._legs.get(offered.replaces)
        if leg is None or offered.replaces in self._moves:
            self._roads.send(sip.Refuse(offered.call, 481 if leg is None else 491))
            return None
        trunk = self._roads.trunk(offered.call)
        ours, theirs = self._roads.tenant(offered.replaces), self._roads.tenant(offered.call)
        known = trunk is not None and trunk is self._roads.trunk(offered.replaces)
        known = known or (bool(offered.user) and theirs is not None and theirs == ours)
        foreign = None not in (ours, theirs) and ours != theirs  # though by the same carrier
        if foreign or (not known and offered.peer.host != leg.line.place.peer_host):
            log.warning("replacement by a stranger refused", peer=offered.peer.host)
            self._roads.send(refusing(offered.call, Refuse("not_allowed")))
            return None
        return leg

    def replace(self, old: str, leg: RtpLeg, fresh: RtpLeg) -> None:
        """Answer ``fresh`` at once and let ``leg`` go on over it. Raises Unavailable."""
        answer = sip.Answer(fresh.call, fresh.describe(), credentials=fresh.line.credentials)
        self._put(old, leg, fresh)
        self._roads.send(answer)

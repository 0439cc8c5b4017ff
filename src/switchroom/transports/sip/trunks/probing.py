"""Is a trunk there? One OPTIONS to each of its hops until one answers (RFC 3261 §11), and what to do about what came back."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from switchroom.errors import SwitchroomError
from switchroom.sip import commands as sip
from switchroom.sip.outputs import OptionsAnswered
from switchroom.sip.peer import Peer
from switchroom.sip.trunks.trunk import Trunk
from switchroom.transports.sip.wire.locating import Resolver, locate

PATIENCE = 5.0
"""Seconds that a hop has to answer; a request over UDP is sent four times in them."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of a probe. ``status`` is 0 if nothing came; ``where`` is the hop that answered or was asked last."""

    answered: bool
    status: int
    reason: str
    where: str
    seconds: float
    advice: str


class Probes:
    """Asks. ``send`` gives commands to the user agent, which tells ``told`` of the answers."""

    def __init__(self, send: Callable[[sip.Command], None], resolver: Resolver) -> None:
        self._send = send
        self._resolver = resolver
        self._waiting: dict[str, asyncio.Future[OptionsAnswered]] = {}

    def told(self, output: OptionsAnswered) -> None:
        """Take an answer."""
        waiting = self._waiting.get(output.probe)
        if waiting is not None and not waiting.done():
            waiting.set_result(output)

    async def probe(self, trunk: Trunk) -> Probed:
        """Return what became of asking the trunk; a trunk that is not there is an answer too. Safe to cancel."""
        began = asyncio.get_running_loop().time()
        last = _silent("there is no address to ask", "", "set proxies, a domain or a registrar")
        for uri in addresses(trunk):
            try:
                peers = await locate(uri, self._resolver)
            except SwitchroomError as error:
                last = _silent(str(error), uri, "the name has no address: look at its spelling and at DNS")
                continue
            for peer in peers:
                answer = await self._ask(trunk.outbound.domain or uri, peer)
                taken = asyncio.get_running_loop().time() - began
                where = f"{peer.transport}:{peer.host}:{peer.port}"
                status, reason = (0, "no answer") if answer is None else (answer.status, answer.reason)
                last = Probed(status not in (0, 408, 503), status, reason, where, taken, advice(status))
                if last.answered:
                    return last
        return last

    async def _ask(self, target: str, peer: Peer) -> OptionsAnswered | None:
        name = secrets.token_hex(8)
        waiting: asyncio.Future[OptionsAnswered] = asyncio.get_running_loop().create_future()
        self._waiting[name] = waiting
        try:
            self._send(sip.Options(name, target if ":" in target else f"sip:{target}", peer))
            async with asyncio.timeout(PATIENCE):
                return await waiting
        except TimeoutError:
            return None
        finally:
            del self._waiting[name]


def _silent(reason: str, where: str, what_to_do: str) -> Probed:
    return Probed(answered=False, status=0, reason=reason, where=where, seconds=0.0, advice=what_to_do)


def addresses(trunk: Trunk) -> tuple[str, ...]:
    """Return the SIP URIs at which a trunk is to be found."""
    if trunk.outbound.proxies:
        return trunk.outbound.proxies
    if trunk.registering is not None:
        return (trunk.registering.registrar,)
    return (f"sip:{trunk.outbound.domain}",) if trunk.outbound.domain else ()


def advice(status: int) -> str:
    """Return what to do about the answer to an OPTIONS."""
    match status:
        case 0 | 408:
            return "nobody answers: look at address and transport, at firewalls between, and whether the other side allows ours"
        case 503:
            return "nothing listens there, or it is out of service: look at port and transport"
        case 401 | 407:
            return "it is there and asks for a password: calls will give user and password"
        case 403:
            return "it is there and does not know us: add our address, or user and password, at the other side"
        case 404:
            return "it is there and does not know the domain: look at domain"
        case _ if 200 <= status < 300:
            return "it is there: nothing to do"
        case _:
            return "it is there, and does not answer probes as it should: make a call to know more"

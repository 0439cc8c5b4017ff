"""Where a SIP URI leads (RFC 3263): a list of hops, to be tried in order until one of them answers.

The domain says which transports it likes (NAPTR), which servers serve each (SRV) and where those are (A, AAAA). A port, a
numeric address or a name without a dot is taken at its word.
"""

import ipaddress
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from switchroom.errors import Invalid, Unavailable
from switchroom.sip.messages.uri import Uri, parse_uri
from switchroom.sip.peer import Peer, Transport

MAX_HOPS = 8
_SERVICES: dict[str, Transport] = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
_SRV: dict[Transport, str] = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
_NEVER_TLS: tuple[Transport, ...] = ("udp", "tcp")


@dataclass(frozen=True, slots=True)
class Naptr:
    """A transport that a domain offers (RFC 3403 §4.1); ``replacement`` is the name to ask SRV for."""

    order: int
    preference: int
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Srv:
    """A server of a domain (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


class Resolver(Protocol):
    """Looks names up. A name that is not there, or a name server that is silent, gives an empty list."""

    async def naptr(self, name: str) -> list[Naptr]:
        """Return NAPTR records. Safe to cancel."""
        ...

    async def srv(self, name: str) -> list[Srv]:
        """Return SRV records. Safe to cancel."""
        ...

    async def addresses(self, name: str) -> list[str]:
        """Return the addresses of a host, of the kind that we can send to. Safe to cancel."""
        ...


async def locate(target: str, resolver: Resolver, chance: Callable[[], float] = random.random) -> list[Peer]:
    """Return where to send what is meant for a SIP URI, best first, at least one. Safe to cancel.

    Raises Invalid for what is no SIP URI, Unavailable when the host has no address.
    """
    try:
        uri = parse_uri(target)
    except ValueError as error:
        raise Invalid(f"{target!r} is not a SIP address: {error}") from error
    if not uri.is_sip:
        raise Invalid(f"{target!r} is not a sip: address")
    host = uri.host.strip("[]")
    places = await _places(uri, host, resolver, chance)
    hops = [
        Peer(transport, address, port, name=host)
        for transport, name, port in places
        for address in ([name] if _is_numeric(name) else await resolver.addresses(name))
    ]
    if not hops:
        raise Unavailable(f"there is no route to {host}", code="sip_no_route")
    return hops[:MAX_HOPS]


async def _places(
    uri: Uri, host: str, resolver: Resolver, chance: Callable[[], float]
) -> Sequence[tuple[Transport, str, int]]:
    """Return transports, host names and ports (RFC 3263 §4.1 and §4.2)."""
    asked = _asked(uri)
    usual = asked or "udp"
    plain = [(usual, host, uri.port or (5061 if usual == "tls" else 5060))]
    if uri.port or _is_numeric(host) or "." not in host:
        return plain
    names = [(asked, _SRV[asked] + host)] if asked is not None else await _offered(host, resolver)
    served = [(transport, _in_order(await resolver.srv(name), chance)) for transport, name in names]
    found = [(transport, server.target, server.port) for transport, servers in served for server in servers]
    if not found:
        return plain
    # A target of "." says that the service is decidedly not there (RFC 2782).
    return [place for place in found if place[1]][:MAX_HOPS]


async def _offered(host: str, resolver: Resolver) -> list[tuple[Transport, str]]:
    records = sorted(await resolver.naptr(host), key=lambda record: (record.order, record.preference))
    known = [(_SERVICES[record.service.upper()], record.replacement) for record in records if _is_known(record)]
    return known or [(transport, _SRV[transport] + host) for transport in _NEVER_TLS]


def _is_known(record: Naptr) -> bool:
    return record.service.upper() in _SERVICES and bool(record.replacement)


def _asked(uri: Uri) -> Transport | None:
    if uri.scheme == "sips" or uri.transport == "tls":
        return "tls"
    if uri.transport == "tcp":
        return "tcp"
    return "udp" if uri.transport == "udp" else None


def _in_order(servers: list[Srv], chance: Callable[[], float]) -> list[Srv]:
    """Sort by priority, and by chance within it so that each comes first as often as its weight says (RFC 2782)."""
    drawn = [(server.priority, -math.log(1.0 - chance()) / max(server.weight, 0.01), server) for server in servers]
    return [server for _, _, server in sorted(drawn, key=lambda item: item[:2])]


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

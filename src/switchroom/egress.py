"""Whom we may reach when somebody else names the address (a webhook, an MCP server): the one rule against being sent inside.

A name is resolved here and the connection made to the address that was checked, so it cannot resolve to another one a moment
later. One address that is not of the public internet refuses the whole name: which of them is taken is not the asker's choice.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from switchroom.errors import Denied, Unavailable

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL = IPv6Network("2000::/3")
"""All that was ever given to networks of the public internet; what is outside is local or translates to an address that may be."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host. Raises Unavailable."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unavailable(f"the name {host!r} cannot be resolved: {reason}", code="dns") from error
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Return whether an address is one of the public internet, also behind a transition mechanism of IPv6."""
    ip = ip_address(address.partition("%")[0])
    return all(
        one.is_global and not one.is_multicast and (isinstance(one, IPv4Address) or one in _GLOBAL)
        for one in _faces(ip)
    )


def is_literal(host: str) -> bool:
    """Return whether a host is an address already, which no name server is asked for."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _faces(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    if isinstance(ip, IPv4Address):
        return (ip,)
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in _NAT64:
        inner = IPv4Address(int(ip) & 0xFFFF_FFFF)
    return (inner,) if inner is not None else (ip,)


async def address_for(host: str, port: int, resolve: Resolve, *, private: bool, setting: str) -> str:
    """Return the address to connect to. Raises Denied for a host that is not public unless ``private``; ``setting`` allows it."""
    addresses = await resolve(host, port)
    if not addresses or not (private or all(is_public(address) for address in addresses)):
        message = f"{host!r} is no address of the public internet: the operator may allow it with {setting}"
        raise Denied(message, code="private_address")
    return addresses[0]

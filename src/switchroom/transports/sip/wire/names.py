"""The resolver of this machine: its name servers for NAPTR and SRV, and its own way (hosts file and all) for addresses."""

import asyncio
import socket

import dns.asyncresolver
import dns.exception
import dns.resolver
from dns.rdtypes.IN.NAPTR import NAPTR
from dns.rdtypes.IN.SRV import SRV

from switchroom.transports.sip.wire.locating import Naptr, Srv

_PATIENCE = 3.0


class SystemResolver:
    """``our_host`` is the address that we send from: it says which family of addresses is of use.

    ``server`` is a name server (address and port) to ask instead of those that the machine is set up with.
    """

    def __init__(self, our_host: str, server: tuple[str, int] | None = None) -> None:
        self._server = server
        self._family = socket.AF_INET6 if ":" in our_host else socket.AF_INET
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def naptr(self, name: str) -> list[Naptr]:
        """Return NAPTR records."""
        return [
            Naptr(record.order, record.preference, record.service.decode("ascii", "replace"), _name(record.replacement))
            for record in await self._ask(name, "NAPTR")
            if isinstance(record, NAPTR)
        ]

    async def srv(self, name: str) -> list[Srv]:
        """Return SRV records."""
        return [
            Srv(record.priority, record.weight, record.port, _name(record.target))
            for record in await self._ask(name, "SRV")
            if isinstance(record, SRV)
        ]

    async def addresses(self, name: str) -> list[str]:
        """Return the addresses of a host."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                name, 5060, family=self._family, type=socket.SOCK_DGRAM
            )
        except (OSError, ValueError):  # ValueError: not even a name, since a label is empty, too long or no text
            return []
        return [str(entry[4][0]) for entry in found]

    async def _ask(self, name: str, kind: str) -> list[object]:
        try:
            if self._resolver is None:
                self._resolver = self._made()
            answer = await self._resolver.resolve(name, kind, lifetime=_PATIENCE, search=False)
        except (dns.exception.DNSException, OSError, ValueError):  # not there, nobody answers, no name server is set up
            return []
        return list(answer)

    def _made(self) -> dns.asyncresolver.Resolver:
        made = dns.asyncresolver.Resolver(configure=self._server is None)
        if self._server is not None:
            made.nameservers, made.port = [self._server[0]], self._server[1]
        made.cache = dns.resolver.LRUCache(1000)
        return made


def _name(name: object) -> str:
    return str(name).rstrip(".")

"""Our own addresses: where we listen, and how a peer reaches us.

The routing table is asked by connecting a datagram socket, which sends nothing.
"""

import socket
from collections.abc import Callable

from switchroom.sip.peer import Transport
from switchroom.transports.sip.wire.datagrams import Address

_MAX_KEPT = 1024
_HOLDS = 30.0
"""Seconds for which an answer is believed."""


class OurAddresses:
    """Where we listen, and our address on the way to each host. That is kept for a while: networks change as we run."""

    def __init__(self, ask: Callable[[str], str | None] | None = None) -> None:
        self.bound: dict[Transport, Address] = {}
        self._ask = ask or route
        self._known: dict[str, tuple[str, float]] = {}  # with the time until which it holds; oldest first

    def to(self, host: str, now: float) -> str:
        """Return our address on the way to ``host``; loopback if there is no way, which is not remembered."""
        known = self._known.get(host)
        if known is not None and now < known[1]:
            return known[0]
        self._known.pop(host, None)
        address = self._ask(host)
        if address is None:
            return "127.0.0.1"
        if len(self._known) >= _MAX_KEPT:
            del self._known[next(iter(self._known))]
        self._known[host] = address, now + _HOLDS
        return address


def route(host: str) -> str | None:
    """Return our own address on the way to ``host``, None if there is no way; nothing is sent to find it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
            name: tuple[str, int] = probe.getsockname()[:2]
        except OSError:
            return None
    return name[0]

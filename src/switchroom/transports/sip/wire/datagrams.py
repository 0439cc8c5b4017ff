"""SIP over UDP: one socket, whose refused datagrams are told by address."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Iterator

from switchroom.sip.peer import Peer

Address = tuple[str, int]

_RECEIVE = 4 << 20  # a hundred calls that come at once are answered without one being repeated
_IP_RECVERR = 11
_SO_RCVBUFFORCE = 33


class Datagrams(asyncio.DatagramProtocol):
    """The UDP socket. ``refused(peer)`` is told of peers whose port is closed."""

    def __init__(
        self, bound: socket.socket, received: Callable[[bytes, Peer], None], refused: Callable[[Peer], None]
    ) -> None:
        self._bound = bound
        self._received = received
        self._refused = refused

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data, Peer("udp", addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - it does not say whose port
        """Find out whose port is closed."""
        for address in _errors(self._bound):
            self._refused(Peer("udp", *address))


def bind(host: str, port: int) -> socket.socket:
    """Return a bound UDP socket. Raises OSError."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)  # noqa: FBT003 - it takes no keyword
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE)
        if sys.platform == "linux":
            with contextlib.suppress(PermissionError):  # beyond the system's limit, where that is allowed
                bound.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE)
            if bound.family == socket.AF_INET:
                bound.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _errors(bound: socket.socket) -> Iterator[Address]:
    """Yield the addresses that ICMP errors came back for (ip(7), IP_RECVERR)."""
    while sys.platform == "linux":
        try:
            _, _, _, address = bound.recvmsg(0, 0, socket.MSG_ERRQUEUE)
        except OSError:
            return
        yield address[0], address[1]

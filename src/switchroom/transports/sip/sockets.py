"""The sockets that SIP is spoken through: one port for datagrams and for connections, and the connections themselves.

Bytes go up through two callbacks and down through ``send``; no task is needed for a connection that they open, one for each that
we open. A peer is answered over the connection it called by (RFC 3261 §18.2.2), and one connection serves all that is said to
a peer. What the kernel refuses is counted, never fatal.
"""

import asyncio
import contextlib
import functools
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator

from switchroom.errors import Unavailable
from switchroom.sip.peer import Peer
from switchroom.sip.stream import PONG, Ping, Pong, StreamFault, StreamFraming

MAX_CONNECTIONS = 1000
MAX_PER_HOST = 100
_MAX_UNSENT = 1 << 20
_CONNECT = 5.0
_TRIES = 20
_RECEIVE = 4 << 20  # a hundred calls that come at once are answered without one being repeated
_IP_RECVERR = 11
_SO_RCVBUFFORCE = 33

Address = tuple[str, int]


class SipSockets:
    """Opened by ``open``, closed by ``close``. ``receive(data, peer)`` gets whole messages, ``lost(peer)`` hops that failed."""

    def __init__(self, receive: Callable[[bytes, Peer], None], lost: Callable[[Peer], None]) -> None:
        self.counts: Counter[str] = Counter()
        self.address: Address = ("", 0)
        self._receive = receive
        self._lost = lost
        self._datagrams: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[int, Connection] = {}
        self._connecting: dict[Address, list[bytes]] = {}
        self._numbers = 0

    async def open(self, host: str, port: int) -> None:
        """Listen on UDP and TCP at the same port. Raises Unavailable. Cancelling it may leave a socket to ``close``."""
        for tries_left in reversed(range(_TRIES if port == 0 else 1)):
            try:
                return await self._open(host, port)
            except OSError as error:
                self.close()
                if tries_left == 0:
                    message = f"cannot listen for SIP on {host} port {port}: {error.strerror}"
                    raise Unavailable(message, code="sip_port") from error
        return None

    def close(self) -> None:
        """Close everything at once."""
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections.values()):
            connection.drop()
        self._datagrams = self._server = None

    def send(self, data: bytes, peer: Peer) -> bool:
        """Send a message; False if a connection must be made first: ``connect`` makes it and takes the message along."""
        self.counts["sent"] += 1
        if not peer.reliable:
            if self._datagrams is not None:
                self._datagrams.sendto(data, (peer.host, peer.port))
            return True
        connection = self._connection(peer)
        if connection is not None:
            connection.send(data)
            return True
        address = (peer.host, peer.port)
        waiting = address in self._connecting
        self._connecting.setdefault(address, []).append(data)
        return waiting

    async def connect(self, peer: Peer) -> None:
        """Connect to ``peer`` and send what waits for it; ``lost`` is told if that fails. Safe to cancel."""
        address = (peer.host, peer.port)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT):
                _, connection = await loop.create_connection(functools.partial(Connection, self), *address)
            for data in self._connecting.get(address, ()):
                connection.send(data)
        except OSError:  # TimeoutError is one
            self.counts["connect_failed"] += 1
            self.failed(Peer(peer.transport, *address))
        finally:
            self._connecting.pop(address, None)

    def drop(self, peer: Peer) -> None:
        """Close a connection whose bytes cannot be SIP."""
        connection = self._connection(peer)
        if connection is not None:
            connection.drop()

    def local(self, peer: Peer) -> Address:
        """Return the address under which ``peer`` reaches us, by asking the routing table."""
        host = self.address[0]
        if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
            host = route(peer.host)
        return host, self.address[1]

    def opened(self, connection: "Connection") -> bool:
        """Take a new connection in; False if there are too many already, of all or of its host."""
        host = connection.peer.host
        of_host = sum(other.peer.host == host for other in self._connections.values())
        if len(self._connections) >= MAX_CONNECTIONS or of_host >= MAX_PER_HOST:
            self.counts["connection_refused"] += 1
            return False
        self._connections[connection.peer.connection] = connection
        return True

    def number(self) -> int:
        """Return a connection number that was never used."""
        self._numbers += 1
        return self._numbers

    def received(self, data: bytes, peer: Peer) -> None:
        """Hand a message up."""
        self.counts["received"] += 1
        self._receive(data, peer)

    def closed(self, peer: Peer) -> None:
        """Forget a connection and tell that it is gone."""
        if self._connections.pop(peer.connection, None) is not None:
            self._lost(peer)

    def failed(self, peer: Peer) -> None:
        """Tell that a hop cannot be reached."""
        self._lost(peer)

    async def _open(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        bound = _bind(host, port)
        port = bound.getsockname()[1]
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self, bound), sock=bound)
        self._server = await loop.create_server(functools.partial(Connection, self), host, port, backlog=64)
        self.address = (host, port)

    def _connection(self, peer: Peer) -> "Connection | None":
        if peer.connection:
            found = self._connections.get(peer.connection)
            if found is not None:
                return found
        for connection in self._connections.values():
            if connection.peer.is_same_place(Peer(peer.transport, peer.host, peer.port)):
                return connection
        return None


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP socket."""

    def __init__(self, sockets: SipSockets, bound: socket.socket) -> None:
        self._sockets = sockets
        self._bound = bound

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._sockets.received(data, Peer("udp", addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - it does not say whose port
        """Find out whose port is closed."""
        self._sockets.counts["refused_by_kernel"] += 1
        for address in _refused(self._bound):
            self._sockets.failed(Peer("udp", *address))


class Connection(asyncio.Protocol):
    """One TCP connection, whoever opened it."""

    def __init__(self, sockets: SipSockets) -> None:
        self.peer = Peer("tcp", "", 0)
        self._sockets = sockets
        self._framing = StreamFraming()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        host, port = transport.get_extra_info("peername")[:2]
        self.peer = Peer("tcp", host, port, self._sockets.number())
        self._transport = transport
        if not self._sockets.opened(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        for item in self._framing.feed(data):
            match item:
                case bytes():
                    self._sockets.received(item, self.peer)
                case Ping():
                    self.send(PONG)
                case Pong():
                    pass
                case StreamFault():
                    self._sockets.counts["stream_fault"] += 1
                    self.drop()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why does not matter
        self._sockets.closed(self.peer)

    def send(self, data: bytes) -> None:
        """Send; a peer that does not read what it asked for is dropped."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > _MAX_UNSENT:
            self._sockets.counts["unread"] += 1
            self._transport.abort()

    def drop(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()


def _bind(host: str, port: int) -> socket.socket:
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


def _refused(bound: socket.socket) -> Iterator[Address]:
    """Yield the addresses that ICMP errors came back for (ip(7), IP_RECVERR)."""
    while sys.platform == "linux":
        try:
            _, _, _, address = bound.recvmsg(0, 0, socket.MSG_ERRQUEUE)
        except OSError:
            return
        yield address[0], address[1]


@functools.lru_cache(maxsize=1024)
def route(host: str) -> str:
    """Return our own address on the way to ``host``; nothing is sent to find it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
            name: tuple[str, int] = probe.getsockname()[:2]
        except OSError:
            return "127.0.0.1"
    return name[0]

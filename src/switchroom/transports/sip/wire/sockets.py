"""The sockets that SIP is spoken through: datagrams and connections at one port, TLS and WebSockets at ports of their own.

Bytes go up through two callbacks and down through ``send``; no task is needed for a connection that they open, one for each that
we open. A peer is answered over the connection it called by (RFC 3261 §18.2.2), and one connection serves all that is said to
a peer. A browser cannot be connected to: its connection is the only way to it (RFC 7118 §5). What the kernel refuses is
counted, never fatal.
"""

import asyncio
import functools
import ssl
from collections import Counter
from collections.abc import Callable

import structlog

from switchroom.errors import Unavailable
from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer, Transport
from switchroom.transports.sip.wire.certificates import Certificates
from switchroom.transports.sip.wire.connection import Connection, Framing, PlainFraming
from switchroom.transports.sip.wire.connections import Connections
from switchroom.transports.sip.wire.datagrams import Address, Datagrams, bind
from switchroom.transports.sip.wire.door import open_door
from switchroom.transports.sip.wire.guard import Guard
from switchroom.transports.sip.wire.routes import OurAddresses
from switchroom.transports.sip.wire.websocket import WebSocketFraming

log = structlog.get_logger()

_CONNECT = 5.0
_HANDSHAKE = 5.0
_TRIES = 20
_CONNECTABLE: frozenset[Transport] = frozenset({"tcp", "tls"})


class SipSockets:
    """Opened by ``open``, closed by ``close``. ``receive(data, peer)`` gets whole messages, ``lost(peer)`` hops that failed."""

    def __init__(
        self, receive: Callable[[bytes, Peer], None], lost: Callable[[Peer], None], guard: Guard | None = None
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.guard = guard or Guard()
        self._ours = OurAddresses()
        self._receive = receive
        self._lost = lost
        self._datagrams: asyncio.DatagramTransport | None = None
        self._servers: list[asyncio.Server] = []
        self.connections = Connections(self.guard, self.counts, SipSettings().max_connections)
        self._connecting: dict[tuple[Peer, str], list[bytes]] = {}
        self._trust: ssl.SSLContext | None = None
        self._numbers = 0

    @property
    def addresses(self) -> dict[Transport, Address]:
        """Where each transport listens."""
        return self._ours.bound

    @property
    def address(self) -> Address:
        """Where UDP and TCP listen."""
        return self.addresses.get("udp", ("", 0))

    async def open(self, settings: SipSettings) -> None:
        """Listen as the settings say. Raises Unavailable, Invalid. Cancelling it may leave a socket to ``close``."""
        for tries_left in reversed(range(_TRIES if settings.port == 0 else 1)):
            try:
                return await self._open(settings)
            except OSError as error:
                self.close()
                if tries_left == 0:
                    message = f"cannot listen for SIP on {settings.host} port {settings.port}: {error.strerror}"
                    raise Unavailable(message, code="sip_port") from error
        return None

    def close(self) -> None:
        """Close everything at once."""
        if self._datagrams is not None:
            self._datagrams.close()
        for server in self._servers:
            server.close()
        self.connections.close()
        self._datagrams = None
        self._servers.clear()

    def send(self, data: bytes, peer: Peer) -> bool:
        """Send a message; False if a connection must be made first: ``connect`` makes it and takes the message along."""
        self.counts["sent"] += 1
        if not peer.reliable:
            if self._datagrams is not None:
                self._datagrams.sendto(data, (peer.host, peer.port))
            return True
        connection = self.connections.find(peer)
        if connection is not None:
            connection.send(data)
            return True
        key = _place(peer), peer.name
        waiting = key in self._connecting
        self._connecting.setdefault(key, []).append(data)
        return waiting

    async def connect(self, peer: Peer) -> None:
        """Connect to ``peer`` and send what waits for it; ``lost`` is told if that fails. Safe to cancel."""
        place = _place(peer)
        try:
            async with asyncio.timeout(_CONNECT):
                connection = await self._connect(peer)
            for data in self._connecting.get((place, place.name), ()):
                connection.send(data)
        except OSError as error:  # TimeoutError and ssl.SSLError are such
            if isinstance(error, ssl.SSLCertVerificationError):
                log.error("certificate not trusted", host=peer.name or peer.host, problem=error.verify_message)  # noqa: TRY400
            self.counts["connect_failed"] += 1
            self.failed(place)
        finally:
            self._connecting.pop((place, place.name), None)

    def drop(self, peer: Peer) -> None:
        """Close a connection whose bytes cannot be SIP."""
        connection = self.connections.find(peer)
        if connection is not None:
            connection.drop()

    def blame(self, peer: Peer) -> None:
        """Count a wrong proof of identity; who guesses on is not heard for a while."""
        ban = self.guard.blame(peer.host, asyncio.get_running_loop().time())
        if ban is not None:
            self._shut_out(ban.source)

    def local(self, peer: Peer) -> Address:
        """Return the address under which ``peer`` reaches us, by asking the routing table."""
        host, port = self.addresses.get(peer.transport, self.address)
        if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
            host = self._ours.to(peer.host, asyncio.get_running_loop().time())
        return host, port

    def opened(self, connection: Connection) -> bool:
        """Take a new connection in; False if its handshake outlived us."""
        if self._datagrams is None:
            return False
        self.connections.add(connection)
        return True

    def number(self) -> int:
        """Return a connection number that was never used."""
        self._numbers += 1
        return self._numbers

    def count(self, what: str) -> None:
        """Count what happened to a connection."""
        self.counts[what] += 1

    def received(self, data: bytes, peer: Peer) -> None:
        """Hand a message up, unless nobody should see it."""
        now = asyncio.get_running_loop().time()
        objection = self.guard.objection(data, peer.host, now, connected=bool(peer.connection))
        if objection is None:
            self.counts["received"] += 1
            self._receive(data, peer)
            return
        self.counts[objection] += 1
        if objection == "flood" and peer.connection:
            self.drop(peer)  # whose it is: a datagram's address, which can be forged, costs nobody a connection
        elif objection == "flood":
            self.counts["bans"] += 1

    def closed(self, peer: Peer) -> None:
        """Forget a connection and tell that it is gone."""
        if self.connections.remove(peer):
            self.counts["closed"] += 1
            self._lost(peer)

    def failed(self, peer: Peer) -> None:
        """Tell that a hop cannot be reached."""
        self._lost(peer)

    async def _open(self, settings: SipSettings) -> None:
        loop = asyncio.get_running_loop()
        self.connections.most = settings.max_connections
        certificates = Certificates(settings.certificates, settings.trust)
        secure = None if settings.tls_port is None and settings.wss_port is None else certificates.server()
        self._trust = certificates.client()
        bound = bind(settings.host, settings.port)
        port = bound.getsockname()[1]
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(bound, self.received, self._refused), sock=bound
        )
        self.addresses["udp"] = (settings.host, port)
        framing, web = PlainFraming, functools.partial(WebSocketFraming, settings.origins)
        await self._listen("tcp", port, framing)
        await self._listen("tls", settings.tls_port, framing, secure)
        await self._listen("ws", settings.ws_port, web)
        await self._listen("wss", settings.wss_port, web, secure)

    async def _listen(
        self,
        transport: Transport,
        port: int | None,
        framing: Callable[[], Framing],
        secure: ssl.SSLContext | None = None,
    ) -> None:
        if port is None:
            return
        host = self.address[0]
        door = open_door(host, port, self.connections.admit)
        try:
            server = await asyncio.get_running_loop().create_server(
                lambda: Connection(self, transport, framing()),
                sock=door,
                backlog=64,
                ssl=secure,
                ssl_handshake_timeout=None if secure is None else _HANDSHAKE,
            )
        except OSError:
            door.close()
            raise
        self._servers.append(server)
        self.addresses[transport] = (host, server.sockets[0].getsockname()[1])

    async def _connect(self, peer: Peer) -> Connection:
        if peer.transport not in _CONNECTABLE:
            raise ConnectionError(f"nobody can be called by {peer.transport} who is not connected")
        if not self.connections.has_room(asyncio.get_running_loop().time()):
            raise ConnectionError("too many connections")
        secure = self._trust if peer.transport == "tls" else None
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self, peer.transport, PlainFraming(), peer.name),
            peer.host,
            peer.port,
            ssl=secure,
            server_hostname=None if secure is None else peer.name or peer.host,
        )
        if connection.is_leaving:
            raise ConnectionError("closed as soon as it was open")
        connection.spoke = True  # who is called may think before the first word
        return connection

    def _shut_out(self, source: str) -> None:
        self.counts["bans"] += 1
        self.connections.shut_out(source)

    def _refused(self, peer: Peer) -> None:
        self.counts["refused_by_kernel"] += 1
        self.failed(peer)


def _place(peer: Peer) -> Peer:
    return Peer(peer.transport, peer.host, peer.port, name=peer.name)

"""One connection that SIP messages come and go by, whoever opened it and whatever they are wrapped in.

What differs between a stream (TCP, TLS) and a WebSocket (WS, WSS) is a ``Framing``: bytes in, messages out, and what the
protocol below has to say by itself.
"""

import asyncio
from typing import Protocol, assert_never

from switchroom.sip.messages.stream import PONG, Framed, Ping, Pong, StreamFault, StreamFraming
from switchroom.sip.peer import Peer, Transport

_MAX_UNSENT = 1 << 20
_MAX_PINGS = 20
"""How many keep-alives may come at once; who sends more wants answers, not a connection."""


class Framing(Protocol):
    """How messages lie in the bytes of a connection."""

    def feed(self, data: bytes) -> list[Framed]:
        """Take bytes and return what became complete."""
        ...

    def wrap(self, message: bytes) -> bytes:
        """Return the bytes that carry a message."""
        ...

    def owed(self) -> bytes:
        """Return what the layer itself must say now (handshakes, pongs)."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing more may come after what is owed."""
        ...


class PlainFraming(StreamFraming):
    """A stream carries messages as they are (RFC 3261 §18.3)."""

    over = False

    def wrap(self, message: bytes) -> bytes:
        """Return the message."""
        return message

    def owed(self) -> bytes:
        """A stream says nothing by itself."""
        return b""


class Owner(Protocol):
    """Who keeps the connections."""

    def opened(self, connection: "Connection") -> bool:
        """Take it in; False if there are too many already."""
        ...

    def received(self, data: bytes, peer: Peer) -> None:
        """Take a message."""
        ...

    def closed(self, peer: Peer) -> None:
        """Forget it."""
        ...

    def number(self) -> int:
        """Return a number that was never used."""
        ...

    def count(self, what: str) -> None:
        """Count what happened to it."""
        ...


class Connection(asyncio.Protocol):
    """One connection; ``opened`` is when it was, ``heard`` when something last came, ``spoke`` whether that was ever a message."""

    def __init__(self, owner: Owner, transport: Transport, framing: Framing, name: str = "") -> None:
        self.peer = Peer(transport, "", 0, name=name)
        self.opened = self.heard = 0.0
        self.spoke = False
        self._owner = owner
        self._framing = framing
        self._transport: asyncio.Transport | None = None

    @property
    def is_leaving(self) -> bool:
        """Whether it was told to close, or is closed."""
        return self._transport is None or self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
        self.peer = Peer(self.peer.transport, host, port, self._owner.number(), self.peer.name)
        self._transport = transport
        self.opened = self.heard = asyncio.get_running_loop().time()
        if not self._owner.opened(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard = asyncio.get_running_loop().time()
        items = self._framing.feed(data)
        self._write(self._framing.owed())
        if sum(isinstance(item, Ping) for item in items) > _MAX_PINGS:
            self._owner.count("ping_flood")
            self.drop()
            return
        for item in items:
            self._take(item)
        if self._framing.over and self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why does not matter
        self._owner.closed(self.peer)

    def send(self, message: bytes) -> None:
        """Send; a peer that does not read what it asked for is dropped."""
        self._write(self._framing.wrap(message))

    def drop(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, item: Framed) -> None:
        match item:
            case bytes():
                self.spoke = True
                self._owner.received(item, self.peer)
            case Ping():
                self.send(PONG)  # RFC 5626 §4.4.1
            case Pong():
                pass
            case StreamFault():
                self._fail(item)
            case _:
                assert_never(item)

    def _fail(self, fault: StreamFault) -> None:
        """Close a stream that cannot be followed, once what is too long is refused."""
        self._owner.count("stream_fault")
        if not fault.head or self._transport is None:
            self.drop()
            return
        self._owner.received(fault.head, self.peer)
        self._transport.close()

    def _write(self, data: bytes) -> None:
        if not data or self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > _MAX_UNSENT:
            self._owner.count("unread")
            self._transport.abort()

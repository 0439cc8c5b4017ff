"""Where a message came from or goes to, as the driver of the sockets names it."""

from dataclasses import dataclass, field
from typing import Literal

Transport = Literal["udp", "tcp", "tls", "ws", "wss"]

RELIABLE: frozenset[Transport] = frozenset({"tcp", "tls", "ws", "wss"})
SECURE: frozenset[Transport] = frozenset({"tls", "wss"})


@dataclass(frozen=True, slots=True)
class Peer:
    """The far end of a hop.

    ``connection`` is the driver's number of an open connection; 0 for datagrams, and for "connect to it if need be, or
    take a connection to it that is open". ``name`` is the host name that its certificate must show, "" for its address.
    """

    transport: Transport
    host: str
    port: int
    connection: int = 0
    name: str = field(default="", compare=False)

    @property
    def reliable(self) -> bool:
        """Whether the transport itself repeats what gets lost."""
        return self.transport in RELIABLE

    def is_same_place(self, other: "Peer") -> bool:
        """Return whether what happens to ``other`` happens to us: same address, and same connection where both know theirs."""
        return (self.transport, self.host, self.port) == (other.transport, other.host, other.port) and (
            self.connection == other.connection or not self.connection or not other.connection
        )

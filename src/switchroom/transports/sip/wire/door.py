"""Listening sockets that look at who comes before anything is said: a connection counts from here to its end.

A TLS handshake is dear, and asyncio shows a secure connection only after it. So who is banned, or has too many connections, is
shut out where the kernel hands the connection over, and who is let in is counted until the socket closes, however it does.
"""

import socket
from collections.abc import Callable

from switchroom.transports.sip.wire.datagrams import Address

Admit = Callable[[str], Callable[[], None] | None]
"""Says whether a host may come in: what is to be called when it has left, None if it may not."""


class Door(socket.socket):
    """Gives only those connections out that ``admit`` lets in."""

    def __init__(self, family: socket.AddressFamily, admit: Admit) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._admit = admit

    def accept(self) -> tuple[socket.socket, Address]:
        """Return the next connection. Raises ConnectionAbortedError for one that may not come in: the loop then looks again."""
        connection, address = super().accept()
        left = self._admit(address[0])
        if left is None:
            connection.close()
            raise ConnectionAbortedError
        return _Guest(connection, left), address


class _Guest(socket.socket):
    """A connection that tells when it is closed, once."""

    def __init__(self, connection: socket.socket, left: Callable[[], None]) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self._left: Callable[[], None] | None = left

    def close(self) -> None:
        """Close it."""
        super().close()
        left, self._left = self._left, None
        if left is not None:
            left()


def open_door(host: str, port: int, admit: Admit) -> Door:
    """Return a door at that address, not listening yet. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = Door(family, admit)
    try:
        door.setblocking(False)  # noqa: FBT003 - it takes no keyword
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        door.bind((host, port))
    except OSError:
        door.close()
        raise
    return door

"""The UDP ports that media flows through: even ones of a range for RTP, the odd one above each for RTCP.

A port rests after use, so that the last packets of an old call do not reach a new one, and ports are dealt in a shuffled
order, so that a stranger cannot guess where the next call will listen. A port that somebody else holds is passed over.
"""

import errno
import random
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from switchroom.errors import Unavailable

_EXPEDITED = 0xB8  # DSCP EF, the class of voice (RFC 4594 §4.1)
_TRIES = 64

_STAMPED = 35  # SO_TIMESTAMPNS of Linux: the option, and the kind of note that a packet then carries
NOTES = socket.CMSG_SPACE(16)
"""How much room ``recvmsg`` needs for what the kernel says about a packet."""
_STAMP = struct.Struct("@qq")


class MediaSocket(Protocol):
    """What media does with a socket; an empty datagram is no packet of anybody."""

    def recvmsg(self, size: int, notes: int, /) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]: ...
    def sendto(self, data: bytes, address: tuple[str, int], /) -> int: ...


class MediaPair(Protocol):
    """Where media and its control protocol go through, now."""

    @property
    def rtp(self) -> MediaSocket: ...
    @property
    def rtcp(self) -> MediaSocket: ...


@dataclass(frozen=True, slots=True)
class MediaSockets:
    """A bound, non-blocking pair: media at ``port``, its control protocol at ``port + 1`` (RFC 3550 §11)."""

    rtp: socket.socket
    rtcp: socket.socket
    port: int

    def close(self) -> None:
        """Close both."""
        self.rtp.close()
        self.rtcp.close()


class RtpPorts:
    """Deals media sockets on ``host`` from the ports ``first`` to ``last``."""

    def __init__(self, host: str, first: int, last: int, *, rest: float = 10.0, seed: int | None = None) -> None:
        even = list(range(first + first % 2, last, 2))
        random.Random(seed).shuffle(even)  # noqa: S311 - hard to guess is enough: senders are checked as well
        self._host = host
        self._rest = rest
        self._free = deque(even)
        self._resting: deque[tuple[float, int]] = deque()

    @property
    def free(self) -> int:
        """How many ports are ready or resting."""
        return len(self._free) + len(self._resting)

    def take(self, now: float) -> MediaSockets:
        """Bind a pair. Raises Unavailable when the range has no port that is free and rested."""
        self._wake(now)
        for _ in range(min(len(self._free), _TRIES)):
            port = self._free.popleft()
            try:
                return _bind(self._host, port)
            except OSError as error:
                self._free.append(port)
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise Unavailable(f"cannot bind an RTP port on {self._host}: {error}", code="rtp_ports") from error
        raise Unavailable("no RTP port is free: widen SWITCHROOM_SIP__RTP_FIRST..RTP_LAST", code="rtp_ports")

    def give_back(self, sockets: MediaSockets, now: float) -> None:
        """Close a pair and let its port rest."""
        sockets.close()
        self._resting.append((now + self._rest, sockets.port))

    def _wake(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            self._free.append(self._resting.popleft()[1])


def arrival(notes: list[tuple[int, int, bytes]]) -> float:
    """Return the time of day at which the kernel had a packet, by the notes that ``recvmsg`` gives with it."""
    if len(notes) == 1:  # nothing else was asked for
        level, kind, content = notes[0]
        if kind == _STAMPED and level == socket.SOL_SOCKET and len(content) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(content)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


def _bind(host: str, port: int) -> MediaSockets:
    rtp = _socket(host, port)
    try:
        rtcp = _socket(host, port + 1)
    except OSError:
        rtp.close()
        raise
    return MediaSockets(rtp, rtcp, port)


def _socket(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)  # noqa: FBT003 - it takes no keyword
        if bound.family == socket.AF_INET:
            bound.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)
        else:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED)
        if sys.platform == "linux":
            bound.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound

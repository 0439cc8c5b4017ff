"""The control protocol beside the media (RTCP, RFC 3550 §6): a word every five seconds that we are here, and theirs as the same.

Our reports carry no reception blocks yet: they say what we sent and who we are, which keeps NATs open and lets the far side
tell a dead call from a silent one. What they say about our audio is not read.
"""

import secrets
import struct
import time
from collections.abc import Callable

from switchroom.transports.sip.latch import Address
from switchroom.transports.sip.ports import MediaSockets

EVERY = 250  # ticks
_DRAIN_EVERY = 50
_LARGEST = 2048
_PER_DRAIN = 20
_EPOCH = 2_208_988_800  # NTP counts from 1900
_SENDER_REPORT, _RECEIVER_REPORT, _SOURCE, _CNAME = 200, 201, 202, 1


class ControlChannel:
    """The control side of one stream."""

    def __init__(self, sockets: MediaSockets, ssrc: int) -> None:
        self.received = 0
        self._socket = sockets.rtcp
        self._ssrc = ssrc
        self._name = f"{secrets.token_hex(6)}@switchroom".encode()
        self._tick = secrets.randbelow(EVERY)  # calls that began together do not report together

    def tick(self, where: Callable[[], Address | None], sent: tuple[int, int, int]) -> bool:
        """Take 20 ms; ``sent`` is our timestamp, packets and bytes. Return whether the party said something."""
        self._tick += 1
        if self._tick % _DRAIN_EVERY:
            return False
        target = where()
        if target is not None and self._tick % EVERY == 0:
            self._report(target, sent)
        return target is not None and self._drain(target[0])

    def _report(self, target: Address, sent: tuple[int, int, int]) -> None:
        packet = report(self._ssrc, time.time(), sent) + source(self._ssrc, self._name)
        try:
            self._socket.sendto(packet, target)
        except OSError:  # nobody has to listen to it
            return

    def _drain(self, host: str) -> bool:
        alive = False
        for _ in range(_PER_DRAIN):
            try:
                _, address = self._socket.recvfrom(_LARGEST)
            except OSError:  # BlockingIOError: nothing is left
                break
            self.received += 1
            alive = alive or address[0] == host
        return alive


def report(ssrc: int, wall: float, sent: tuple[int, int, int]) -> bytes:
    """Return a sender report, or an empty receiver report before anything was sent (RFC 3550 §6.4)."""
    timestamp, packets, octets = sent
    if packets == 0:
        return struct.pack("!BBHI", 0x80, _RECEIVER_REPORT, 1, ssrc)
    seconds = int(wall)
    fraction = int((wall - seconds) * (1 << 32))
    numbers = (timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return struct.pack("!BBHIIIIII", 0x80, _SENDER_REPORT, 6, ssrc, (seconds + _EPOCH) & 0xFFFFFFFF, fraction, *numbers)


def source(ssrc: int, name: bytes) -> bytes:
    """Return the description of who we are (RFC 3550 §6.5), which every compound packet needs."""
    item = struct.pack("!BB", _CNAME, len(name)) + name + b"\0"
    chunk = item + b"\0" * (-len(item) % 4)
    return struct.pack("!BBHI", 0x81, _SOURCE, 1 + len(chunk) // 4, ssrc) + chunk

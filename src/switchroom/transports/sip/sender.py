"""Our side of a stream: 20 ms of audio or a packet of the key that is being pressed, one at each tick."""

import secrets
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from switchroom.media.frame import Encoding
from switchroom.media.recode import TABLES
from switchroom.media.reports import Sent
from switchroom.media.rtp import RtpPacket, digit_packets
from switchroom.transports.sip.terms import Terms

_BETWEEN_KEYS = 3  # ticks of audio
_QUEUED_KEYS = 64


class Source(NamedTuple):
    """What a receiver knows as one stream: its SSRC, its first sequence number, and what was sent before it."""

    ssrc: int
    first: int
    packets: int
    octets: int


class Sender:
    """Our side of the stream: one source at a time, one sequence, a timestamp that goes on whether or not something is sent."""

    def __init__(self, terms: Terms) -> None:
        self.sent = 0
        self._octets = 0
        self.begin_anew()
        self._timestamp = secrets.randbits(32)
        self._terms = terms
        self._table: bytes | None = None
        self._silent = True  # nothing was sent before: the next packet begins a spurt
        self._digits: deque[str] = deque()
        self._key: Iterator[RtpPacket] | None = None
        self._rest = 0

    def begin_anew(self) -> None:
        """Take another SSRC, and a sequence that is far from its end: who misses the turn counts wrong under SRTP."""
        self.source = Source(secrets.randbits(32), secrets.randbits(15), self.sent, self._octets)
        self._sequence = self.source.first

    @property
    def total(self) -> Sent:
        """What this source sent so far."""
        return Sent(self._timestamp, self.sent - self.source.packets, self._octets - self.source.octets)

    def aim(self, terms: Terms, encoding: Encoding) -> None:
        """Go on under new terms."""
        self._terms = terms
        self._table = TABLES.get((encoding, terms.encoding))

    def press(self, digits: str) -> bool:
        """Queue keys; False if they cannot be sent as events."""
        if self._terms.events is None or len(self._digits) + len(digits) > _QUEUED_KEYS:
            return False
        self._digits.extend(digits)
        return True

    def next(self, payload: bytes) -> bytes | None:
        """Return the packet of this tick."""
        self._timestamp += len(payload)  # G.711: a byte is a sample
        if not self._terms.sends:
            self._silent = True
            return None
        packet = self._event()
        if packet is None:
            content = payload if self._table is None else payload.translate(self._table)
            packet = RtpPacket(
                self._terms.payload, self._sequence, self._timestamp, self.source.ssrc, content, self._silent
            )
            self._silent = False
        self._sequence += 1
        self.sent += 1
        self._octets += len(packet.payload)
        return packet.build()

    def _event(self) -> RtpPacket | None:
        if self._key is None and self._rest == 0 and self._digits and self._terms.events is not None:
            first = RtpPacket(self._terms.events, self._sequence, self._timestamp, self.source.ssrc, b"")
            self._key = digit_packets(self._digits.popleft(), first)
        self._rest = max(0, self._rest - 1)
        if self._key is None:
            return None
        packet = next(self._key, None)
        if packet is None:
            self._key = None
            self._rest = _BETWEEN_KEYS
            self._silent = True
        return packet

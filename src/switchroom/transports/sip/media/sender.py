"""Our side of a stream: 20 ms of audio or a packet of the key that is being pressed, one at each tick."""

import secrets
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from switchroom.media.band import encode
from switchroom.media.dtmf import tones
from switchroom.media.frame import RATE, Encoding
from switchroom.media.pack import Pack, packer
from switchroom.media.reports import Sent
from switchroom.media.resample import resample
from switchroom.media.rtp import RtpPacket, digit_packets
from switchroom.transports.sip.media.terms import Terms

_BETWEEN_KEYS = 3  # ticks of audio
_QUEUED_KEYS = 64
_TICKS_PER_TONE = 10  # half of them silence


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
        self._encoding = terms.codec.encoding
        self._pack: Pack | None = None
        self._silent = True  # nothing was sent before: the next packet begins a spurt
        self._keypad = _Keypad()
        self._tones: deque[bytes] = deque()

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
        if self._pack is None or terms.codec is not self._terms.codec:
            self._pack = packer(encoding, terms.codec)
        self._terms, self._encoding = terms, encoding

    def press(self, digits: str) -> bool:
        """Queue keys; False if they cannot be sent as events."""
        return self._terms.events is not None and self._keypad.press(digits)

    def sound(self, digits: str) -> bool:
        """Queue keys as tones, which take the place of what would be said; False if too many wait. Raises Invalid."""
        if len(self._tones) > _QUEUED_KEYS * _TICKS_PER_TONE:
            return False
        encoding = self._encoding
        sound = encode(encoding, resample(tones(digits), RATE, encoding.rate))
        size = encoding.payload_size
        self._tones.extend(sound[at : at + size] for at in range(0, len(sound), size))
        return True

    def next(self, payload: bytes) -> bytes | None:
        """Return the packet of this tick."""
        if self._tones:
            payload = self._tones.popleft()
        self._timestamp += self._terms.codec.clock // 50
        if not self._terms.sends:
            self._silent = True
            return None
        packet = self._event()
        if packet is None:
            content = payload if self._pack is None else self._pack(payload)
            packet = RtpPacket(
                self._terms.payload, self._sequence, self._timestamp, self.source.ssrc, content, self._silent
            )
            self._silent = False
        self._sequence += 1
        self.sent += 1
        self._octets += len(packet.payload)
        return packet.build()

    def _event(self) -> RtpPacket | None:
        if self._terms.events is None:
            return None
        first = RtpPacket(self._terms.events, self._sequence, self._timestamp, self.source.ssrc, b"")
        packet = self._keypad.next(first, self._terms.events_clock)
        self._silent = self._silent or packet is not None
        return packet


class _Keypad:
    """Keys as events, one after the other."""

    def __init__(self) -> None:
        self._digits: deque[str] = deque()
        self._key: Iterator[RtpPacket] | None = None
        self._rest = 0

    def press(self, digits: str) -> bool:
        """Queue keys; False if too many wait."""
        if len(self._digits) + len(digits) > _QUEUED_KEYS:
            return False
        self._digits.extend(digits)
        return True

    def next(self, first: RtpPacket, clock: int) -> RtpPacket | None:
        """Return what to send in this tick instead of audio; ``first`` is how a key would begin now."""
        if self._key is None and self._rest == 0 and self._digits:
            self._key = digit_packets(self._digits.popleft(), first, rate=clock)
        self._rest = max(0, self._rest - 1)
        if self._key is None:
            return None
        packet = next(self._key, None)
        if packet is None:
            self._key = None
            self._rest = _BETWEEN_KEYS
        return packet

"""RTP: packets to and from bytes, counters that never wrap, and keys as packets.

Whatever arrives on a port is either a packet or a reason why not; nothing raises. RFC 3550 section 5.1 is the layout.

Keys (RFC 4733): all packets of one press carry the timestamp at which it began, so that is what tells presses apart: the
marker bit may be lost, the end is sent three times, and if all three are lost the press ends when its packets cease.

    state     packet                       next      told
    idle      event, not ended             pressed   -
    idle      event, ended                 idle      the key      (all but its end was lost)
    idle      of a press already told      idle      -            (the end again)
    pressed   same press, not ended        pressed   -
    pressed   same press, ended            idle      the key
    pressed   the next part of a long one  pressed   -            (section 2.5.1.3: it begins where 0xFFFF ended)
    pressed   a later press                as idle   the key of the press before; then as idle
    pressed   deadline                     idle      the key
"""

import struct
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from switchroom.errors import Invalid

_FIXED = struct.Struct("!BBHII")
_VERSION = 2

EVENTS = "0123456789*#ABCD"  # RFC 4733 section 3.2
_EVENT = struct.Struct("!BBH")
_END = 0x80
_LONGEST = 0xFFFF
_PATIENCE = 0.2
_ENDS = 3
_LOUDNESS = 10  # dB below full scale


class RtpFault(Enum):
    """Why some bytes are no RTP packet."""

    SHORT = "short"
    VERSION = "version"
    CSRC = "csrc"
    EXTENSION = "extension"
    PADDING = "padding"
    RTCP = "rtcp"


class RtpPacket(NamedTuple):
    """One packet; a named tuple, because a call makes 100 a second and it costs a third of a frozen dataclass."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes) -> "RtpPacket | RtpFault":
        """Return the packet in ``data``, without its CSRC list, extension and padding."""
        if len(data) < _FIXED.size:
            return RtpFault.SHORT
        first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
        if first >> 6 != _VERSION:
            return RtpFault.VERSION
        if 192 <= second <= 223:  # RFC 5761 section 4: RTCP on the same port
            return RtpFault.RTCP
        payload = data[12:] if first == 0x80 else _body(data, first)
        if isinstance(payload, RtpFault):
            return payload
        return cls(second & 0x7F, sequence, timestamp, ssrc, payload, second >= 0x80)

    def build(self) -> bytes:
        """Return the packet as bytes. Numbers are taken modulo their field."""
        second = (self.payload_type & 0x7F) | (0x80 if self.marker else 0)
        numbers = self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc & 0xFFFFFFFF
        return _FIXED.pack(0x80, second, *numbers) + self.payload


def _body(data: bytes, first: int) -> bytes | RtpFault:
    """Return what is left of ``data`` when everything optional is taken away (RFC 3550 sections 5.1 and 5.3.1)."""
    start = 12 + 4 * (first & 0x0F)
    end = len(data)
    if start > end:
        return RtpFault.CSRC
    if first & 0x10:
        if start + 4 > end:
            return RtpFault.EXTENSION
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        if start > end:
            return RtpFault.EXTENSION
    if first & 0x20:
        padding = data[-1]
        if padding == 0 or start + padding > end:
            return RtpFault.PADDING
        end -= padding
    return data[start:end]


class Unwrapper:
    """Turns a counter of ``bits`` bits into one that does not wrap: a value is taken as near to the highest so far as possible."""

    def __init__(self, bits: int) -> None:
        self._size = 1 << bits
        self._half = self._size >> 1
        self.highest: int | None = None

    def unwrap(self, value: int) -> int:
        """Return ``value`` without wraps, and remember it if it is ahead of all before."""
        if self.highest is None:
            self.highest = value
            return value
        ahead = (value - self.highest) % self._size
        if ahead < self._half:
            self.highest += ahead
            return self.highest
        return self.highest + ahead - self._size

    def reset(self) -> None:
        """Begin anew with the next value."""
        self.highest = None


class DigitReceiver:
    """Makes keys of one stream's event packets."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        """When ``expire`` is to be called; None: not at all."""
        self.malformed = 0
        self._pressed: tuple[int, str] | None = None  # when it began, and the key
        self._full = False  # the packet before said that the event has the longest duration there is
        self._told: int | None = None  # the last press that was told

    def receive(self, packet: RtpPacket, now: float) -> list[str]:
        """Take an event packet; return the keys that are now known to have been pressed, mostly none."""
        if len(packet.payload) < _EVENT.size:
            self.malformed += 1
            return []
        event, flags, length = _EVENT.unpack_from(packet.payload)
        if event >= len(EVENTS) or packet.timestamp == self._told:
            return []
        digits: list[str] = []
        if self._pressed is not None and self._pressed[0] != packet.timestamp:
            if _older(packet.timestamp, self._pressed[0]):
                return []  # a straggler of the press before
            if not self._continues(packet.timestamp, EVENTS[event]):
                digits += self.expire(now)
        self._pressed = (packet.timestamp, EVENTS[event])
        self._full = length == _LONGEST
        self.deadline = now + _PATIENCE
        if flags & _END:
            digits += self.expire(now)
        return digits

    def _continues(self, timestamp: int, digit: str) -> bool:
        began = (timestamp - _LONGEST) & 0xFFFFFFFF
        return self._full and self._pressed == (began, digit)

    def expire(self, now: float) -> list[str]:  # noqa: ARG002 - a machine is always told the time
        """End the press whose packets have ceased."""
        self.deadline = None
        if self._pressed is None:
            return []
        self._told, digit = self._pressed
        self._pressed = None
        return [digit]


def _older(one: int, other: int) -> bool:
    return (one - other) & 0xFFFFFFFF >= 0x80000000


def digit_packets(digit: str, first: RtpPacket, *, duration: float = 0.1, rate: int = 8000) -> Iterator[RtpPacket]:
    """Yield the packets of one key press, one per tick, the end three times.

    ``first`` gives SSRC, payload type, first sequence number, and the timestamp at which the press begins. Raises Invalid
    for what is no key.
    """
    event = EVENTS.find(digit.upper())
    if event < 0 or len(digit) != 1:
        raise Invalid(f"{digit!r} is no telephone key: use 0-9, *, # or A-D")
    step = rate // 50
    ticks = max(2, round(duration * 50))
    for i in range(ticks - 1 + _ENDS):
        ended = i >= ticks - 1
        length = min(min(i + 1, ticks) * step, _LONGEST)
        payload = _EVENT.pack(event, (_END if ended else 0) | _LOUDNESS, length)
        yield first._replace(sequence=(first.sequence + i) & 0xFFFF, payload=payload, marker=i == 0)

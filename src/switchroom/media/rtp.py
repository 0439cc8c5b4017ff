"""RTP: packets to and from bytes, counters that never wrap, and keys as packets.

Whatever arrives on a port is either a packet or a reason why not; nothing raises. RFC 3550 section 5.1 is the layout.

Keys (RFC 4733): all packets of one press carry the timestamp at which it began, so that is what tells presses apart: the
marker bit may be lost, the end is sent three times, and if all three are lost the press ends when its packets cease. Senders
that are wrong are understood where they are plain: another key with the timestamp of the one before is another press, and so
is the same key that has ended and now goes on; a timestamp that moves with every packet while the duration grows is one press.

    state     packet                             next      told
    idle      event, not ended                   pressed   -
    idle      event, ended                       idle      the key      (all but its end was lost)
    idle      of a press already told            idle      -            (the end again)
    idle      of one told by its end, not ended  pressed   -            (another press, by a sender that has one timestamp)
    pressed   same press, not ended              pressed   -
    pressed   same press, ended                  idle      the key
    pressed   the rest of it under a later time  pressed   -            (section 2.5.1.3: it was longer than 0xFFFF; or see above)
    pressed   a later press                      as idle   the key of the press before; then as idle
    pressed   deadline, or another source        idle      the key
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
_STRAGGLING = 50  # packets; farther back is a sequence that began anew
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


class _Press(NamedTuple):
    """What one packet says of a press."""

    timestamp: int
    digit: str
    sequence: int
    length: int

    def same(self, other: "_Press") -> bool:
        """Return whether both are of one press, by when it began."""
        return self.timestamp == other.timestamp and self.digit == other.digit

    def goes_on(self, before: "_Press") -> bool:
        """Return whether this is the rest of ``before`` although it says that it began later."""
        if self.digit != before.digit:
            return False
        if before.length == _LONGEST and self.timestamp == (before.timestamp + _LONGEST) & 0xFFFFFFFF:
            return True
        return self.sequence == (before.sequence + 1) & 0xFFFF and self.length > before.length


class DigitReceiver:
    """Makes keys of one stream's event packets."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        """When ``expire`` is to be called; None: not at all."""
        self.malformed = 0
        self._ssrc: int | None = None
        self._pressed: _Press | None = None
        self._told: _Press | None = None  # the last press that was told
        self._ended = False  # it was told because it ended

    def receive(self, packet: RtpPacket, now: float) -> list[str]:
        """Take an event packet; return the keys that are now known to have been pressed, mostly none."""
        if len(packet.payload) < _EVENT.size:
            self.malformed += 1
            return []
        event, flags, length = _EVENT.unpack_from(packet.payload)
        if event >= len(EVENTS):
            return []
        digits: list[str] = []
        if packet.ssrc != self._ssrc:
            digits += self.expire(now)
            self._ssrc, self._told = packet.ssrc, None
        press, ended = _Press(packet.timestamp, EVENTS[event], packet.sequence, length), bool(flags & _END)
        if self._was_told(press, ended=ended):
            return digits
        before = self._pressed
        if before is not None and not press.same(before) and not press.goes_on(before):
            if _older(press.timestamp, before.timestamp):
                return digits  # a straggler of the press before
            digits += self.expire(now)
        self._pressed = press
        self.deadline = now + _PATIENCE
        if ended:
            digits += self.expire(now)
            self._ended = True
        return digits

    def expire(self, now: float) -> list[str]:  # noqa: ARG002 - a machine is always told the time
        """End the press whose packets have ceased."""
        self.deadline = None
        if self._pressed is None:
            return []
        self._told, self._pressed, self._ended = self._pressed, None, False
        return [self._told.digit]

    def _was_told(self, press: _Press, *, ended: bool) -> bool:
        """Return whether a packet is of a press that is over."""
        told = self._told
        if told is None:
            return False
        ahead = (press.sequence - told.sequence) & 0xFFFF
        if ahead >= 0x10000 - _STRAGGLING:
            return True
        return press.same(told) and (ended or not self._ended or ahead == 0)


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

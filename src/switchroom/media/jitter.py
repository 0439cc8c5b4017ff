"""The jitter buffer: packets in whenever they come, 20 ms of encoded audio out at each tick.

Audio lies on a shelf of 20 ms cells by its timestamp, whatever the sender's packet time. A cursor moves along it:

    the cell is there                 it is played
    it is missing, many later exist   it is lost: the tick is concealed, the cursor moves on
    it is missing, few later exist    the tick is concealed, the cursor waits: the delay grows towards the target depth
    the shelf is empty                likewise: the delay has grown by what was late
    audio after an empty shelf        the cursor skips what the wait has covered; a new spurt first fills to the target depth
    never fewer than ``target`` cells were left over in a second     the surplus is dropped, silent cells first

So a burst or a slow clock adds delay only until the surplus is seen, and the target follows the measured jitter (RFC
3550 section 6.4.1). A new SSRC or a jump in sequence is believed at its second packet (RFC 3550 appendix A.1).
"""

import math
from dataclasses import dataclass
from enum import Enum

from switchroom.media.frame import TICK, Encoding
from switchroom.media.quality import burstiness
from switchroom.media.reports import Heard
from switchroom.media.rtp import RtpPacket, Unwrapper

_DROPOUT = 3000  # RFC 3550 appendix A.1
_MISORDER = 100
_WITHIN = (1 << _MISORDER + 1) - 1
_FARTHEST = 50  # cells; a timestamp farther ahead or behind begins a new timeline
_DEEPEST = 10  # cells of target depth
_SPURT = 5  # ticks on an empty shelf after which audio is a new spurt
_WINDOW = 50  # ticks over which the surplus is measured
_DROP_EVERY = 8  # ticks between two drops of cells that are not silent


@dataclass(slots=True)
class JitterCounters:
    """What became of the packets (and of ``concealed`` ticks, and ``dropped`` cells)."""

    received: int = 0
    expected: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    dropped: int = 0
    concealed: int = 0
    restarts: int = 0
    runs: int = 0  # of numbers that did not come in their turn
    empty: int = 0

    @property
    def lost(self) -> int:
        """Packets that were sent, by their numbers, and never came."""
        return max(0, self.expected - self.received)

    @property
    def loss(self) -> float:
        """Fraction of the packets that never came or came too late."""
        return min(1.0, (self.lost + self.late) / self.expected) if self.expected else 0.0

    @property
    def burst(self) -> float:
        """How much longer the runs of lost packets are than if they were lost at random, at least 1."""
        return burstiness(self.lost + self.late, self.runs + self.late, self.loss)


class _Place(Enum):
    """Where a packet stands in its stream."""

    NEW = "new"
    OLD = "old"
    AGAIN = "again"
    STRANGE = "strange"


class _Stream:
    """The sequence numbers of one SSRC."""

    def __init__(self, first: RtpPacket, counters: JitterCounters) -> None:
        self.ssrc = first.ssrc
        self.first = first.sequence
        self.before = counters.expected, counters.received
        self._highest = (first.sequence - 1) & 0xFFFF
        self._seen = 0  # bit i: number highest - i has come

    def place(self, packet: RtpPacket, counters: JitterCounters) -> _Place:
        """Count a packet, unless it does not belong here."""
        ahead = (packet.sequence - self._highest) & 0xFFFF
        if packet.ssrc != self.ssrc or _DROPOUT <= ahead < 0x10000 - _MISORDER:
            return _Place.STRANGE
        if 0 < ahead < _DROPOUT:
            self._highest = packet.sequence
            self._seen = (self._seen << ahead | 1) & _WITHIN
            counters.received += 1
            counters.expected += ahead
            counters.runs += ahead > 1
            return _Place.NEW
        bit = 1 << (-ahead & 0xFFFF)
        if self._seen & bit:
            counters.duplicate += 1
            return _Place.AGAIN
        self._seen |= bit
        counters.received += 1
        counters.reordered += 1
        return _Place.OLD


class _Shelf:
    """Audio by 20 ms cell. A cell that packets cover only in part is filled up with silence."""

    def __init__(self, encoding: Encoding) -> None:
        self._size = encoding.payload_size
        self._length = encoding.rate // 50
        self._width = self._size // self._length
        self._silence = bytes([_SILENT_CODE.get(encoding, 0)]) * self._size
        self._edge = 0  # where in the timestamps cells begin
        self._cells: dict[int, bytes | bytearray] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def clear(self, timestamp: int) -> int:
        """Empty the shelf and let a cell begin at ``timestamp``; return that cell."""
        self._cells.clear()
        self._edge = timestamp % self._length
        return timestamp // self._length

    def cells(self, timestamp: int, payload: bytes) -> tuple[int, int, int]:
        """Return the first and the last cell that a packet touches, and the first after it that waits for more."""
        start = timestamp - self._edge
        stop = start + max(len(payload) // self._width, 1)
        return start // self._length, (stop - 1) // self._length, stop // self._length

    def put(self, timestamp: int, payload: bytes, cursor: int) -> None:
        """Store a packet, except what lies before ``cursor``."""
        cell, within = divmod(timestamp - self._edge, self._length)
        if within == 0 and len(payload) == self._size:
            self._cells[cell] = payload
            return
        at = within * self._width
        while payload:
            part, payload = payload[: self._size - at], payload[self._size - at :]
            if cell >= cursor:
                content = bytearray(self._cells.get(cell, self._silence))
                content[at : at + len(part)] = part
                self._cells[cell] = content
            cell, at = cell + 1, 0

    def has(self, cell: int) -> bool:
        return cell in self._cells

    def take(self, cell: int) -> bytes | None:
        content = self._cells.pop(cell, None)
        return content if content is None or isinstance(content, bytes) else bytes(content)


class _Depth:
    """How many cells should be left over after each tick, and how many too many there are."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.jitter = 0.0
        self.target = 1
        self.surplus = 0
        self._transit: float | None = None
        self._least = _FARTHEST
        self._ticks = 0

    def arrived(self, timestamp: int, now: float) -> None:
        """Measure the jitter."""
        transit = now - timestamp / self._rate
        if self._transit is not None and abs(transit - self._transit) < _FARTHEST * TICK:
            self.jitter += (abs(transit - self._transit) - self.jitter) / 16
            self.target = 1 + min(max(0, math.ceil((3 * self.jitter - 0.004) / TICK)), _DEEPEST - 1)
        self._transit = transit

    def left_over(self, cells: int) -> None:
        """Take how many cells there were after a tick."""
        self._ticks += 1
        self._least = min(self._least, cells)
        if self._ticks >= _WINDOW:
            self.surplus = max(0, self._least - self.target)
            self.measure_anew()

    def measure_anew(self) -> None:
        """Forget what was left over so far."""
        self._least, self._ticks = _FARTHEST, 0


class JitterBuffer:
    """One stream's buffer. Counters live through changes of the stream."""

    def __init__(self, encoding: Encoding) -> None:
        self.counters = JitterCounters()
        self._encoding = encoding
        self._stream: _Stream | None = None
        self._strange: RtpPacket | None = None
        self._clock = Unwrapper(32)
        self._shelf = _Shelf(encoding)
        self._depth = _Depth(encoding.rate)
        self._cursor = 0
        self._end = 0  # the cell after the newest
        self._starved = 0  # ticks since the shelf was found empty
        self._filling = 0  # ticks that a new spurt may still be waited for
        self._loud = 0  # ticks since a cell was dropped

    @property
    def jitter(self) -> float:
        """Jitter in seconds as the ticks see it, which is what the depth follows."""
        return self._depth.jitter

    @property
    def heard(self) -> Heard | None:
        """What came of the source that is heard now; None before the first packet."""
        if self._stream is None:
            return None
        expected = self.counters.expected - self._stream.before[0]
        received = self.counters.received - self._stream.before[1]
        return Heard(self._stream.ssrc, self._stream.first + expected - 1, expected, received)

    @property
    def delay(self) -> float:
        """Seconds of audio that wait for their tick."""
        return max(0, self._end - self._cursor) * TICK

    def push(self, packet: RtpPacket, now: float) -> None:
        """Take a packet of this stream's audio."""
        for believed in self._believe(packet):
            self._arrange(believed, now)

    def restore(self, packet: RtpPacket) -> None:
        """Take audio of a lost packet that was made out of the one after it, which is to be pushed next."""
        if self._stream is not None and self._stream.ssrc == packet.ssrc:
            self._lay(self._clock.unwrap(packet.timestamp), packet.payload, fresh=True)

    def observe(self, packet: RtpPacket) -> None:
        """Take note of a packet that is no audio (keys, comfort noise), so that its number does not count as lost."""
        if self._stream is not None:
            self._stream.place(packet, self.counters)

    def pop(self, now: float) -> bytes | None:  # noqa: ARG002 - a machine is always told the time
        """Return this tick's 20 ms; None if they are missing."""
        left = self._end - self._cursor
        if self._stream is None:
            return None
        if self._filling and left <= self._depth.target:
            self._filling -= 1
            return None
        self._filling = 0
        if left <= 0:
            self._starved += 1
        if left <= 0 or (left < self._depth.target and not self._shelf.has(self._cursor)):
            self.counters.concealed += 1
            return None
        content = self._shelf.take(self._cursor)
        self._cursor += 1
        if self._depth.surplus and left > 1:
            content = self._drop(content)
        if content is None:
            self.counters.concealed += 1
        self._depth.left_over(self._end - self._cursor)
        return content

    def _believe(self, packet: RtpPacket) -> list[tuple[RtpPacket, _Place]]:
        """Return the packets that may be played now; a stream that begins anew brings its first packet with its second."""
        if self._stream is None:
            self._restart(packet)
            return [(packet, self._place(packet))]
        place = self._place(packet)
        if place is not _Place.STRANGE:
            self._strange = None
            return [(packet, place)]
        before, self._strange = self._strange, packet
        if before is None or before.ssrc != packet.ssrc or (packet.sequence - before.sequence) & 0xFFFF != 1:
            return []
        self.counters.restarts += 1
        self._restart(before)
        return [(before, self._place(before)), (packet, self._place(packet))]

    def _place(self, packet: RtpPacket) -> _Place:
        return self._stream.place(packet, self.counters) if self._stream is not None else _Place.STRANGE

    def _restart(self, first: RtpPacket) -> None:
        self._stream = _Stream(first, self.counters)
        self._strange = None
        self._clock.reset()
        self._depth = _Depth(self._encoding.rate)
        self._begin(first.timestamp)

    def _begin(self, timestamp: int) -> None:
        """Begin a timeline or a spurt; what is left of the one before is not played."""
        self.counters.dropped += len(self._shelf)
        self._cursor = self._end = self._shelf.clear(timestamp)
        self._starved = 0
        self._filling = self._depth.target
        self._depth.measure_anew()

    def _arrange(self, believed: tuple[RtpPacket, _Place], now: float) -> None:
        packet, place = believed
        if place is _Place.AGAIN:
            return
        if not packet.payload:
            self.counters.empty += 1
            return
        timestamp = self._clock.unwrap(packet.timestamp)
        if place is _Place.NEW:
            self._depth.arrived(timestamp, now)
        self.counters.late += not self._lay(timestamp, packet.payload, fresh=place is _Place.NEW)

    def _lay(self, timestamp: int, payload: bytes, *, fresh: bool) -> bool:
        """Put audio on the shelf; return whether there is still a place for it."""
        first, last, end = self._shelf.cells(timestamp, payload)
        if fresh and (self._starved or not -_FARTHEST <= first - self._cursor <= _FARTHEST):
            self._adjust(timestamp, first)
            first, last, end = self._shelf.cells(timestamp, payload)
        if last < self._cursor or first > self._cursor + _FARTHEST:
            return False
        self._shelf.put(timestamp, payload, self._cursor)
        self._end = max(self._end, end)
        return True

    def _adjust(self, timestamp: int, cell: int) -> None:
        """Set the cursor for audio that comes after a wait or on a timeline that jumped."""
        if self._starved >= _SPURT or not -_FARTHEST <= cell - self._cursor <= _FARTHEST:
            self._begin(timestamp)
            return
        self._cursor += max(0, min(cell - self._cursor, self._starved))
        self._end = max(self._end, self._cursor)
        self._starved = 0
        self._depth.measure_anew()

    def _drop(self, content: bytes | None) -> bytes | None:
        """Leave out a cell of the surplus if it is silent or nothing else was left out lately."""
        self._loud += 1
        if content is not None and self._loud < _DROP_EVERY and not _silent(self._encoding, content):
            return content
        self._loud = 0
        self._depth.surplus -= 1
        self.counters.dropped += 1
        self._cursor += 1
        return self._shelf.take(self._cursor - 1)


_SILENT_CODE = {Encoding.PCMU: 0xFF, Encoding.PCMA: 0xD5}
_FAINT = {  # codes, or upper bytes, of samples below -36 dBFS
    Encoding.PCMU: bytes(code for code in range(256) if ~code & 0x7F < 0x20),
    Encoding.PCMA: bytes(code for code in range(256) if (code ^ 0x55) & 0x7F < 0x20),
    Encoding.L16_8K: b"\x00\x01\xfe\xff",
    Encoding.L16_16K: b"\x00\x01\xfe\xff",
}


def _silent(encoding: Encoding, payload: bytes) -> bool:
    codes = payload if encoding in _SILENT_CODE else payload[1::2]
    return not codes.translate(None, _FAINT[encoding])

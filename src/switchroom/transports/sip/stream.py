"""One call's media on the wire: RTP in and out of a pair of sockets, 20 ms at a time.

The tick drains the socket completely, so that the kernel never keeps a standing queue; what waits for its turn waits in the
jitter buffer. Nothing here blocks, and nothing a stranger sends does more than raise a counter.
"""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from switchroom.media import g711
from switchroom.media.arrivals import Arrivals
from switchroom.media.frame import TICK, Encoding
from switchroom.media.jitter import JitterBuffer
from switchroom.media.quality import mouth_to_ear, opinion, rating
from switchroom.media.reports import Reports, Sent
from switchroom.media.rtp import DigitReceiver, RtpFault, RtpPacket, digit_packets
from switchroom.transports.sip.control import ControlChannel, name
from switchroom.transports.sip.latch import Address, Latch
from switchroom.transports.sip.ports import NOTES, MediaSockets, arrival

_STATIC: Mapping[int, Encoding] = {0: Encoding.PCMU, 8: Encoding.PCMA}  # RFC 3551 §6: meant so whatever was agreed

_NOWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - the old way of holding (RFC 3264 §8.4), no place to send to
_PER_TICK = 100  # packets; a flood beyond it waits in the kernel and is lost there
_LARGEST = 2048
_COMFORT_NOISE = 13  # RFC 3389
_BETWEEN_KEYS = 3  # ticks of audio
_QUEUED_KEYS = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """What the two sides agreed on.

    ``payload`` is the payload type of the encoding, ``events`` that of keys we send, ``events_heard`` that of keys they send.
    ``control`` is where RTCP goes; None: the port above the media. ``mux``: it shares the media's port.
    """

    address: Address
    encoding: Encoding
    payload: int
    control: Address | None = None
    events: int | None = None
    events_heard: int | None = None
    sends: bool = True
    hears: bool = True
    mux: bool = False


class RtpStream:
    """Media of one call; ``pressed`` is told of the keys in it. It closes nothing: the sockets belong to who gave them."""

    def __init__(self, sockets: MediaSockets, terms: Terms, latch: Latch, pressed: Callable[[str], None]) -> None:
        self.encoding = terms.encoding
        self.faults: Counter[str] = Counter()
        self._sockets = sockets
        self._latch = latch
        self._pressed = pressed
        self._alive: float | None = None
        self._jitter = JitterBuffer(terms.encoding)
        self._arrivals = Arrivals()
        self._events = DigitReceiver()
        self._sender = _Sender(terms)
        self._reports = Reports(self._sender.ssrc, self._sender.first, name(), terms.encoding.rate)
        self._control = ControlChannel(sockets, self._reports)
        self.aim(terms)

    @property
    def terms(self) -> Terms:
        """What is agreed now."""
        return self._terms

    def aim(self, terms: Terms) -> None:
        """Go on under new terms. What the plane gives and gets stays in the first encoding."""
        self._terms = terms
        self._alive = None
        if terms.address[0] not in _NOWHERE:
            self._latch.announce(terms.address)
        self._sender.aim(terms, self.encoding)
        self._control.mux = terms.mux

    @property
    def delay(self) -> float:
        """Seconds between the arrival of what ``hear`` gives and its tick: the buffer, and half a tick of waiting for it."""
        return self._jitter.delay + TICK / 2

    def hear(self, now: float) -> bytes | None:
        """Take everything that has arrived and return this tick's 20 ms; None if they are missing."""
        self._latch.listen(now)
        receive = self._sockets.rtp.recvmsg
        for _ in range(_PER_TICK):
            try:
                data, notes, _, source = receive(_LARGEST, NOTES)
            except BlockingIOError:
                break
            except OSError:
                self.faults["refused_by_kernel"] += 1
                continue
            self._take(data, source[:2], now, arrival(notes))
        else:
            self.faults["flood"] += 1
        if self._events.deadline is not None and now >= self._events.deadline:
            self._tell(self._events.expire(now))
        if self._alive is None or (now >= self._control.due and self._see_to_control(now)):
            self._alive = now
        payload = self._jitter.pop(now)
        return payload if self._terms.hears else None

    def deaf_for(self, now: float) -> float:
        """Return for how many seconds nothing at all came from the party, neither media nor control."""
        return 0.0 if self._alive is None else now - self._alive

    def speak(self, payload: bytes) -> None:
        """Send 20 ms, or a packet of the key that is being pressed in their place."""
        packet = self._sender.next(payload)
        target = self._latch.target
        if packet is None or target is None:
            return
        try:
            self._sockets.rtp.sendto(packet, target)
        except OSError:
            self.faults["not_sent"] += 1

    def press(self, digits: str) -> bool:
        """Send keys, one after the other; False if the other side takes none in its media."""
        return self._sender.press(digits)

    def media(self) -> Mapping[str, float]:
        """Return what the audio went through; docs/media.md says what the names mean."""
        counters = self._jitter.counters
        return {
            "packets": counters.received,
            "lost": counters.lost,
            "late": counters.late,
            "duplicate": counters.duplicate,
            "reordered": counters.reordered,
            "dropped": counters.dropped,
            "concealed": counters.concealed,
            "jitter": self._arrivals.jitter,
            "delay": self._jitter.delay,
            "sent": self._sender.sent,
            "strangers": self._latch.strangers,
            "malformed": sum(self.faults.values()) + sum(self._control.faults.values()),
            **self._reports.measure(),
            **self._quality(),
        }

    def _quality(self) -> Mapping[str, float]:
        """Return how good what we heard was; nothing if nothing was heard."""
        counters = self._jitter.counters
        if not counters.received:
            return {}
        delay = mouth_to_ear(self._reports.round_trip or 0.0, self.delay)
        rated = rating(self._terms.encoding.label, counters.loss, counters.burst, delay)
        return {"loss": counters.loss, "mos": opinion(rated)}

    def close(self) -> None:
        """Say goodbye; nothing is to be heard or spoken any more."""
        self._reports.jitter = self._arrivals.jitter
        self._control.farewell(self._control_address(), self._sender.total, self._jitter.heard)

    def _see_to_control(self, now: float) -> bool:
        self._reports.jitter = self._arrivals.jitter
        return self._control.see(self._control_address(), self._sender.total, self._jitter.heard, now)

    def _take(self, data: bytes, source: Address, now: float, at: float) -> None:
        packet = RtpPacket.parse(data)
        if isinstance(packet, RtpFault):
            self._take_other(packet, data, source, at)
            return
        kind = packet.payload_type
        is_event = kind == self._terms.events_heard
        encoding = self._terms.encoding if kind == self._terms.payload else _STATIC.get(kind)
        if encoding is None and not is_event and kind != _COMFORT_NOISE:
            self.faults["payload_type"] += 1
            return
        if not self._latch.accepts(packet, source, now):
            return
        self._alive = now
        if encoding is not None:
            self._arrivals.take(packet.timestamp, encoding.rate, at)
            self._jitter.push(_recode(packet, encoding, self.encoding), now)
            return
        self._jitter.observe(packet)
        if is_event:
            self._tell(self._events.receive(packet, now))

    def _take_other(self, fault: RtpFault, data: bytes, source: Address, at: float) -> None:
        """Take what is no media: control on the same port, if that was agreed (RFC 5761 §4)."""
        if fault is not RtpFault.RTCP or not self._terms.mux:
            self.faults[fault.value] += 1
        elif source == self._latch.target:
            self._control.arrived(data, at)
        else:
            self._latch.strangers += 1

    def _tell(self, digits: list[str]) -> None:
        for digit in digits:
            self._pressed(digit)

    def _control_address(self) -> Address | None:
        target = self._latch.target
        if self._terms.mux:
            return target
        if target == self._terms.address and self._terms.control is not None:
            return self._terms.control
        return None if target is None else (target[0], min(target[1] + 1, 65535))


class _Sender:
    """Our side of the stream: one SSRC, one sequence, a timestamp that goes on whether or not something is sent."""

    def __init__(self, terms: Terms) -> None:
        self.sent = 0
        self.ssrc = secrets.randbits(32)
        self._octets = 0
        self.first = self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)
        self._terms = terms
        self._table: bytes | None = None
        self._silent = True  # nothing was sent before: the next packet begins a spurt
        self._digits: deque[str] = deque()
        self._key: Iterator[RtpPacket] | None = None
        self._rest = 0

    @property
    def total(self) -> Sent:
        """What was sent so far."""
        return Sent(self._timestamp, self.sent, self._octets)

    def aim(self, terms: Terms, from_encoding: Encoding) -> None:
        """Go on under new terms."""
        self._terms = terms
        self._table = _TABLES.get((from_encoding, terms.encoding))

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
            packet = RtpPacket(self._terms.payload, self._sequence, self._timestamp, self.ssrc, content, self._silent)
            self._silent = False
        self._sequence += 1
        self.sent += 1
        self._octets += len(packet.payload)
        return packet.build()

    def _event(self) -> RtpPacket | None:
        if self._key is None and self._rest == 0 and self._digits and self._terms.events is not None:
            first = RtpPacket(self._terms.events, self._sequence, self._timestamp, self.ssrc, b"")
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


_CODES = np.arange(256, dtype=np.uint8)
_TABLES: Mapping[tuple[Encoding, Encoding], bytes] = {
    (Encoding.PCMU, Encoding.PCMA): g711.encode_alaw(g711.decode_ulaw(_CODES)).tobytes(),
    (Encoding.PCMA, Encoding.PCMU): g711.encode_ulaw(g711.decode_alaw(_CODES)).tobytes(),
}


def _recode(packet: RtpPacket, sent: Encoding, wanted: Encoding) -> RtpPacket:
    """Return the packet in the law that the plane was promised."""
    if sent is wanted:
        return packet
    return packet._replace(payload=packet.payload.translate(_TABLES[sent, wanted]))

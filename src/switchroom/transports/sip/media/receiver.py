"""Their side of a stream: packets in, at each tick 20 ms of audio out, and keys as they are pressed."""

from collections.abc import Callable, Mapping

from switchroom.media.arrivals import Arrivals
from switchroom.media.codec import STATIC, Codec
from switchroom.media.frame import TICK
from switchroom.media.jitter import JitterBuffer
from switchroom.media.noise import ComfortNoise
from switchroom.media.quality import mouth_to_ear, opinion, rating
from switchroom.media.reports import Heard
from switchroom.media.rtp import DigitReceiver, RtpPacket
from switchroom.media.unpack import Unpack, unpacker
from switchroom.transports.sip.media.terms import Terms

COMFORT_NOISE = 13
"""The payload type of RFC 3389, in every call."""


class Receiver:
    """Gives audio in the encoding of its first terms, whatever is agreed later; ``pressed`` is told of keys."""

    def __init__(self, terms: Terms, pressed: Callable[[str], None]) -> None:
        self.encoding = terms.codec.encoding
        self._pressed = pressed
        self._jitter = JitterBuffer(self.encoding)
        self._arrivals = Arrivals()
        self._events = DigitReceiver()
        self._noise = ComfortNoise(self.encoding)
        self._quiet = 0  # ticks in which nothing came because nothing was to be heard
        self._unpackers: dict[str, Unpack | None] = {}  # by name; a codec that was heard once keeps its state
        self.aim(terms)

    @property
    def heard(self) -> Heard | None:
        """What came of the source that is heard now."""
        heard = self._jitter.heard
        return None if heard is None else heard._replace(jitter=self._arrivals.jitter)

    @property
    def delay(self) -> float:
        """Seconds between the arrival of what ``pop`` gives and its tick: the buffer, and half a tick of waiting for it."""
        return self._jitter.delay + TICK / 2

    def aim(self, terms: Terms) -> None:
        """Go on under new terms."""
        self._terms = terms

    def knows(self, payload_type: int) -> bool:
        """Return whether packets of that type mean anything here."""
        terms = self._terms
        return payload_type in STATIC or payload_type in (terms.payload, terms.events_heard, COMFORT_NOISE)

    def take(self, packet: RtpPacket, now: float, at: float) -> None:
        """Take a packet of a type that is known; ``at`` is the time of day at which it arrived."""
        kind = packet.payload_type
        codec = self._terms.codec if kind == self._terms.payload else STATIC.get(kind)
        if codec is not None:
            self._noise.end()
            self._arrivals.take(packet.timestamp, codec.clock, at)
            self._push(packet, codec, now)
            return
        self._jitter.observe(packet)
        if kind == COMFORT_NOISE:
            self._noise.begin(packet.payload)
        elif kind == self._terms.events_heard:
            self._tell(self._events.receive(packet, now))

    def pop(self, now: float) -> bytes | None:
        """Return this tick's 20 ms; None if they are missing."""
        if self._events.deadline is not None and now >= self._events.deadline:
            self._tell(self._events.expire(now))
        concealed = self._jitter.counters.concealed
        payload = self._jitter.pop(now)
        if payload is None and self._noise.sounds:
            self._quiet += self._jitter.counters.concealed - concealed
            payload = self._noise.next()
        return payload if self._terms.hears else None

    def media(self) -> Mapping[str, float]:
        """Return what became of the packets."""
        counters = self._jitter.counters
        return {
            "packets": counters.received,
            "lost": counters.lost,
            "late": counters.late,
            "duplicate": counters.duplicate,
            "reordered": counters.reordered,
            "dropped": counters.dropped,
            "concealed": counters.concealed - self._quiet,
            "jitter": self._arrivals.jitter,
            "delay": self._jitter.delay,
        }

    def quality(self, round_trip: float) -> Mapping[str, float]:
        """Return how good what we heard was; nothing if nothing was heard."""
        counters = self._jitter.counters
        if not counters.received:
            return {}
        delay = mouth_to_ear(round_trip, self.delay)
        rated = rating(self._terms.codec.label, counters.loss, counters.burst, delay)
        return {"loss": counters.loss, "mos": opinion(rated)}

    def _push(self, packet: RtpPacket, codec: Codec, now: float) -> None:
        if codec.label not in self._unpackers:
            self._unpackers[codec.label] = unpacker(codec, self.encoding)
        unpack = self._unpackers[codec.label]
        if unpack is None:
            self._jitter.push(packet, now)
            return
        unpacked = unpack(packet)
        for lost in unpacked.restored:
            self._jitter.restore(lost)
        self._jitter.push(unpacked.packet, now)

    def _tell(self, digits: list[str]) -> None:
        for digit in digits:
            self._pressed(digit)

"""Their side of a stream: packets in, at each tick 20 ms of audio out, and keys as they are pressed."""

from collections.abc import Callable, Mapping

from switchroom.media.arrivals import Arrivals
from switchroom.media.frame import TICK, Encoding
from switchroom.media.jitter import JitterBuffer
from switchroom.media.quality import mouth_to_ear, opinion, rating
from switchroom.media.recode import TABLES
from switchroom.media.reports import Heard
from switchroom.media.rtp import DigitReceiver, RtpPacket
from switchroom.transports.sip.terms import Terms

_STATIC: Mapping[int, Encoding] = {0: Encoding.PCMU, 8: Encoding.PCMA}  # RFC 3551 §6: meant so whatever was agreed
_COMFORT_NOISE = 13  # RFC 3389


class Receiver:
    """Gives audio in the encoding of its first terms, whatever is agreed later; ``pressed`` is told of keys."""

    def __init__(self, terms: Terms, pressed: Callable[[str], None]) -> None:
        self.encoding = terms.encoding
        self._pressed = pressed
        self._jitter = JitterBuffer(terms.encoding)
        self._arrivals = Arrivals()
        self._events = DigitReceiver()
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
        return payload_type in (terms.payload, terms.events_heard, _COMFORT_NOISE) or payload_type in _STATIC

    def take(self, packet: RtpPacket, now: float, at: float) -> None:
        """Take a packet of a type that is known; ``at`` is the time of day at which it arrived."""
        kind = packet.payload_type
        encoding = self._terms.encoding if kind == self._terms.payload else _STATIC.get(kind)
        if encoding is not None:
            self._arrivals.take(packet.timestamp, encoding.rate, at)
            self._jitter.push(_recode(packet, encoding, self.encoding), now)
            return
        self._jitter.observe(packet)
        if kind == self._terms.events_heard:
            self._tell(self._events.receive(packet, now))

    def pop(self, now: float) -> bytes | None:
        """Return this tick's 20 ms; None if they are missing."""
        if self._events.deadline is not None and now >= self._events.deadline:
            self._tell(self._events.expire(now))
        payload = self._jitter.pop(now)
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
            "concealed": counters.concealed,
            "jitter": self._arrivals.jitter,
            "delay": self._jitter.delay,
        }

    def quality(self, round_trip: float) -> Mapping[str, float]:
        """Return how good what we heard was; nothing if nothing was heard."""
        counters = self._jitter.counters
        if not counters.received:
            return {}
        delay = mouth_to_ear(round_trip, self.delay)
        rated = rating(self._terms.encoding.label, counters.loss, counters.burst, delay)
        return {"loss": counters.loss, "mos": opinion(rated)}

    def _tell(self, digits: list[str]) -> None:
        for digit in digits:
            self._pressed(digit)


def _recode(packet: RtpPacket, sent: Encoding, wanted: Encoding) -> RtpPacket:
    """Return the packet in the law that the plane was promised."""
    if sent is wanted:
        return packet
    return packet._replace(payload=packet.payload.translate(TABLES[sent, wanted]))

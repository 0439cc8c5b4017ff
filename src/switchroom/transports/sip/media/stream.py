"""One call's media on the wire: RTP in and out of a pair of sockets, 20 ms at a time.

The tick drains the socket completely, so that the kernel never keeps a standing queue; what waits for its turn waits in the
jitter buffer. Nothing here blocks, and nothing a stranger sends does more than raise a counter.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from switchroom.media.reports import Reports
from switchroom.media.rtp import RtpFault, RtpPacket
from switchroom.transports.sip.media.control import ControlChannel, name
from switchroom.transports.sip.media.latch import Address, Latch
from switchroom.transports.sip.media.ports import NOTES, MediaPair, arrival
from switchroom.transports.sip.media.receiver import Receiver
from switchroom.transports.sip.media.sender import Sender
from switchroom.transports.sip.media.terms import Terms

__all__ = ["RtpStream", "Terms"]

_NOWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - the old way of holding (RFC 3264 §8.4), no place to send to
_PER_TICK = 100  # packets; a flood beyond it waits in the kernel and is lost there
_LARGEST = 2048


class RtpStream:
    """Media of one call; ``pressed`` is told of the keys in it. It closes nothing: the sockets belong to who gave them."""

    def __init__(self, sockets: MediaPair, terms: Terms, latch: Latch, pressed: Callable[[str], None]) -> None:
        self.encoding = terms.codec.encoding
        self.faults: Counter[str] = Counter()
        self._sockets = sockets
        self._latch = latch
        self._alive: float | None = None
        self._receiver = Receiver(terms, pressed)
        self._sender = Sender(terms)
        self._reports = Reports(self._sender.source.ssrc, self._sender.source.first, name(), terms.codec.clock)
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
        self._receiver.aim(terms)
        self._sender.aim(terms, self.encoding)
        self._reports.rate = terms.codec.clock
        self._control.mux = terms.mux

    def begin_anew(self) -> None:
        """Go on as a new source: whoever hears us counts from the beginning (RFC 3711 §3.2.3)."""
        self._sender.begin_anew()
        self._reports.begin_anew(self._sender.source.ssrc, self._sender.source.first)

    @property
    def delay(self) -> float:
        """Seconds between the arrival of what ``hear`` gives and its tick, about."""
        return self._receiver.delay

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
        if self._alive is None or (now >= self._control.due and self._see_to_control(now)):
            self._alive = now
        return self._receiver.pop(now)

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

    def sound(self, digits: str) -> bool:
        """Let keys sound in the audio, one after the other; False if too many wait. Raises Invalid for what is no key."""
        return self._sender.sound(digits)

    def media(self) -> Mapping[str, float]:
        """Return what the audio went through; docs/media.md says what the names mean."""
        return {
            **self._receiver.media(),
            "sent": self._sender.sent,
            "strangers": self._latch.strangers,
            "malformed": sum(self.faults.values()) + sum(self._control.faults.values()),
            **self._reports.measure(),
            **self._receiver.quality(self._reports.round_trip or 0.0),
        }

    def close(self) -> None:
        """Say goodbye; nothing is to be heard or spoken any more."""
        self._control.farewell(self._control_address(), self._sender.total, self._receiver.heard)

    def _see_to_control(self, now: float) -> bool:
        return self._control.see(self._control_address(), self._sender.total, self._receiver.heard, now)

    def _take(self, data: bytes, source: Address, now: float, at: float) -> None:
        packet = RtpPacket.parse(data)
        if isinstance(packet, RtpFault):
            self._take_other(packet, data, source, at)
            return
        if not self._receiver.knows(packet.payload_type):
            self.faults["payload_type"] += 1
        elif self._latch.accepts(packet, source, now):
            self._alive = now
            self._receiver.take(packet, now, at)

    def _take_other(self, fault: RtpFault, data: bytes, source: Address, at: float) -> None:
        """Take what is no media: control on the same port, if that was agreed (RFC 5761 §4)."""
        if fault is not RtpFault.RTCP or not self._terms.mux:
            self.faults[fault.value] += 1
        elif source == self._latch.target:
            self._control.arrived(data, at)
        else:
            self._latch.strangers += 1

    def _control_address(self) -> Address | None:
        target = self._latch.target
        if self._terms.mux:
            return target
        if target == self._terms.address and self._terms.control is not None:
            return self._terms.control
        return None if target is None else (target[0], min(target[1] + 1, 65535))

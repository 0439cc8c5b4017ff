"""The control protocol beside the media (RTCP, RFC 3550 §6): our reports out about every five seconds, theirs in.

The kernel stamps what arrives, so that looking once a second is enough and the round trip is still exact. A report is also
a sign of life, which keeps NATs open and tells a dead call from a silent one. With rtcp-mux (RFC 5761) the media's own
socket is used, and who reads that brings what is ours to ``arrived``.
"""

import random
import secrets
import time
from collections import Counter

from switchroom.media.reports import Heard, Reports, Sent, interval
from switchroom.media.rtcp import RtcpFault, parse
from switchroom.transports.sip.media.latch import Address
from switchroom.transports.sip.media.ports import NOTES, MediaPair, arrival

_LOOK_EVERY = 1.0
_LARGEST = 2048
_PER_LOOK = 300  # more than the kernel keeps: what strangers send may not hide what the party says


class ControlChannel:
    """The control side of one stream."""

    def __init__(self, sockets: MediaPair, reports: Reports) -> None:
        self.faults: Counter[str] = Counter()
        self.due = 0.0
        """When ``see`` is to be called again."""
        self.mux = False
        """Whether media and control share a port."""
        self._sockets = sockets
        self._reports = reports
        self._report_at: float | None = None
        self._heard_of = False

    def see(self, target: Address | None, sent: Sent, heard: Heard | None, now: float) -> bool:
        """Read what has come and report if it is time; return whether the party said something since the last time."""
        if self._report_at is None:  # chance keeps calls that began together from reporting together
            self._report_at = now + interval(random.random(), first=True)  # noqa: S311 - nothing is to be guessed here
        if target is not None and not self.mux:
            self._drain(target[0])
        if now >= self._report_at:
            self._report_at = now + interval(random.random())  # noqa: S311
            if target is not None:
                self._send(self._reports.compose(sent, heard, time.time()), target)
        self.due = min(now + _LOOK_EVERY, self._report_at)
        spoke, self._heard_of = self._heard_of, False
        return spoke

    def arrived(self, data: bytes, at: float) -> None:
        """Take a packet that came from the party ``at`` that time of day."""
        said = parse(data)
        if isinstance(said, RtcpFault):
            self.faults[f"rtcp_{said.value}"] += 1
            return
        self._heard_of = True
        self._reports.take(said, at)

    def farewell(self, target: Address | None, sent: Sent, heard: Heard | None) -> None:
        """Say goodbye, if anything was ever said (RFC 3550 §6.6)."""
        if target is not None and (sent.packets or self._report_at is not None):
            self._send(self._reports.farewell(sent, heard, time.time()), target)

    def _send(self, packet: bytes, target: Address) -> None:
        try:
            (self._sockets.rtp if self.mux else self._sockets.rtcp).sendto(packet, target)
        except OSError:  # nobody has to listen to it
            return

    def _drain(self, host: str) -> None:
        for _ in range(_PER_LOOK):
            try:
                data, notes, _, source = self._sockets.rtcp.recvmsg(_LARGEST, NOTES)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error of what we sent; what waits behind it is read all the same
                continue
            if source[0] == host:
                self.arrived(data, arrival(notes))


def name() -> str:
    """Return a canonical name that says nothing about us (RFC 7022)."""
    return secrets.token_urlsafe(12)

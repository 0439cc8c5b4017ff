"""Whose packets are the party's: the address in their SDP, or, behind a NAT, the one their packets really come from.

Audio goes to the latched sender; before there is one, to the announced address. Who sends from elsewhere than SDP and signalling
say may be a telephone behind a NAT, or somebody who guessed the port to be given the audio of a stranger ("RTP bleed"), so
what such a sender must show grows with what there is to steal. ``row`` is so many packets in a row: one SSRC, numbers that
follow each other.

    sender                              nobody is latched   the latched one talks       the latched one is silent for FORGET
    announced: exactly as in the SDP    at once             after a row                 after a row
    known: host of SDP or signalling    at once             row, if an unknown one is   after a row
                                                            latched
    unknown, and goes on where the      never               never                       after a row
    latched one stopped: its host, or
    its SSRC and numbers
    unknown, while the SDP names an     after a row         never                       never
    address that cannot be reached
    from here, in the first LEARNING
    seconds after offer and answer
    unknown, else                       never               never                       never
    a ghost (``ghosts.py``)             never               never                       never

A strict latch takes nobody unknown. What remains without it: who finds the port before the telephone behind a foreign NAT says its
first word, and who shares the telephone's public address. Only encrypted media keeps those out.
"""

import ipaddress
from dataclasses import dataclass
from enum import IntEnum

from switchroom.media.rtp import RtpPacket

FORGET = 2.0
LEARNING = 10.0
ROW = 5

_DROPOUT = 3000  # numbers that may be missing (RFC 3550 §A.1)
_CANDIDATES = 8  # the one with the shortest row makes room

Address = tuple[str, int]


class _Standing(IntEnum):
    """What speaks for a sender."""

    UNKNOWN = 0
    KNOWN = 1
    ANNOUNCED = 2


@dataclass(slots=True)
class _Row:
    """Packets of a sender that follow each other."""

    ssrc: int
    sequence: int
    length: int = 1

    def extend(self, packet: RtpPacket) -> None:
        follows = packet.ssrc == self.ssrc and packet.sequence == (self.sequence + 1) & 0xFFFF
        self.length = self.length + 1 if follows else 1
        self.ssrc, self.sequence = packet.ssrc, packet.sequence


class Latch:
    """Decides for one leg whose packets to take and where to send."""

    def __init__(self, signalling_host: str, *, strict: bool = False, ghosts: frozenset[int] = frozenset()) -> None:
        self._signalling_host = signalling_host
        self._strict = strict
        self._ghosts = ghosts
        self._announced: Address | None = None
        self._latched: Address | None = None
        self._last: RtpPacket | None = None
        self._heard = 0.0
        self._opened: float | None = None
        self._rows: dict[Address, _Row] = {}
        self.strangers = 0
        """Packets refused for where they came from."""

    @property
    def target(self) -> Address | None:
        """Where to send; None while nobody said where."""
        return self._latched or self._announced

    def announce(self, address: Address) -> None:
        """The SDP names this address from now on; a change forgets who was latched."""
        if address != self._announced:
            self._announced = address
            self._latched = self._last = None
        if self._latched is None:
            self._opened = None
            self._rows.clear()

    def listen(self, now: float) -> None:
        """Packets are awaited: the time to learn begins, unless it has."""
        if self._opened is None:
            self._opened = now

    def accepts(self, packet: RtpPacket, source: Address, now: float) -> bool:
        """Return whether a valid packet from ``source`` is the party's."""
        if source == self._latched or self._takes_over(packet, source, now):
            self._latched, self._last, self._heard = source, packet, now
            return True
        self.strangers += 1
        return False

    def _takes_over(self, packet: RtpPacket, source: Address, now: float) -> bool:
        needed = self._needed(packet, source, now)
        if needed is None or (needed > 1 and self._row(packet, source) < needed):
            return False
        self._rows.clear()
        return True

    def _needed(self, packet: RtpPacket, source: Address, now: float) -> int | None:
        """Return how long a row makes a sender the party; None if none does."""
        if self._announced is None or packet.ssrc in self._ghosts:
            return None
        standing = self._standing(source)
        if self._latched is None:
            if standing:
                return 1
            return ROW if self._learns(now) else None
        if standing > self._standing(self._latched):
            return ROW
        if now - self._heard <= FORGET:
            return None
        return ROW if standing or (not self._strict and self._goes_on(packet, source)) else None

    def _standing(self, source: Address) -> _Standing:
        if source == self._announced:
            return _Standing.ANNOUNCED
        hosts = (self._signalling_host, self._announced[0] if self._announced else "")
        return _Standing.KNOWN if source[0] in hosts else _Standing.UNKNOWN

    def _learns(self, now: float) -> bool:
        if self._strict or self._announced is None or self._opened is None or now - self._opened > LEARNING:
            return False
        return _unreachable(self._announced[0])

    def _goes_on(self, packet: RtpPacket, source: Address) -> bool:
        if self._latched is None or self._last is None:
            return False
        ahead = (packet.sequence - self._last.sequence) & 0xFFFF
        return source[0] == self._latched[0] or (packet.ssrc == self._last.ssrc and 0 < ahead < _DROPOUT)

    def _row(self, packet: RtpPacket, source: Address) -> int:
        row = self._rows.get(source)
        if row is not None:
            row.extend(packet)
            return row.length
        if len(self._rows) >= _CANDIDATES:
            del self._rows[min(self._rows, key=lambda one: self._rows[one].length)]
        self._rows[source] = _Row(packet.ssrc, packet.sequence)
        return 1


def _unreachable(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global and not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

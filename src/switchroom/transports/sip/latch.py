"""Whose packets are the party's: the address in their SDP, or, behind a NAT, the one their packets really come from.

    trust                 a sender that
    3 announced           is exactly the address in the SDP
    2 same host           has the IP address of the SDP or of the signalling
    1 unknown             is anybody else; taken only while the SDP names an address that cannot be reached from here

The most trusted sender so far is latched; a sender displaces a less trusted one at once, and one of equal trust when that
has been silent for ``FORGET`` seconds (a NAT gave it a new port). Audio goes to the latched sender; before there is one, to
the announced address.
"""

import ipaddress

FORGET = 2.0

Address = tuple[str, int]


class Latch:
    """Decides for one leg whose packets to take and where to send."""

    def __init__(self, signalling_host: str) -> None:
        self._signalling_host = signalling_host
        self._announced: Address | None = None
        self._latched: Address | None = None
        self._trust = 0
        self._heard = 0.0
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
            self._latched = None
            self._trust = 0

    def accepts(self, source: Address, now: float) -> bool:
        """Return whether a valid packet from ``source`` is the party's."""
        if source == self._latched:
            self._heard = now
            return True
        trust = self._trust_in(source)
        if trust > self._trust or (trust == self._trust > 0 and now - self._heard > FORGET):
            self._latched, self._trust, self._heard = source, trust, now
            return True
        self.strangers += 1
        return False

    def _trust_in(self, source: Address) -> int:
        if self._announced is None:
            return 0
        if source == self._announced:
            return 3
        if source[0] in (self._announced[0], self._signalling_host):
            return 2
        return 1 if _unreachable(self._announced[0]) else 0


def _unreachable(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global and not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

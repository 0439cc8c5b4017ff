"""What two sides of a stream tell each other about it in RTCP: what was sent, what of it was heard, how far away they are.

The other side repeats when our last report left and says how long it kept it: what is left of the time until theirs
arrives is the round trip (RFC 3550 section 6.4.1). ``at`` is always seconds since 1970, on one clock for leaving and arriving.
"""

from typing import NamedTuple

from switchroom.media.rtcp import Block, Bye, Control, Description, Report, SenderInfo

_EPOCH = 2_208_988_800  # NTP counts from 1900
_EVERY = 5.0  # section 6.2
_LONGEST_TRIP = 10.0  # seconds; more is a clock that was set, or a lie


class Sent(NamedTuple):
    """What we sent so far, and where our media clock stands."""

    timestamp: int
    packets: int
    octets: int


class Heard(NamedTuple):
    """What came of one source so far: ``highest`` is the extended sequence number, ``jitter`` in seconds."""

    ssrc: int
    highest: int
    expected: int
    received: int
    jitter: float = 0.0


class Remote(NamedTuple):
    """What the other side heard of us: the fraction lost of everything, and jitter in seconds."""

    loss: float
    jitter: float


class Reports:
    """One side. ``first`` is the sequence number our stream began with, ``rate`` its clock."""

    def __init__(self, ssrc: int, first: int, name: str, rate: int) -> None:
        self.rate = rate
        self.round_trip: float | None = None
        """Seconds to the other side and back, when last measured."""
        self.remote: Remote | None = None
        self.gone = False
        """Their source said goodbye and was not heard of since."""
        self._ssrc = ssrc
        self._first = first
        self._name = name
        self._told = (0, 0)  # packets we had sent at the last report, and at the one before
        self._known: Heard | None = None  # at our last report
        self._theirs: tuple[int, int, float] | None = None  # who, the middle of their NTP time, when it arrived

    def begin_anew(self, ssrc: int, first: int) -> None:
        """Speak for another stream of ours; what was heard of theirs goes on."""
        self._ssrc, self._first = ssrc, first
        self._told = (0, 0)

    def measure(self) -> dict[str, float]:
        """Return what is known of ``round_trip``, ``remote_loss`` and ``remote_jitter``; what is not has no entry."""
        known = {} if self.round_trip is None else {"round_trip": self.round_trip}
        if self.remote is not None:
            known |= {"remote_loss": self.remote.loss, "remote_jitter": self.remote.jitter}
        return known

    def compose(self, sent: Sent, heard: Heard | None, at: float) -> bytes:
        """Return our next report."""
        # A sender report if anything was sent since the last report or the one before it (section 6.4).
        sends = sent.packets > self._told[1]
        self._told = (sent.packets, self._told[0])
        sender = SenderInfo(ntp(at), *sent) if sends else None
        blocks = () if heard is None or self.gone else (self._block(heard, at),)
        self._known = heard
        return Report(self._ssrc, sender, blocks).build() + Description(self._ssrc, self._name).build()

    def farewell(self, sent: Sent, heard: Heard | None, at: float) -> bytes:
        """Return our last report, with the goodbye (section 6.6)."""
        return self.compose(sent, heard, at) + Bye((self._ssrc,)).build()

    def take(self, said: list[Control], at: float) -> None:
        """Take what they reported at ``at``."""
        for packet in said:
            match packet:
                case Report(ssrc, sender, blocks):
                    self.gone = False
                    if sender is not None:
                        self._theirs = (ssrc, sender.ntp >> 16 & 0xFFFFFFFF, at)
                    for block in blocks:
                        if block.ssrc == self._ssrc:
                            self._learn(block, at)
                case Bye(ssrcs):
                    self.gone = self._known is None or self._known.ssrc in ssrcs
                case Description():
                    pass

    def _learn(self, block: Block, at: float) -> None:
        expected = (block.highest - self._first + 1) & 0xFFFFFFFF
        lost = block.lost / expected if 0 < expected < 0x80000000 else block.fraction / 256
        self.remote = Remote(max(0.0, min(lost, 1.0)), block.jitter / self.rate)
        if block.last_report:
            trip = ((ntp(at) >> 16) - block.last_report - block.delay) & 0xFFFFFFFF
            if trip < _LONGEST_TRIP * 65536:
                self.round_trip = trip / 65536

    def _block(self, heard: Heard, at: float) -> Block:
        known = self._known if self._known is not None and self._known.ssrc == heard.ssrc else None
        expected = heard.expected - (known.expected if known else 0)
        received = heard.received - (known.received if known else 0)
        lost = expected - received
        fraction = lost * 256 // expected if expected > 0 and lost > 0 else 0
        who, last, arrived = self._theirs or (heard.ssrc, 0, at)
        delay = round((at - arrived) * 65536) if who == heard.ssrc and last else 0
        return Block(
            heard.ssrc,
            min(fraction, 255),
            heard.expected - heard.received,
            heard.highest,
            round(heard.jitter * self.rate),
            last if who == heard.ssrc else 0,
            max(0, delay),
        )


def ntp(at: float) -> int:
    """Return seconds since 1970 as an NTP time (RFC 5905 section 6): whole seconds above, 2**-32 below."""
    return int((at + _EPOCH) * (1 << 16)) << 16


def interval(chance: float, *, first: bool = False) -> float:
    """Return how long to wait for the next report; ``chance`` is random below 1 (section 6.2: half to one and a half)."""
    return (_EVERY / 2 if first else _EVERY) * (0.5 + chance)

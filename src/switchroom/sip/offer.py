"""Offer and answer for one audio stream (RFC 3264): what we propose, what we make of what they propose."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["PCMU", "PCMA"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


@dataclass(frozen=True, slots=True)
class LocalAudio:
    """Our side of the session. ``codecs`` in order of preference; ``version`` grows with every changed description."""

    host: str
    port: int
    codecs: tuple[Codec, ...] = ("PCMU", "PCMA")
    digits: bool = True
    ptime: int = 20
    direction: Direction = "sendrecv"
    session: int = 1
    version: int = 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides now do. ``sdp`` is the answer to send (empty if the answer was theirs).

    Media goes to ``host:port``, its control protocol to ``rtcp_host:rtcp_port``. ``payload`` is the RTP payload type of
    ``codec``, ``digits`` that of telephone-event (RFC 4733) or None. ``direction`` is ours: ``sendonly`` or ``inactive`` means
    that they do not want to be heard by us.. see ``held``.
    """

    sdp: str
    codec: Codec
    payload: int
    digits: int | None
    host: str
    port: int
    rtcp_host: str
    rtcp_port: int
    ptime: int
    direction: Direction

    @property
    def held(self) -> bool:
        """Whether they have put us on hold: they do not listen to us."""
        return self.direction in ("recvonly", "inactive")


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """No audio stream both can speak; refuse with ``status`` (488, or 400 if it is not SDP at all)."""

    status: int
    reason: str


def make_offer(local: LocalAudio) -> str:
    """Return the SDP that proposes ``local``."""
    raise NotImplementedError


def answer_offer(offer: str, local: LocalAudio) -> Agreement | Unacceptable:
    """Answer ``offer``; ``Agreement.sdp`` is what to give to Answer or Accept."""
    raise NotImplementedError


def read_answer(answer: str, local: LocalAudio) -> Agreement | Unacceptable:
    """Read their answer to ``make_offer(local)``."""
    raise NotImplementedError

"""What a trunk or a device wants of its media: which codecs in which order, how keys travel, whether media is encrypted."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["PCMU", "PCMA", "G722", "opus"]

CodecOrder = Literal["theirs", "ours"]
"""Whose order decides in an answer; an offer is always in ours."""

DigitRoad = Literal["auto", "rfc4733", "info", "inband"]
"""How keys travel. ``auto``: RFC 4733 if both sides have it, else INFO out, or tones; and whatever comes in."""

Security = Literal["never", "offer", "require"]
"""SRTP: never; offered and taken if the far side has it; or no call without it."""

Sources = Literal["learned", "known"]
"""Whose media is taken: also that of a telephone behind a NAT which is nowhere named, or only of hosts in SDP and signalling."""


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """``codecs`` in order of preference; those that are not named are neither offered nor accepted."""

    codecs: tuple[Codec, ...] = ("PCMU", "PCMA", "G722")
    digits: DigitRoad = "auto"
    security: Security = "never"
    sources: Sources = "learned"
    order: CodecOrder = "theirs"


DEFAULT = MediaPolicy()

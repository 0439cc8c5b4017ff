"""The codecs of a telephone's wire: how RTP counts their time, and what the plane is given for them.

The plane works with encodings, which say what 20 ms look like in bytes. G.711 goes to it as it is; of other codecs it
sees the samples, made and taken at the wire (``unpack``, ``pack``), so that nothing in it knows of their states.
"""

from collections.abc import Mapping
from enum import Enum

from switchroom.media.frame import Encoding


class Codec(Enum):
    """What travels: (name, RTP clock, encoding in which the plane has it)."""

    PCMU = ("PCMU", 8_000, Encoding.PCMU)
    PCMA = ("PCMA", 8_000, Encoding.PCMA)
    G722 = ("G722", 8_000, Encoding.L16_16K)  # 16,000 samples a second on a clock of 8,000 (RFC 3551 section 4.5.2)
    OPUS = ("opus", 48_000, Encoding.L16_16K)  # the clock is always 48,000 (RFC 7587 section 4.1)

    def __init__(self, label: str, clock: int, encoding: Encoding) -> None:
        self.label = label
        self.clock = clock
        self.encoding = encoding


STATIC: Mapping[int, Codec] = {0: Codec.PCMU, 8: Codec.PCMA, 9: Codec.G722}
"""Payload types that mean the same in every call (RFC 3551 section 6)."""

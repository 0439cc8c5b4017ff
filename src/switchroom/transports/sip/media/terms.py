"""What the two sides of a stream agreed on."""

from dataclasses import dataclass

from switchroom.media.codec import Codec
from switchroom.transports.sip.media.latch import Address


@dataclass(frozen=True, slots=True)
class Terms:
    """What the two sides agreed on.

    ``payload`` is the payload type of the codec, ``events`` that of keys we send, ``events_heard`` that of keys they send, and
    ``events_clock`` counts how long we press.
    ``control`` is where RTCP goes; None: the port above the media. ``mux``: it shares the media's port.
    """

    address: Address
    codec: Codec
    payload: int
    control: Address | None = None
    events: int | None = None
    events_heard: int | None = None
    sends: bool = True
    hears: bool = True
    mux: bool = False
    events_clock: int = 8_000

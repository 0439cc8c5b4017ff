"""How codecs and keys are called in SDP: payload types, names with their clocks, and what is said about each.

PCMU, PCMA and G722 have numbers of their own (RFC 3551 §6); the others are ours to choose in an offer. G722 is named with
a clock of 8000 although it carries 16,000 samples a second (§4.5.2), Opus with 48000 and two channels whatever it carries
(RFC 7587 §7). Keys are to run on the clock of the audio (RFC 4733 §2.1); who offers them beside Opus on 8000 only means
them all the same.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from switchroom.sip.description.policy import Codec


class Format(NamedTuple):
    """A payload type and what it is; ``key`` is the name and clock by which both sides know it."""

    payload: int
    name: str
    clock: int
    parameters: str = ""

    @property
    def key(self) -> str:
        """Return ``NAME/CLOCK`` in capitals."""
        return "/".join(self.name.upper().split("/")[:2])


_WIDEBAND_MONO = "maxplaybackrate=16000; sprop-maxcapturerate=16000; stereo=0; sprop-stereo=0; useinbandfec=1"

FORMATS: Mapping[Codec, Format] = {
    "PCMU": Format(0, "PCMU/8000", 8000),
    "PCMA": Format(8, "PCMA/8000", 8000),
    "G722": Format(9, "G722/8000", 8000),
    "opus": Format(111, "opus/48000/2", 48000, _WIDEBAND_MONO),
}

EVENTS: Mapping[int, Format] = {
    clock: Format(payload, f"telephone-event/{clock}", clock, "0-15") for clock, payload in ((8000, 101), (48000, 110))
}
"""Under which payload types we offer telephone-event, by clock."""

KNOWN: Mapping[int, str] = {spoken.payload: spoken.key for spoken in FORMATS.values() if spoken.payload < 96}
"""What payload types mean without a word about them."""


def offered_formats(codecs: Iterable[Codec], *, keys: bool) -> tuple[Format, ...]:
    """Return what to offer: the codecs in their order, then keys on the clock of each."""
    spoken = tuple(FORMATS[codec] for codec in codecs)
    clocks = sorted({audio.clock for audio in spoken}) if keys else []
    return spoken + tuple(EVENTS[clock] for clock in clocks)


def events_for(codec: Codec, spoken: Iterable[tuple[int, str]]) -> Format | None:
    """Return how keys go beside ``codec``, of what the other side has spoken of (payload types, each with its key)."""
    for clock in (FORMATS[codec].clock, 8000):
        wanted = EVENTS[clock]
        for payload, key in spoken:
            if key == wanted.key:
                return wanted._replace(payload=payload)
    return None

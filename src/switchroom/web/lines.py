"""How good the line of each party was, in a few words, from the last word of its leg in the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switchroom.events.catalogue import Event, LegAdded, LegLeft

_VERDICTS = ((4.0, "good"), (3.6, "fair"), (3.1, "poor"), (0.0, "bad"))
"""From which mean opinion score on (ITU-T G.109 table 1, where these are satisfied, some, many and nearly all dissatisfied)."""


@dataclass(frozen=True, slots=True)
class LineQuality:
    """``verdict`` is empty if nothing was estimated; ``details`` are measures with their units."""

    codec: str
    encrypted: bool
    verdict: str
    score: float
    details: tuple[str, ...]


def line_qualities(events: Sequence[Event | None]) -> list[LineQuality]:
    """Return the quality of each line that has ended and carried audio, in the order in which they began."""
    codecs = {event.leg: event.encoding for event in events if isinstance(event, LegAdded)}
    left = {event.leg: event.media for event in events if isinstance(event, LegLeft)}
    return [_quality(codec, left[leg]) for leg, codec in codecs.items() if left.get(leg)]


def _quality(codec: str, media: Mapping[str, float]) -> LineQuality:
    score = media.get("mos", 0.0)
    verdict = next(word for least, word in _VERDICTS if score >= least) if "mos" in media else ""
    return LineQuality(codec, bool(media.get("encrypted")), verdict, score, tuple(_details(media)))


def _details(media: Mapping[str, float]) -> list[str]:
    told = [
        ("loss", "{:.1%} lost"),
        ("remote_loss", "{:.1%} of ours lost"),
        ("jitter", "jitter {:.0f} ms"),
        ("round_trip", "round trip {:.0f} ms"),
    ]
    return [form.format(media[name] if "loss" in name else media[name] * 1000) for name, form in told if name in media]

"""How good a call sounds, estimated from what its packets went through: the E-model, and the mean opinion score it predicts.

ITU-T G.107 (narrowband) and G.107.1 (wideband) with everything but delay, codec and loss at its default. Wideband codecs
are rated on their own scale, which ends at 129, so scores compare calls of the same bandwidth. What G.113 does not give is
assumed: that our concealment does for every codec what it does for G.711, and that Opus sounds as G.722 does.
"""

from typing import NamedTuple

_NARROW, _WIDE = 93.2, 129.0  # the best ratings there are
_PACKET = 0.02  # seconds to fill one


class _Impairment(NamedTuple):
    """What a codec costs (Ie), how well it bears loss (Bpl), and the scale it is rated on."""

    itself: float
    robustness: float
    best: float


_CODECS = {
    "PCMU": _Impairment(0.0, 25.1, _NARROW),  # G.113 appendix I, with concealment
    "PCMA": _Impairment(0.0, 25.1, _NARROW),
    "G722": _Impairment(13.0, 25.1, _WIDE),  # G.113 appendix IV, 64 kbit/s
    "OPUS": _Impairment(13.0, 25.1, _WIDE),
}


def rating(codec: str, loss: float, burst: float, delay: float) -> float:
    """Return the rating R between 0 and 100.

    ``loss`` is a fraction, ``burst`` how much longer its runs are than if it fell at random (1 or more), ``delay`` seconds
    from mouth to ear. An unknown codec counts as G.711.
    """
    itself, robustness, best = _CODECS.get(codec.upper(), _CODECS["PCMU"])
    percent = 100 * min(max(loss, 0.0), 1.0)
    equipment = itself + (95 - itself) * percent / (percent / max(burst, 1.0) + robustness)
    late = 1000 * max(delay, 0.0)
    waiting = 0.024 * late + 0.11 * max(late - 177.3, 0.0)
    rated = best - waiting - equipment
    return max(rated if best == _NARROW else rated / _WIDE * 100, 0.0)


def opinion(rated: float) -> float:
    """Return the mean opinion score of a rating (G.107 annex B): 1 is bad, 4.5 the best there is."""
    rated = min(max(rated, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * rated + rated * (rated - 60) * (100 - rated) * 7e-6)


def burstiness(lost: int, runs: int, loss: float) -> float:
    """Return how much longer ``runs`` of ``lost`` packets are than those of random loss (G.107 section 3.5), at least 1."""
    return max(1.0, lost / runs * (1 - loss)) if runs else 1.0


def mouth_to_ear(round_trip: float, buffered: float) -> float:
    """Return the delay of what we hear: half of the way there and back, a packet being filled, and what waits here."""
    return round_trip / 2 + _PACKET + buffered

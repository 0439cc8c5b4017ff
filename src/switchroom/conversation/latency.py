"""Where a caller's wait went, from the end of their speech to the first sample of the reply.

Every moment of the wait belongs to whoever was awaited then, so the shares add up to the whole:

    end of speech ── noticed ── transcript ── decision ── token ── brain ── voice ── sent
        endpointing  │   stt    │ endpointing │   llm    │  llm  │  tts   │  wire  │
                                              └─ tool: what of the llm's part a tool was working

What was not passed (no transcript for keys) costs nothing; its time is the next stage's. What was reached before its turn, because
the reply was begun while the caller still spoke or the recogniser was ahead of the voice detector, costs nothing either: a share is
never negative, and no wait begins before the turn or ends after its reply was heard.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Owner = Literal["endpointing", "stt", "llm", "tool", "tts", "wire"]
"""Who lets the caller wait: the end of the turn to be sure of, the recogniser, the language model or flow, a tool, the voice, or
the way of the sound to the wire."""

OWNERS: tuple[Owner, ...] = ("endpointing", "stt", "llm", "tool", "tts", "wire")

ROAD: tuple[tuple[str, Owner], ...] = (
    ("noticed", "endpointing"),
    ("transcript", "stt"),
    ("decision", "endpointing"),
    ("token", "llm"),
    ("brain", "llm"),
    ("voice", "tts"),
    ("sent", "wire"),
)
"""The stages of a turn in the order in which one waits for another, and who is awaited until each."""


@dataclass(frozen=True, slots=True)
class Latency:
    """One turn's wait. ``stages`` are seconds from the end of speech, in the order of time."""

    whole: float
    stages: Mapping[str, float]
    shares: Mapping[str, float]
    """By owner."""


def latency(
    ended: float,
    began: float,
    reached: Mapping[str, float],
    tools: Sequence[tuple[float, float]] = (),
    filled_for: str = "",
) -> Latency:
    """Reckon the wait of a turn that ``began`` and of which the speech ``ended``; ``reached`` holds the times of its stages.

    ``sent`` must be among them. ``tools`` are the times in which tools worked. If something else was said first (``filler``),
    ``filled_for`` is who was awaited then.
    """
    sent = reached["sent"]
    origin = min(max(ended, began), sent)
    shares: dict[Owner, float] = dict.fromkeys(OWNERS, 0.0)
    at = origin
    road = ROAD if "filler" not in reached else (*ROAD[:-1], ("filler", _owner(filled_for)), ROAD[-1])
    for stage, owner in road:
        if stage not in reached:
            continue
        then = min(max(at, reached[stage]), sent)
        if owner == "llm":
            worked = _overlap(tools, at, then)
            shares["tool"] += worked
            shares["llm"] += then - at - worked
        else:
            shares[owner] += then - at
        at = then
    stages = {stage: round(min(max(when, origin), sent) - origin, 4) for stage, when in reached.items()}
    return Latency(
        round(sent - origin, 4),
        dict(sorted(stages.items(), key=lambda stage: stage[1])),
        {owner: round(share, 4) for owner, share in shares.items()},
    )


def _owner(awaited: str) -> Owner:
    """Return whose share a wait is in which ``awaited`` was."""
    name = awaited.partition(" ")[0]
    return next((owner for owner in OWNERS if owner == name), "llm")


def _overlap(spans: Sequence[tuple[float, float]], start: float, end: float) -> float:
    """Return how much of the time from ``start`` to ``end`` lies in ``spans``, none of it counted twice."""
    covered, at = 0.0, start
    for first, last in sorted(spans):
        covered += max(0.0, min(last, end) - max(first, at))
        at = max(at, min(last, end))
    return covered


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the ascending ``values`` that ``share`` of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    return values[max(0, math.ceil(share * len(values)) - 1)]

"""Which intent a sentence has: that of the most similar examples.

Sentences are vectors of words, pairs of words and runs of four letters, compared by cosine. A feature weighs by how few intents
use it ("reschedule" says much, "i would like to" nothing); the nearest example counts, the next two support it a little. No
training, well under a millisecond, and it degrades gently on misheard words because the letter runs still agree. Slot values are
replaced by their kind (``{party}``) on both sides, so "a table for four on friday" is an example of every table and day.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

SURE = 0.6
"""From here on a sentence is that intent whatever else it may be."""

LIKELY = 0.33
"""From here on it is that intent if nothing else explains it."""

MARGIN = 0.02
"""So much better than the next intent it must be, unless sure."""

_WEIGHTS = {"word": 1.0, "pair": 0.5, "run": 0.45}
_SUPPORT = (1.0, 0.15, 0.15)
_UNKNOWN = 0.85
"""What a feature that no example has weighs, against one that a single intent has."""

_FILLERS = frozenset(
    ("uh", "um", "er", "erm", "well", "so", "oh", "please", "hi", "hello", "hey", "just", "like", "yeah")
) | {"tonight", "evening", "night", "afternoon", "morning"}


@dataclass(frozen=True, slots=True)
class Guess:
    """The best intent and how similar its nearest example is, 0..1; empty when none is likely."""

    intent: str
    score: float

    @property
    def sure(self) -> bool:
        return self.score >= SURE


NO_GUESS = Guess("", 0.0)


class Intents:
    """The examples of a flow, indexed once."""

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        """``examples`` are plain sentences by intent, slots written as ``{kind}``."""
        features = [(intent, Counter(_features(text))) for intent, texts in examples.items() for text in texts]
        users: dict[str, set[str]] = defaultdict(set)
        for intent, counts in features:
            for feature in counts:
                users[feature].add(intent)
        self._rarity = {feature: math.log(1 + len(examples) / len(used)) ** 1.5 for feature, used in users.items()}
        self._unknown = _UNKNOWN * math.log(1 + len(examples)) ** 1.5
        self._owners = [intent for intent, _ in features]
        self._index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (_, counts) in enumerate(features):
            for feature, weight in self._vector(counts).items():
                self._index[feature].append((number, weight))

    def guess(self, shape: str, among: Collection[str]) -> Guess:
        """Return the likeliest of the intents ``among`` for ``shape`` (plain text with slots as ``{kind}``)."""
        scores: dict[int, float] = defaultdict(float)
        for feature, weight in self._vector(Counter(_features(shape))).items():
            for number, other in self._index.get(feature, ()):
                scores[number] += weight * other
        by_intent: dict[str, list[float]] = defaultdict(list)
        for number, score in scores.items():
            if self._owners[number] in among:
                by_intent[self._owners[number]].append(score)
        return _decide({intent: _supported(found) for intent, found in by_intent.items()})

    def _vector(self, counts: Mapping[str, int]) -> dict[str, float]:
        vector = {
            feature: count * self._rarity.get(feature, self._unknown) * _WEIGHTS[feature.partition(":")[0]]
            for feature, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {feature: weight / length for feature, weight in vector.items()}


def _supported(scores: list[float]) -> float:
    nearest = sorted(scores, reverse=True)
    return sum(weight * score for weight, score in zip(_SUPPORT, nearest, strict=False))


def _decide(best: Mapping[str, float]) -> Guess:
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    if not ranked:
        return NO_GUESS
    intent, score = ranked[0]
    runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
    if score >= SURE or (score >= LIKELY and score - runner_up >= MARGIN):
        return Guess(intent, min(score, 1.0))
    return NO_GUESS


def _features(text: str) -> Iterator[str]:
    words = [word for word in text.split() if word not in _FILLERS] or text.split()
    for word in words:
        yield f"word:{word}"
    for pair in zip(["^", *words], [*words, "$"], strict=True):
        yield f"pair:{' '.join(pair)}"
    for word in words:
        if not word.startswith("{"):
            padded = f"^{word}$"
            for start in range(max(len(padded) - 3, 1)):
                yield f"run:{padded[start : start + 4]}"

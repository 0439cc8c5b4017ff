"""From what callers say here to a trigram language model, in the text format that recognisers read.

Each order is interpolated with the one below it after Witten and Bell: a history that was followed by many different
words leaves more room for words never seen after it. Written with back-off weights equal to that room, the
interpolation is exact. Pure.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

START, END = "<s>", "</s>"

Gram = tuple[str, ...]


def trigrams(sentences: Iterable[str], words: Iterable[str] = (), room: float = 1.0) -> str:
    """Return an ARPA model of ``sentences`` in which every one of ``words`` is possible, too.

    A sentence that occurs twice counts twice. ``room`` scales what is left for the unseen: callers say more than
    examples show.
    """
    counts = _count(sentences)
    vocabulary = sorted({gram[0] for gram in counts[0]} | set(words) | {END})
    total, kinds = sum(counts[0].values()), max(len(counts[0]), 1)
    floor = room * kinds / len(vocabulary)
    one: dict[Gram, float] = {(word,): (counts[0][(word,)] + floor) / (total + room * kinds) for word in vocabulary}
    two, after_one = _interpolate(counts[1], one, room)
    three, after_two = _interpolate(counts[2], two, room)
    unigrams: dict[Gram, float] = {(START,): 0.0, **one}
    return _write([(unigrams, after_one), (two, after_two), (three, {})])


def _count(sentences: Iterable[str]) -> tuple[Counter[Gram], Counter[Gram], Counter[Gram]]:
    one: Counter[Gram] = Counter()
    two: Counter[Gram] = Counter()
    three: Counter[Gram] = Counter()
    for sentence in sentences:
        words = [START, *sentence.split(), END]
        one.update((word,) for word in words[1:])
        two.update(pairwise(words))
        three.update(zip(words, words[1:], words[2:], strict=False))
    return one, two, three


def _interpolate(
    counts: Mapping[Gram, int], below: Mapping[Gram, float], room: float
) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Return the probability of every counted n-gram, and of every history what it leaves to the order below."""
    times: Counter[Gram] = Counter()
    followers: Counter[Gram] = Counter()
    for gram, count in counts.items():
        times[gram[:-1]] += count
        followers[gram[:-1]] += 1
    left = {history: room * followers[history] / (times[history] + room * followers[history]) for history in times}
    probabilities = {
        gram: (1 - left[gram[:-1]]) * count / times[gram[:-1]] + left[gram[:-1]] * below[gram[1:]]
        for gram, count in counts.items()
    }
    return probabilities, left


def _write(orders: Sequence[tuple[Mapping[Gram, float], Mapping[Gram, float]]]) -> str:
    lines = ["\\data\\"]
    lines += [f"ngram {n}={len(probabilities)}" for n, (probabilities, _) in enumerate(orders, 1)]
    for n, (probabilities, left) in enumerate(orders, 1):
        lines += ["", f"\\{n}-grams:"]
        for gram in sorted(probabilities):
            weight = f"\t{math.log10(left[gram]):.4f}" if gram in left else ""
            lines.append(f"{_log(probabilities[gram])}\t{' '.join(gram)}{weight}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _log(probability: float) -> str:
    return f"{math.log10(probability):.4f}" if probability > 0 else "-99.0000"

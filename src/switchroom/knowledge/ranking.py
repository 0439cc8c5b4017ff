"""Which passages answer a question: the words to look for, two rankings made one, and the sentence that says it."""

import re
from collections.abc import Hashable, Sequence
from typing import TypeVar

from switchroom.knowledge.passages import sentences

_WORD = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_COMMON_WORDS = (
    "a an and are as at be but by can could did do does for from had has have how i if in into is it its me my of on or our "
    "please so that the their them then there they this to us was we were what when where which who will with would you your "
    "aber als am an auch auf aus bei bin bis da das dass dem den der des die ein eine einem einen einer es für hat haben ich "
    "ihr im in ist ja kann können mein mir mit nicht noch oder sie sind so und uns von war was wer wie wir wo zu zum zur"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009)."""
_MOST_TERMS = 24

Thing = TypeVar("Thing", bound=Hashable)


def terms(question: str) -> list[str]:
    """Return the words of a question worth looking for, each once; all of them if none is."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
    telling = [word for word in words if word not in _COMMON and (len(word) > 1 or word.isdigit())]
    return (telling or words)[:_MOST_TERMS]


def fused(*rankings: Sequence[Thing]) -> list[Thing]:
    """Return what is in any of the rankings, best first, by reciprocal rank fusion."""
    scores: dict[Thing, float] = {}
    for ranking in rankings:
        for place, thing in enumerate(ranking):
            scores[thing] = scores.get(thing, 0.0) + 1.0 / (_FUSION + place)
    return sorted(scores, key=lambda thing: -scores[thing])


def telling(question: str, text: str) -> str:
    """Return the sentence of ``text`` that has most of the question's words; the first of several."""
    wanted = {_stem(term) for term in terms(question)}
    found = sentences(text)
    if not found:
        return ""
    return max(found, key=lambda sentence: len(wanted & {_stem(word.lower()) for word in _WORD.findall(sentence)}))


def _stem(word: str) -> str:
    """Return the word without the commonest endings: enough to pair a singular with its plural."""
    for ending in ("ies", "ing", "es", "en", "ed", "s", "n", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word

"""What a few words over the agent's speech mean: nothing, "go on", or "my turn".

A table per language. A word that no list knows is a real one, so a caller is rather let in than talked over; what
recognisers make of a cough (a lone article, an "oh") and what people say while they listen are the only things that do
not take the floor.
"""

import re
from dataclasses import dataclass
from enum import Enum

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_MOST_NODS = 4


class Weight(Enum):
    """How much an utterance weighs against the agent's sentence."""

    NOTHING = "nothing"
    HUM = "hum"  # "mhm": accompanies, whoever speaks
    NOD = "nod"  # "yes", "okay": accompanies while the agent speaks, answers when it has asked
    FAINT = "faint"  # one small word in a partial: wait for a second one
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language hesitates, hums, nods and insists; phrases are lower case, words separated by one space."""

    hesitations: frozenset[str] = frozenset()
    hums: frozenset[str] = frozenset()
    nods: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    """Words that mean nothing alone."""


MANNERS: dict[str, Manner] = {
    "en": Manner(
        hesitations=frozenset({"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "ah", "oh", "eh"}),
        hums=frozenset({"mhm", "mm hmm", "mm hm", "mmhmm", "mm mm", "uh huh", "uhhuh", "aha", "ah ha", "huh", "hm hm"}),
        nods=frozenset(
            {"yes", "yeah", "yep", "yup", "ya", "okay", "ok", "right", "alright", "all right", "sure", "fine", "good"}
            | {"great", "cool", "i see", "got it", "gotcha", "of course", "true", "exactly", "very good", "very well"}
            | {"that's right", "that's fine", "oh okay", "oh yes", "oh i see", "yes please", "sounds good", "thanks"}
        ),
        small=frozenset({"the", "a", "an", "and", "to", "of", "in", "it", "is", "that", "but", "so", "or", "i", "at"}),
    ),
}


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, without punctuation."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def weigh(text: str, language: str, *, final: bool) -> Weight:
    """Weigh what was recognised of an utterance so far."""
    manner = MANNERS.get(language.partition("-")[0].lower(), Manner())
    said = tokens(text)
    hummed = _consume(said, manner.hums | manner.hesitations)
    if hummed is not None:
        return Weight.HUM if any(phrase in manner.hums for phrase in hummed) else Weight.NOTHING
    words = [word for word in said if word not in manner.hesitations]
    if len(words) == 1 and words[0] in manner.small:
        return Weight.NOTHING if final else Weight.FAINT
    nodded = _consume(said, manner.hums | manner.hesitations | manner.nods)
    if nodded is not None and len(words) <= _MOST_NODS:
        return Weight.NOD
    return Weight.WORDS


def _consume(words: list[str], phrases: frozenset[str]) -> list[str] | None:
    """Return ``words`` as phrases of the list, the longest first; None if something else is among them."""
    found: list[str] = []
    rest = words
    while rest:
        for length in (3, 2, 1):
            phrase = " ".join(rest[:length])
            if phrase in phrases and len(rest) >= length:
                found.append(phrase)
                rest = rest[length:]
                break
        else:
            return None
    return found

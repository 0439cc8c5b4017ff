"""What a few words over the agent's speech mean: nothing, "go on", or "my turn".

What a language hums and nods is in its file under ``languages``. A word that no list knows is a real one, so a caller is
rather let in than talked over; what recognisers make of a cough (a lone article, an "oh") and what people say while they
listen are the only things that do not take the floor.
"""

import re
from enum import Enum

from switchroom.conversation.languages import language_of

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_MOST_NODS = 4


class Weight(Enum):
    """How much an utterance weighs against the agent's sentence."""

    NOTHING = "nothing"
    HUM = "hum"  # "mhm": accompanies, whoever speaks
    NOD = "nod"  # "yes", "okay": accompanies while the agent speaks, answers when it has asked
    FAINT = "faint"  # one small word in a partial: wait for a second one
    WORDS = "words"


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, without punctuation."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def weigh(text: str, language: str, *, final: bool) -> Weight:
    """Weigh what was recognised of an utterance so far."""
    manner = language_of(language).manner
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


def is_plain_answer(text: str, language: str) -> bool:
    """Return whether ``text`` is a yes or no and nothing else."""
    manner = language_of(language).manner
    said = [word for word in tokens(text) if word not in manner.hesitations]
    return bool(said) and _consume(said, manner.yes_or_no | manner.hums) is not None

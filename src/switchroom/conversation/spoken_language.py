"""Which language a caller speaks, of those that the agent can: changed only on enough evidence.

A recogniser that tells the language of what it heard is believed; else the small words of each turn are counted that belong to one
language of the agent's and to no other. One short turn proves nothing ("okay", a name, a number). Two turns in a row do, or one
long one; a turn in the language of before takes the evidence back.

    told                             then
    a turn in the language spoken    what spoke for another is forgotten
    a turn that says nothing         as before
    a long turn in another           SwitchLanguage
    a short turn in another          SwitchLanguage if the turn before was in that one, too; else it is remembered
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from switchroom.conversation.languages import language_of
from switchroom.conversation.words import tokens

_LONG = 6
"""So many words are a long turn."""
_HITS = 2
"""So many words of a language tell it; three in a long turn that is to decide alone."""
_LETTERS = {"de": "äöüß", "fr": "çèêàùœ", "es": "ñ¿¡"}


@dataclass(frozen=True, slots=True)
class TurnSpoken:
    """The caller's turn; ``told`` is the language that the recogniser gave for it, if it did."""

    text: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """From now on ``language`` is spoken."""

    language: str
    why: Literal["recogniser", "words"]


def short(tag: str) -> str:
    """Return the language of a tag without its region."""
    return tag.replace("_", "-").partition("-")[0].lower()


class LanguageWatch:
    """One call's. ``language`` is what it begins in, ``others`` are those that the agent speaks as well."""

    deadline: float | None = None

    def __init__(self, language: str, others: tuple[str, ...] = ()) -> None:
        self.language = language
        """What is spoken now."""
        self._spoken = {short(tag): tag for tag in (*others, language)}
        self._before = ""  # what the turn before was in, if it was another language

    def handle(self, turn: TurnSpoken, _now: float) -> list[SwitchLanguage]:
        """Take the caller's turn."""
        if len(self._spoken) < 2:
            return []
        told = short(turn.told) if short(turn.told) in self._spoken else ""
        guessed, hits = _guess(turn.text, frozenset(self._spoken))
        found = told or guessed
        if not found:
            return []
        if found == short(self.language):
            self._before = ""
            return []
        long = len(tokens(turn.text)) >= _LONG and (bool(told) or hits > _HITS)
        if not long and self._before != found:
            self._before = found
            return []
        self._before, self.language = "", self._spoken[found]
        return [SwitchLanguage(self.language, "recogniser" if told else "words")]

    def expire(self, _now: float) -> list[SwitchLanguage]:
        """Nothing is ever waited for."""
        return []


def _guess(text: str, spoken: frozenset[str]) -> tuple[str, int]:
    """Return the language of ``spoken`` that the words are of and how many tell so; ("", 0) if that is not clear."""
    own = _own_words(spoken)
    said = tokens(text)
    hits = {code: sum(word in words for word in said) for code, words in own.items()}
    for code in hits:
        hits[code] += sum(letter in text.lower() for letter in _LETTERS.get(code, ""))
    best = max(hits, key=lambda code: hits[code])
    others = max((count for code, count in hits.items() if code != best), default=0)
    return (best, hits[best]) if hits[best] >= _HITS and hits[best] >= 2 * others + 1 else ("", 0)


@cache
def _own_words(spoken: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the small words of each language that no other of them has."""
    words = {code: _small_words(code) for code in spoken}
    return {
        code: own.difference(*(other for name, other in words.items() if name != code)) for code, own in words.items()
    }


def _small_words(code: str) -> frozenset[str]:
    language = language_of(code)
    manner = language.manner
    phrases = " ".join((*manner.nods, *manner.yes_or_no, *(language.grammar.open_phrases if language.grammar else ())))
    grammar = language.grammar.open_words if language.grammar else frozenset[str]()
    return grammar | manner.small | language.numbers.units | frozenset(phrases.split()) - manner.hesitations

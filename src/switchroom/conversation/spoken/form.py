"""What a voice is given to say for what is written: words, no signs.

Voices read "3/12", "$4.50" or "jo@x.de" as they please, each otherwise, some not at all. So numbers, dates, times, prices,
measures, abbreviations, addresses, telephone numbers and codes become words before, by the rules of the language. What is written
stays what the transcript has; how much of what is said belongs to each written word is returned with it, so that the ledger
still knows what was heard. A language without rules is said as it is written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from switchroom.conversation.spoken import addresses, amounts
from switchroom.conversation.spoken.amounts import Rule
from switchroom.conversation.spoken.english import ENGLISH
from switchroom.conversation.spoken.french import FRENCH
from switchroom.conversation.spoken.german import GERMAN
from switchroom.conversation.spoken.spanish import SPANISH
from switchroom.conversation.spoken.tongue import Tongue

TONGUES = {tongue.code: tongue for tongue in (ENGLISH, GERMAN, FRENCH, SPANISH)}

_WORD = re.compile(r"\S+")
_WORTH = re.compile(r"[\d@&%€$£]|\w\.|\w/\w|\bwww\b|\b(?:Mme|Mlle|bd)\b")  # else there is nothing to do, as a rule


@dataclass(frozen=True, slots=True)
class Spoken:
    """``text`` is to be said; ``letters`` are how many of its letters each written word, as divided by white space, has."""

    text: str
    letters: tuple[int, ...]


def tongue_of(language: str) -> Tongue | None:
    """Return the rules of ``language`` (``de``, ``de-AT``); None if there are none."""
    return TONGUES.get(language.partition("-")[0].lower())


@lru_cache(maxsize=512)
def spoken_form(text: str, language: str) -> Spoken:
    """Return how ``text`` is said."""
    tongue = tongue_of(language)
    if tongue is None or not _WORTH.search(text):
        return Spoken(text, tuple(len(word) for word in text.split()))
    taken: list[tuple[int, int, str]] = []
    for pattern, say in _rules(tongue.code):
        for found in pattern.finditer(text):
            if any(found.start() < end and start < found.end() for start, end, _ in taken):
                continue
            said = say(found, tongue)
            if said is not None:
                taken.append((found.start(), found.end(), said))
    return _assemble(text, sorted(taken))


@lru_cache(maxsize=16)
def _rules(code: str) -> tuple[Rule, ...]:
    tongue = TONGUES[code]
    days = amounts.dates(tongue)
    number_marks = "Nr\\.|No\\.|no\\.|#"
    short = "|".join(re.escape(name) for name in sorted(tongue.abbreviations, key=len, reverse=True))
    return (
        (addresses.EMAIL, addresses.email),
        (addresses.URL, addresses.url),
        *days[:2],
        (addresses.PHONE, addresses.phone),
        (addresses.CODE, addresses.code),
        (addresses.LONG, addresses.long_number),
        (re.compile(rf"(?<!\w)(?:{number_marks})\s?(?=\d)"), _numbered),
        *days[2:],
        *amounts.amounts(tongue),
        (re.compile(r"(?<=[A-Za-zäöü])[sS]tr\.(?!\w)"), _street),
        (re.compile(r"(?<!\w)St\.(?=\s)"), _saint),
        (re.compile(rf"(?<!\w)(?:{short})(?!\w)"), _abbreviation),
        (re.compile(r"(?<=\s)&(?=\s)"), _and),
    )


def _numbered(_found: re.Match[str], tongue: Tongue) -> str:
    return {"en": "number ", "de": "Nummer ", "fr": "numéro ", "es": "número "}[tongue.code]


def _street(_found: re.Match[str], tongue: Tongue) -> str | None:
    return "straße" if tongue.code == "de" else None


def _saint(found: re.Match[str], tongue: Tongue) -> str | None:
    if tongue.code != "en":
        return None
    before = found.string[: found.start()].split()
    follows = found.string[found.end() :].lstrip()[:1]
    return "Saint" if follows.isupper() and not (before and before[-1][0].isupper()) else "Street"


def _abbreviation(found: re.Match[str], tongue: Tongue) -> str:
    said = tongue.abbreviations[found[0]]
    ends = not found.string[found.end() :].strip()
    return f"{said}." if ends and found[0].endswith(".") else said


def _and(_found: re.Match[str], tongue: Tongue) -> str:
    return tongue.and_


def _assemble(text: str, taken: list[tuple[int, int, str]]) -> Spoken:
    said, at = "", 0
    for start, end, words in taken:
        said += text[at:start] + words
        at = end
    letters = tuple(round(_share(word.start(), word.end(), taken)) for word in _WORD.finditer(text))
    return Spoken(" ".join((said + text[at:]).split()), letters)


def _share(start: int, end: int, taken: list[tuple[int, int, str]]) -> float:
    """Return how many letters of what is said belong to what is written from ``start`` to ``end``."""
    covered = list(_covered(start, end, taken))
    return end - start - sum(written for written, _ in covered) + sum(said for _, said in covered)


def _covered(start: int, end: int, taken: list[tuple[int, int, str]]) -> Iterator[tuple[int, float]]:
    for first, last, words in taken:
        written = min(end, last) - max(start, first)
        if written > 0:
            yield written, len(words) * written / (last - first)

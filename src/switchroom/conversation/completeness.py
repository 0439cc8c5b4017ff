"""Whether words look like all that the caller meant to say.

No model: a sentence that ends in a word that calls for another ("a table for", "my name is", "and") is not over, nor is
a number with too few digits. Everything else may be. The answer only chooses between a short and a long wait, so a
wrong one costs half a second at most. A language without a file gets the long wait: silence alone decides.
"""

from dataclasses import dataclass

from switchroom.conversation.language import Grammar, Numbers
from switchroom.conversation.languages import language_of
from switchroom.conversation.words import tokens

_LONGEST_PHRASE = 4
_PAIR_WORDS = 4
_BETWEEN_GROUPS = frozenset({2, 3, 5, 6, 8, 9})
"""Lengths at which a number that is dictated digit by digit is rarely over: the last four of a card are, and a whole
telephone number."""
_MANY_GROUPS = 4
_UNFINISHED = (",", "-", "…", "...", ":")


@dataclass(frozen=True, slots=True)
class _Group:
    """A word or a few that stand for digits."""

    digits: int
    words: int
    single: bool
    zero: bool = False


def looks_complete(text: str, language: str = "en", *, digits: int | None = None) -> bool:
    """Return whether ``text`` could be a whole turn; ``digits`` is how many the caller was asked for, if they were.

    One digit is a key to press, and no number to dictate: a sentence with a figure in it is as complete as any other.
    """
    known = language_of(language)
    words = tokens(text)
    if known.grammar is None or not words or text.rstrip().endswith(_UNFINISHED):
        return False
    if digits is not None and digits > 1 and (spoken := spoken_digits(words, language)):
        return spoken >= digits
    return not _dictating(words, known.numbers) and _closed(words, known.grammar)


def spoken_digits(words: list[str], language: str = "en") -> int:
    """Return how many digits are spelled out in ``words``: "double four seven twenty one" are five."""
    numbers = language_of(language).numbers
    count, at = 0, 0
    while at < len(words):
        group = _group(words, at, numbers)
        if group is None:
            count += numbers.powers.get(words[at], 0) if count else 0
            at += 1
        else:
            count += group.digits
            at += group.words
    return count


def _closed(words: list[str], grammar: Grammar) -> bool:
    if grammar.short_answer.fullmatch(" ".join(words)):
        return True
    endings = {" ".join(words[-length:]) for length in range(1, min(_LONGEST_PHRASE, len(words)) + 1)}
    if endings & grammar.open_phrases:
        return bool(endings & grammar.closed_phrases)
    return words[-1] not in grammar.open_words or bool(endings & grammar.closed_phrases)


def _dictating(words: list[str], numbers: Numbers) -> bool:
    """Whether it ends amid a number that is said digit by digit, or in pairs of digits."""
    groups = _last_groups(words, numbers)
    count = sum(group.digits for group in groups)
    if len(groups) > 1 and groups[0].zero:
        return count < numbers.telephone
    enough = 2 if all(group.single for group in groups) else _MANY_GROUPS
    return len(groups) >= enough and count in _BETWEEN_GROUPS


def _last_groups(words: list[str], numbers: Numbers) -> list[_Group]:
    """Return the digits that ``words`` end with; those before a word that is none do not count."""
    groups: list[_Group] = []
    at = 0
    while at < len(words):
        group = _group(words, at, numbers)
        groups = [] if group is None else [*groups, group]
        at += 1 if group is None else group.words
    return groups


def _group(words: list[str], at: int, numbers: Numbers) -> _Group | None:
    word = words[at]
    if word in numbers.repeats:
        after = words[at + 1] if at + 1 < len(words) else ""
        return _Group(numbers.repeats[word], 2, single=True) if after in numbers.units else None
    longest = min(_PAIR_WORDS, len(words) - at)
    if not numbers.pairs.match(" ".join(words[at : at + longest])):
        longest = 0  # nearly always: no pair begins here, however long
    for length in range(longest, 0, -1):
        if numbers.pairs.fullmatch(" ".join(words[at : at + length])):
            return _Group(2, length, single=False)
    if word in numbers.units:
        return _Group(1, 1, single=True, zero=word in numbers.zeros)
    if word.isdecimal():
        return _Group(len(word), 1, single=False, zero=word.startswith("0"))
    return None

"""Whether words look like all that the caller meant to say.

No model: a sentence that ends in a word that calls for another ("a table for", "my name is", "and") is not over, nor is
a number with too few digits. Everything else may be. The answer only chooses between a short and a long wait, so a
wrong one costs half a second at most. A language without a table gets the long wait.
"""

import re
from dataclasses import dataclass

from switchroom.conversation.words import tokens


@dataclass(frozen=True, slots=True)
class Grammar:
    """How sentences of a language end when they are not over, as words and phrases in lower case."""

    open_words: frozenset[str]
    """Last words that call for another."""
    open_phrases: frozenset[str]
    """Last two to four words that call for more."""
    closed_phrases: frozenset[str]
    """Last words that would call for more, but not in this company."""
    short_answer: re.Pattern[str]
    """Whole answers that end in an auxiliary: "yes I am"."""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _phrases(*lines: str) -> frozenset[str]:
    return frozenset(phrase.strip() for line in lines for phrase in line.split(","))


GRAMMARS: dict[str, Grammar] = {
    "en": Grammar(
        open_words=_words(
            "a an the this these those my your our their his her its and or but so because if whether which",
            "whose when where while than to of for with without at on in into from by about around between under",
            "over per until till before after since is are was were am be been isn't aren't i i'm i'd i'll i've",
            "we we're we'd we'll he's she's it's they they're there's do does did don't have has had would could",
            "should can will may might must um umm uh uhm er erm hmm like maybe actually basically well also not",
            "very some any each every dot underscore dash hyphen slash double triple mister mr mrs ms doctor dr",
        ),
        open_phrases=_phrases(
            "i want, i need, i'd like, i would like, we'd like, we would like, i was wondering, i'm looking, i'm calling",
            "can i get, can i have, could i get, could i have, may i have, can we get, can we have, can you, could you",
            "what about, how about, let me, let me see, let me think, let me check, one moment, one second",
            "just a moment, just a second, hold on, hang on, you know, i mean, i think, i guess, the twenty, the thirty",
            "kind of, sort of, a couple, at least, my name, the name, last name, first name, i am",
        ),
        closed_phrases=_phrases(
            "log in, log on, sign in, check in, come in, fill in, get in, come on, go on, later on, from now on, go over",
            "it's over, start over, all over, the day after, the week after, the day before, the week before, think so",
            "hope so, if so, or so, very well, as well, what for, i'm not, not well, go with, come with, do i, do we",
        ),
        short_answer=re.compile(
            r"(?:(?:yes|yeah|yep|no|nope|oh|well|of course|sure) )+(?:i|we|you|he|she|it|they|that|there) "
            r"(?:am|is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|may|might|must|don't|isn't|aren't)"
            r"(?: not)?|(?:i|we|they) (?:do|did|can|don't)|(?:it|that|he|she) (?:is|was|does|isn't)(?: not)?"
        ),
    ),
}

_UNITS = _words("zero oh o nought one two three four five six seven eight nine")
_TEENS = _words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ZEROS = {"hundred": 2, "thousand": 3}
_LONGEST_PHRASE = 4
_BETWEEN_GROUPS = frozenset({2, 3, 5, 6, 8, 9})
"""Lengths at which a number that is dictated digit by digit is rarely over: the last four of a card are, and a whole
telephone number."""


def looks_complete(text: str, language: str = "en", *, digits: int | None = None) -> bool:
    """Return whether ``text`` could be a whole turn; ``digits`` is how many the caller was asked for, if they were."""
    grammar = GRAMMARS.get(language.partition("-")[0].lower())
    words = tokens(text)
    if grammar is None or not words or text.rstrip().endswith((",", "-", "…", "...", ":")):
        return False
    if digits is not None and (spoken := spoken_digits(words)):
        return spoken >= digits
    if _dictated(words) in _BETWEEN_GROUPS:
        return False
    if grammar.short_answer.fullmatch(" ".join(words)):
        return True
    endings = {" ".join(words[-length:]) for length in range(2, _LONGEST_PHRASE + 1)}
    if endings & grammar.open_phrases:
        return False
    return words[-1] not in grammar.open_words or bool(endings & grammar.closed_phrases)


def spoken_digits(words: list[str]) -> int:
    """Return how many digits are spelled out in ``words``: "double four seven twenty one" are five."""
    count, factor, after_tens = 0, 1, False
    for word in words:
        if word in {"double", "triple"}:
            factor = 2 if word == "double" else 3
            continue
        if word.isdecimal():
            count += len(word) * factor
        elif word in _UNITS:
            count += 0 if after_tens else factor
        elif word in _TEENS or word in _TENS:
            count += 2
        else:
            count += _ZEROS.get(word, 0) if count else 0
        factor, after_tens = 1, word in _TENS
    return count


def _dictated(words: list[str]) -> int:
    """Return how many of the last words are single digits in a row."""
    count = 0
    while count < len(words) and words[-1 - count] in _UNITS:
        count += 1
    return count

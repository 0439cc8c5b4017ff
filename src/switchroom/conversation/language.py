"""What turn-taking has to know of a language: how its sentences stay open, how its people nod, count and are asked.

Values only; ``conversation.languages`` has one file per language. All words are lower case as
:func:`~switchroom.conversation.words.tokens` gives them, phrases have one space between words.
"""

import re
from dataclasses import dataclass, field

_NEVER = re.compile(r"(?!)")


def words(*lines: str) -> frozenset[str]:
    """Return the words of some lines."""
    return frozenset(word for line in lines for word in line.split())


def phrases(*lines: str) -> frozenset[str]:
    """Return the phrases of some lines, between commas."""
    return frozenset(phrase.strip() for line in lines for phrase in line.split(",") if phrase.strip())


@dataclass(frozen=True, slots=True)
class Grammar:
    """How sentences end when they are not over."""

    open_words: frozenset[str]
    """Last words that call for another."""
    open_phrases: frozenset[str]
    """Last two to four words that call for more."""
    closed_phrases: frozenset[str] = frozenset()
    """Last words that would call for more, but not in this company."""
    short_answer: re.Pattern[str] = _NEVER
    """Whole answers that end in a word which is open otherwise: "yes I am"."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How people hesitate, hum, nod, and say yes and no."""

    hesitations: frozenset[str] = frozenset()
    hums: frozenset[str] = frozenset()
    nods: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    """Words that mean nothing alone."""
    yes_or_no: frozenset[str] = frozenset()
    """Words and phrases of which a plain answer to a yes-or-no question consists."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are dictated."""

    units: frozenset[str] = frozenset()
    """Words for one digit."""
    zeros: frozenset[str] = frozenset()
    """Those of them that begin a telephone number."""
    pairs: re.Pattern[str] = _NEVER
    """What stands for two digits, as whole words."""
    repeats: dict[str, int] = field(default_factory=dict)
    """Words that say the next digit so many times."""
    powers: dict[str, int] = field(default_factory=dict)
    """Words that add so many zeros."""
    telephone: int = 10
    """The fewest digits of a telephone number that begins with a zero."""


@dataclass(frozen=True, slots=True)
class Questions:
    """How an agent asks. What is asked for decides how long an answer may take."""

    long: re.Pattern[str] = _NEVER
    """Names of what is dictated or spelled: a number, an address, an e-mail address."""
    yes_or_no: re.Pattern[str] = _NEVER
    """How a question begins that wants a yes or no, or a choice."""
    request: re.Pattern[str] = _NEVER
    """What begins like one and asks for more: "could you tell me"."""
    tag: re.Pattern[str] = _NEVER
    """What makes any sentence a yes-or-no question at its end: "is that right"."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. An empty one knows nothing: then silence alone decides, and every word is a word."""

    code: str = ""
    """As BCP 47 has it, without a region."""
    grammar: Grammar | None = None
    manner: Manner = Manner()
    numbers: Numbers = Numbers()
    questions: Questions = Questions()


UNKNOWN = Language()

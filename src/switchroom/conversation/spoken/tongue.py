"""What a language says of what is written: one frozen record, one file per language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from switchroom.conversation.spoken import numbers

Pair = tuple[str, str]
"""A word for one and a word for several."""


@dataclass(frozen=True, slots=True)
class Signs:
    """How addresses are read."""

    at: str
    dot: str
    dash: str
    underscore: str
    slash: str
    plus: str

    def of(self, sign: str) -> str:
        """Return the word for one sign; nothing for a sign that is not read."""
        words = {
            "@": self.at, ".": self.dot, "-": self.dash, "_": self.underscore, "/": self.slash, "+": self.plus
        }  # fmt: skip
        return words.get(sign, "")


@dataclass(frozen=True, slots=True)
class Money:
    """A currency: its words, and those of its hundredth."""

    whole: Pair
    part: Pair


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language. ``group`` and ``point`` are the marks inside numbers; ``abbreviations`` are written with their stops.

    ``day`` says a day of a month (day, month 1..12, year or None, the word before); ``clock`` an hour and minutes, with "am" or
    "pm" if it was written; ``one`` is what "one" becomes before a noun.
    """

    code: str
    group: str
    point: str
    point_word: str
    minus: str
    to: str
    and_: str
    percent: str
    signs: Signs
    months: Sequence[str]
    day: Callable[[int, int, int | None, str], str]
    clock: Callable[[int, int, str], str]
    one: str
    money: Mapping[str, Money] = field(default_factory=dict)
    joint: str = " "
    """Stands between the whole and the hundredths of a price."""
    units: Mapping[str, Pair] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    scales: Sequence[str] = ()
    day_first: bool = True
    """Whether 3/12/2026 is in December."""
    before_years: frozenset[str] = frozenset()
    """Words after which four digits are a year."""

    def count(self, number: int, pair: Pair) -> str:
        """Return so many of a thing."""
        return f"{self.one} {pair[0]}" if number == 1 else f"{numbers.cardinal(number, self.code)} {pair[1]}"

    def digits(self, text: str) -> str:
        """Return the digits one by one."""
        return numbers.digits(text, self.code)

    def number(self, written: str) -> str:
        """Return a number as it is written in this language: ``1,234.5``."""
        sign, bare = ("", written) if written[0] not in "-−" else (f"{self.minus} ", written[1:])
        whole, _, fraction = bare.replace(self.group, "").partition(self.point)
        if fraction:
            return sign + numbers.decimal(int(whole), fraction, self.point_word, self.code)
        return sign + numbers.cardinal(int(whole), self.code)

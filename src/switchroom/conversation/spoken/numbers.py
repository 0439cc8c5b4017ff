"""Numbers as words, by the rules that Unicode keeps for each language (CLDR, through unicode-rbnf).

The rules of a language are read when it is first used, which takes a few hundredths of a second: ``prepare`` does it before.
"""

from functools import lru_cache

from unicode_rbnf import FormatPurpose, RbnfEngine

MOST = 10**15
"""Beyond it a number is read digit by digit."""

_ZERO_TO_NINE = "0123456789"


@lru_cache(maxsize=32)
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)


def prepare(languages: list[str]) -> None:
    """Read the rules of these languages; takes some hundredths of a second. Those that have none are passed over."""
    for language in languages:
        if language in LANGUAGES:
            cardinal(1, language)


LANGUAGES = frozenset({"en", "de", "fr", "es"})


def _words(number: int, language: str, purpose: str, ruleset: str = "") -> str:
    found = _engine(language).format_number(number, FormatPurpose[purpose])
    text = found.text_by_ruleset.get(ruleset, found.text) if ruleset else found.text
    return text.replace("\u00ad", "")


def cardinal(number: int, language: str) -> str:
    """Return 21 as "twenty-one"."""
    if abs(number) >= MOST:
        return digits(str(number), language)
    return _words(number, language, "CARDINAL")


def ordinal(number: int, language: str, ruleset: str = "") -> str:
    """Return 21 as "twenty-first"; ``ruleset`` is CLDR's name of a form, in languages that have several."""
    return _words(number, language, "ORDINAL", ruleset)


def year(number: int, language: str) -> str:
    """Return 1984 as "nineteen eighty-four"."""
    if language == "en" and 2000 < number < 2010:
        return f"two thousand {cardinal(number - 2000, language)}"
    return _words(number, language, "YEAR")


def digits(text: str, language: str) -> str:
    """Return the digits of ``text`` one by one."""
    return " ".join(cardinal(int(digit), language) for digit in text if digit in _ZERO_TO_NINE)


def decimal(whole: int, fraction: str, point: str, language: str) -> str:
    """Return a number with digits after its point, which are said one by one."""
    return f"{cardinal(whole, language)} {point} {digits(fraction, language)}"

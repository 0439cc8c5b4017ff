"""How the texts and values of a rehearsal are compared with what really was."""

import difflib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time

from switchroom.conversation.words import tokens
from switchroom.errors import Invalid

_NEAR = 0.3
_SENTENCES = re.compile(r"(?<=[.?!])\s+")


def pattern(expected: str) -> re.Pattern[str] | None:
    """Return the regular expression that ``expected`` is, None if it is a text. Raises Invalid."""
    if len(expected) < 3 or not (expected.startswith("/") and expected.endswith("/")):
        return None
    try:
        return re.compile(expected[1:-1], re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise Invalid(f"{expected} is no regular expression: {error}") from error


def contains(text: str, expected: str) -> bool:
    """Return whether ``expected`` is said in ``text``."""
    if (regular := pattern(expected)) is not None:
        return regular.search(text) is not None
    return f" {' '.join(tokens(expected))} " in f" {' '.join(tokens(text))} "


def equals(actual: object, expected: str) -> bool:
    """Return whether a value is what is expected."""
    text = as_text(actual)
    if (regular := pattern(expected)) is not None:
        return regular.search(text) is not None
    if text.casefold().strip() == expected.casefold().strip():
        return True
    with suppress(ValueError):
        return float(text) == float(expected)
    return text.removesuffix(":00") == expected


def differing(actual: Mapping[str, object], expected: Mapping[str, str]) -> list[str]:
    """Return which of the expected fields are something else."""
    return [name for name, value in expected.items() if not equals(actual.get(name), value)]


def as_text(value: object) -> str:
    """Return a value as a rehearsal writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def nearest(expected: str, texts: Iterable[str]) -> str:
    """Return the sentence of ``texts`` that is most like what was expected; empty if none is."""
    wanted = expected.strip("/").casefold()
    sentences = [part for text in texts for part in (text, *_SENTENCES.split(text)) if part]
    rated = [(difflib.SequenceMatcher(None, wanted, part.casefold()).ratio(), part) for part in sentences]
    best = max(rated, default=(0.0, ""), key=lambda pair: pair[0])
    return best[1] if best[0] >= _NEAR else ""

"""Text as it is to be pronounced: only what synthesisers read badly is written out. English; pure.

flite reads numbers, times, money in dollars, abbreviations and telephone numbers well by itself; it knows nothing
beyond ASCII.
"""

import re
import unicodedata

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SIGNS = (
    ("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", ", "), ("—", ", "), ("…", "."), ("&", " and "), ("@", " at "),
    ("#", " hash "), ("*", " star "), ("%", " percent "), ("=", " equals "), ("+", " plus "), ("_", " "),
)  # fmt: skip
_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_MONEY = re.compile(r"([£€])\s?(\d+)(?:\.(\d\d))?")
_UNITS = {"£": ("pounds", "pound"), "€": ("euros", "euro")}
_INTERNATIONAL = re.compile(r"\+(?=\d)")


def spoken(text: str) -> str:
    """Return ``text`` in ASCII, with dates, money and signs that would be skipped or spelled as words."""
    text = _DATE.sub(_date, text)
    text = _MONEY.sub(_money, text)
    text = _INTERNATIONAL.sub("plus ", text)
    for sign, words in _SIGNS:
        text = text.replace(sign, words)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", plain).replace(" ,", ",").strip()


def _date(found: re.Match[str]) -> str:
    year, month, day = (int(part) for part in found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found.group()
    return f"{_MONTHS[month - 1]} {_ordinal(day)} {year}"


def _ordinal(day: int) -> str:
    ending = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _money(found: re.Match[str]) -> str:
    sign, whole, cents = found.groups()
    many, one = _UNITS[sign]
    amount = f"{whole} {one if whole == '1' else many}"
    return f"{amount} {int(cents)}" if cents and int(cents) else amount

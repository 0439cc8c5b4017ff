"""Words and numbers as people say them, in both directions.

Recognisers write "seven thirty p m", people type "7:30pm", pages say "19:30". :func:`plain` brings all of them to one form,
lower-case words with single spaces, over which the slot readers are written; :func:`cardinal` and :func:`ordinal` go back.
"""

import re

_UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "  # noqa: SIM905
          "eighteen nineteen").split()  # fmt: skip
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}  # fmt: skip

_TOKEN = re.compile(r"\+?\d+(?:[:/]\d+)?(?:st|nd|rd|th)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_HALF = re.compile(r"\b([ap])\.?\s?m\b\.?")  # p.m., p m
_REWRITES = (
    (re.compile(r"[’`]"), "'"),
    (_HALF, r"\1m"),
    (re.compile(r"(\d)([ap]m)\b"), r"\1 \2"),  # 7pm
    (re.compile(r"\b(\d{1,2})\.(\d\d)\b"), r"\1:\2"),  # 7.30
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),  # 1,200
    (re.compile(r"\bo'? ?clock\b"), "o'clock"),
)


def plain(text: str) -> str:
    """Return ``text`` as lower-case words and figures with single spaces, without punctuation."""
    text = text.lower()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return _HALF.sub(r"\1m", " ".join(_TOKEN.findall(text)))  # what stood between its letters is gone now


def cardinal(number: int) -> str:
    """Return ``number`` (0..9999) in words: 27 is "twenty-seven"."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, unit = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_UNITS[unit]}" if unit else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_UNITS[hundreds]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    return f"{cardinal(thousands)} thousand" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """Return ``number`` (1..99) as an ordinal: 27 is "twenty-seventh"."""
    head, dash, last = cardinal(number).rpartition("-")
    if last.endswith("y"):
        return f"{last[:-1]}ieth"
    return head + dash + _ORDINALS.get(last, f"{last}th")


CARDINALS = {cardinal(n).replace("-", " "): n for n in range(100)}
ORDINALS = {ordinal(n).replace("-", " "): n for n in range(1, 32)}
ORDINALS |= {f"{n}{suffix}": n for n in range(1, 32) for suffix in ("st", "nd", "rd", "th")}


def any_of(phrases: "dict[str, int] | list[str] | tuple[str, ...]") -> str:
    """Return a regular expression that matches any of ``phrases``, the longest first."""
    return "(?:" + "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True)) + ")"


def number(text: str) -> int | None:
    """Read a cardinal in words or figures; None if it is none."""
    if text.isdigit():
        return int(text)
    return CARDINALS.get(text)

"""Numbers and runs of figures, as people say them: "two hundred and fifty", "double oh seven", "nineteen eighty-four".

Both read plain text (``words.plain``). A number grows as long as the next word can add to it, so that "five six" is two numbers;
a run takes whatever figures follow one another and puts them side by side.
"""

import re
from collections.abc import Iterator

from switchroom.flow.words import CARDINALS

_WORD = re.compile(r"\S+")
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_SMALL = {word: n for word, n in CARDINALS.items() if " " not in word}
_DIGITS = {word: str(n) for word, n in _SMALL.items() if n < 10} | {"oh": "0", "o": "0", "nought": "0", "nil": "0"}
_ANY = 10**12  # room for anything
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_BETWEEN = {"dash", "hyphen", "minus", "space", "then"}

Word = tuple[str, int, int]
Reading = tuple[int, int, int]


def _words(text: str) -> list[Word]:
    return [(match.group().replace(",", ""), match.start(), match.end()) for match in _WORD.finditer(text)]


def read_numbers(text: str) -> Iterator[Reading]:
    """Yield whole numbers and where they stand in plain ``text``."""
    words = _words(text)
    at = 0
    while at < len(words):
        found = _number(words, at)
        if found is None:
            at += 1
            continue
        value, after = found
        below = at > 0 and words[at - 1][0] == "minus"
        yield (-value if below else value), words[at - below][1], words[after - 1][2]
        at = after


def _number(words: list[Word], at: int) -> tuple[int, int] | None:
    """Return the number that begins at ``at`` and the word after it; None if none does."""
    total, part, room, after = 0, 0, _ANY, at
    for place in range(at, len(words)):
        word = words[place][0]
        if word == "and" and room in _SCALES.values():
            continue
        if word == "a" and place == at and words[place + 1 : place + 2] and words[place + 1][0] in _SCALES:
            part = 1
        elif word in _SCALES and after == place:
            total, part, room = _scaled(total, part, _SCALES[word])
        elif (value := _addend(word, room)) is not None:
            part, room = part + value, 10 if value in range(20, 100, 10) and not word.isdigit() else 0
        else:
            break
        after = place + 1
    return (total + part, after) if after > at else None


def _scaled(total: int, part: int, scale: int) -> tuple[int, int, int]:
    if scale == 100:
        return total, max(part, 1) * scale, scale
    return total + max(part, 1) * scale, 0, scale


def _addend(word: str, room: int) -> int | None:
    """Return what ``word`` adds to a number that has ``room`` for it; nought stands alone."""
    if word.isdigit() and word.isascii() and len(word) <= 12:
        return int(word) if room == _ANY or 0 < int(word) < room else None
    value = _SMALL.get(word)
    return None if value is None or value >= room or (value == 0 and room != _ANY) else value


def read_digits(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield runs of figures and where they stand in plain ``text``; what is said side by side is one run."""
    run: list[str] = []
    start = end = 0
    times = 1
    for word, begin, finish in [*_words(text), ("", len(text), len(text))]:
        figures = _figures(word)
        if figures:
            start = start if run else begin
            run, end, times = [*run, figures * times], finish, 1
        elif word in _TIMES:
            start = start if run else begin
            times = _TIMES[word]
        elif not (run and word in _BETWEEN):
            if run:
                yield _joined(run), start, end
            run, times = [], 1


def _figures(word: str) -> str:
    if word.lstrip("+").isdigit() and word.isascii():
        return word.lstrip("+")
    if word in _DIGITS:
        return _DIGITS[word]
    if word == "hundred":
        return "00"
    value = _SMALL.get(word, -1)
    return str(value) if value >= 10 else ""


def _joined(run: list[str]) -> str:
    """Put figures side by side; "forty" and "seven" are 47."""
    joined = ""
    for place, figures in enumerate(run):
        tens = place > 0 and len(run[place - 1]) == 2 and run[place - 1][1] == "0" and run[place - 1][0] in "23456789"
        joined = joined[:-1] + figures if tens and len(figures) == 1 and figures != "0" else joined + figures
    return joined

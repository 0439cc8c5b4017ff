"""E-mail addresses, as people type and as they say them: "anna dot smith at g mail dot com", "a double n a at example dot org".

What is typed is first brought to the spoken form, so that there is one reader: an address is what stands around an "at" that a
"dot" follows. Before it go the words that are joined to it, or everything back to a word that introduces it.
"""

import re
from collections.abc import Iterator

from switchroom.flow.figures import read_digits

_TYPED = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SIGNS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+"}
_SPOKEN = {".": " dot ", "_": " underscore ", "-": " dash ", "+": " plus ", "@": " at "}
_TIMES = {"double": 2, "triple": 3}
_BEFORE = frozenset(
    "is it's its that's email mail e address yes yeah no ok okay sure my the me write to send under uh um so well please and "  # noqa: SIM905
    "would be you can reach by name all lower case lowercase in small letters for it was sorry actually".split()
)
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+")
_WORD = re.compile(r"\S+")

Word = tuple[str, int, int]


def as_spoken(text: str) -> str:
    """Return ``text`` with every address in it written out as it is said."""
    return _TYPED.sub(lambda typed: "".join(_SPOKEN.get(sign, sign) for sign in typed.group()), text)


def read_emails(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield addresses and where they stand in plain ``text``."""
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    for place, (word, _, _) in enumerate(words):
        if word != "at":
            continue
        first, last = _first(words, place), _last(words, place)
        address = f"{_written(words[first:place])}@{_written(words[place + 1 : last])}"
        if _ADDRESS.fullmatch(address):
            yield address, words[first][1], words[last - 1][2]


def _first(words: list[Word], at: int) -> int:
    """Return where the part before the "at" begins."""
    first = at
    while first > 0 and words[first - 1][0] not in _BEFORE and words[first - 1][0] != "at":
        first -= 1
    return first


def _last(words: list[Word], at: int) -> int:
    """Return the word after the part behind the "at": its last label is one word, or letters that are spelled."""
    dots = [place for place in range(at + 1, len(words)) if words[place][0] in {"dot", "point"}]
    if not dots:
        return at + 1
    last = at + 1
    for place, dot in enumerate(dots):
        if place and dot - dots[place - 1] > 2 and not _spelled(words, dots[place - 1] + 1, dot):
            break  # a dot of the next sentence
        last = dot + 1
    end = last + 1
    while end < len(words) and _spelled(words, last, end + 1):
        end += 1
    return min(end, len(words))


def _spelled(words: list[Word], start: int, end: int) -> bool:
    return all(len(word) == 1 for word, _, _ in words[start:end])


def _written(words: list[Word]) -> str:
    said = [word.replace("'", "") for word, _, _ in words]
    parts: list[str] = []
    while said:
        count = next((n for n in range(len(said), 0, -1) if _figures(said[:n])), 0)
        if count:
            parts.append(_figures(said[:count]))
        elif said[0] in _TIMES and len(said) > 1:
            count = 2
            parts.append((_SIGNS.get(said[1]) or said[1]) * _TIMES[said[0]])
        else:
            count = 1
            parts.append(_SIGNS.get(said[0]) or said[0])
        del said[:count]
    return "".join(parts)


def _figures(words: list[str]) -> str:
    """Return words that are nothing but figures as these; "o" is a letter here."""
    text = " ".join(words)
    if words[0] in {"o", "oh"} or words[-1] in _SIGNS:
        return ""
    found = list(read_digits(text))
    return found[0][0] if found and found[0][1:] == (0, len(text)) else ""

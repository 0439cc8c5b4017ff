"""Yes, no, and telephone numbers, as people say them."""

import re
from collections.abc import Iterator

from switchroom.flow.words import CARDINALS, any_of

_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|yea|ya|sure|correct|right|exactly|absolutely|definitely|certainly|perfect|great|lovely|"
    r"of course|ok|okay|fine|sounds good|that's good|go ahead|please do|do it|book it|that works|works for me|"
    r"good for me|indeed|affirmative|that would be (?:great|good|fine|lovely)|no problem|why not|that's it|i do|i would|it is)\b"
)
_NO = re.compile(
    r"\b(?:no|nope|nah|not|wrong|incorrect|don't|do not|isn't|negative|never|rather not|know thanks|know thank you)\b|^know$"
)
_HARMLESS = re.compile(
    r"\b(?:no problem|not bad|why not|no worries|not at all|no that's (?:right|fine|correct|it|good))\b"
)
_ONLY_NO_MORE = re.compile(r"^(?:no )?that's (?:all|everything|it)\b")


def read_answer(text: str) -> bool | None:
    """Return yes or no from plain ``text``; a "no" anywhere outweighs a "yes"."""
    rest = _HARMLESS.sub("yes", text)
    if _NO.search(rest) or (_ONLY_NO_MORE.search(text) and not _YES.search(text)):
        return False
    return True if _YES.search(rest) else None


_DIGITS = {word: str(n) for word, n in CARDINALS.items() if n < 10} | {"oh": "0", "o": "0"}
_DIGIT = rf"(?:(?:double|triple) )?(?:{any_of(list(_DIGITS))}|\+?\d+)"
_RUN = re.compile(rf"\b(?:plus )?{_DIGIT}(?: {_DIGIT})*(?![\w:/])")


def read_phone(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield telephone numbers (at least 6 digits) and where they stand in plain ``text``."""
    for match in _RUN.finditer(text):
        digits = "".join(_figures(match.group().split()))
        if len(digits) >= 6:
            yield digits, match.start(), match.end()


def _figures(words: list[str]) -> Iterator[str]:
    times = 1
    for word in words:
        if word in {"double", "triple"}:
            times = 2 if word == "double" else 3
        elif word != "plus":
            yield _DIGITS.get(word, word.lstrip("+")) * times
            times = 1


_OPENING = re.compile(r"^(?:(?:yes|yeah|no|nope|ok|okay|sure|oh|well|please|actually|but) ?)+\b")


def without_answer(text: str) -> str:
    """Return plain ``text`` without the yes or no it opens with."""
    return _OPENING.sub("", text).strip()

"""One of several things, as people pick it: by its name, by another word for it, or by its place ("the second one").

A choice is read by the words of its list, the longest first, so that "large" in "extra large" is not what was said.
"""

import re
from collections.abc import Iterator

from switchroom.flow.words import ORDINALS, number, plain

Choices = tuple[tuple[str, tuple[str, ...]], ...]
"""Each thing by its name, with other words for it, in the order in which they are offered."""

_PLACE = re.compile(r"\b(?:number|option|choice) (?P<count>\w+)\b|\bthe (?P<nth>\w+)(?: one| option| choice)?\b")


def phrases(choices: Choices) -> Iterator[tuple[str, str]]:
    """Yield every wording and what it picks, the longest first."""
    known = {plain(word): name for name, words in choices for word in (name.replace("_", " "), *words)}
    yield from sorted(known.items(), key=lambda entry: -len(entry[0]))


def read_choices(text: str, choices: Choices) -> Iterator[tuple[str, int, int]]:
    """Yield what is picked by name, and where, in plain ``text``."""
    taken: list[tuple[int, int]] = []
    for wording, name in phrases(choices):
        for match in re.finditer(rf"(?<![\w']){re.escape(wording)}(?![\w'])", text) if wording else ():
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                yield name, match.start(), match.end()


def read_places(text: str, choices: Choices) -> Iterator[tuple[str, int, int]]:
    """Yield what is picked by its place in the list: "the last one", "number two"."""
    names = [name for name, _ in choices]
    for match in _PLACE.finditer(text):
        place = _place(match.group("count") or "", match.group("nth") or "", len(names))
        if 0 < place <= len(names):
            yield names[place - 1], match.start(), match.end()


def _place(count: str, nth: str, last: int) -> int:
    return last if nth == "last" else number(count) or ORDINALS.get(nth, 0)


def typed_choice(digits: str, choices: Choices) -> str | None:
    """Return what a key picks: 1 for the first."""
    names = [name for name, _ in choices]
    return names[int(digits) - 1] if digits.isdigit() and digits.isascii() and 0 < int(digits) <= len(names) else None

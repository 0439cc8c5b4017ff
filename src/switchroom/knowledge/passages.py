"""Cutting a document into passages: what is found, told to the model, and cited.

A passage is some sentences of one section, never of two, so that its heading and page are true of all of it. The last
sentence of one is the first of the next: what is said across a cut is still found.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from switchroom.knowledge.reading import Section

LENGTH = 700
"""Letters of a passage, about: four or five sentences, which a model reads in no time and a caller could bear to hear."""
_LONGEST_SENTENCE = 1200
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)")
_SENTENCE = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\sa-z])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document."""

    heading: str
    text: str
    page: int = 0


def cut(sections: Iterable[Section], length: int = LENGTH) -> list[Passage]:
    """Return the passages of a document, each about ``length`` letters."""
    return [Passage(section.heading, text, section.page) for section in sections for text in _cut(section.text, length)]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, white space made single. An entry of a list counts as one."""
    found = []
    for paragraph in _PARAGRAPH.split(text):
        flat = " ".join(paragraph.split())
        found += [sentence for sentence in _SENTENCE.split(flat) if sentence]
    return found


def _cut(text: str, length: int) -> Iterator[str]:
    taken: list[str] = []
    size, fresh = 0, False
    for sentence in _bounded(text):
        if fresh and size + len(sentence) > length:
            yield " ".join(taken)
            taken = taken[-1:] if len(taken[-1]) <= length // 3 else []
            size, fresh = sum(map(len, taken)), False
        taken.append(sentence)
        size, fresh = size + len(sentence), True
    if fresh:
        yield " ".join(taken)


def _bounded(text: str) -> Iterator[str]:
    """Yield the sentences, those without end divided between words."""
    for sentence in sentences(text):
        rest = sentence
        while len(rest) > _LONGEST_SENTENCE:
            end = rest.rfind(" ", 1, _LONGEST_SENTENCE)
            end = end if end > 0 else _LONGEST_SENTENCE
            yield rest[:end]
            rest = rest[end:].strip()
        yield rest

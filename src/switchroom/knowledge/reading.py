"""Reading a document: bytes of a known kind in, sections of plain text out.

Run as a program (``python -m switchroom.knowledge.reading KIND BYTES``, with so much memory) it reads standard input and
writes JSON: a document comes from outside, and one that takes all memory or never ends must take down nothing but itself.
"""

import io
import json
import re
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from switchroom.errors import Invalid

KINDS: Mapping[str, str] = {
    "text/markdown": "md",
    "text/plain": "txt",
    "text/html": "html",
    "application/pdf": "pdf",
}
"""What can be read, by media type, with the ending that its files usually have."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_MARKUP = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),  # a picture is its description
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|`)([^`*]+?)\1"), r"\2"),
)
_NOT_CONTENT = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg", "iframe")
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = (*_LEVELS, "p", "li", "td", "th", "dt", "dd", "pre", "blockquote", "figcaption")


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading. ``heading`` is the path to it ("Menu > Desserts"), ``page`` counts from 1; 0 where there are none."""

    heading: str
    text: str
    page: int = 0


def kind_of(name: str, declared: str = "") -> str:
    """Return the media type of a file, by what was declared or by the ending of its name. Raises Invalid."""
    declared = declared.partition(";")[0].strip().lower()
    if declared in KINDS:
        return declared
    ending = name.rpartition(".")[2].lower()
    by_ending = {ending: kind for kind, ending in KINDS.items()} | {"markdown": "text/markdown", "htm": "text/html"}
    if ending in by_ending:
        return by_ending[ending]
    known = ", ".join(f".{ending}" for ending in KINDS.values())
    raise Invalid(f"{name or 'the document'} is not of a kind that can be read: give one of {known}", code="kind")


def read(content: bytes, kind: str) -> list[Section]:
    """Return the sections of a document that have text, in order. Raises Invalid, saying what is wrong with it."""
    sections = [section for section in _READERS[kind](content) if section.text.strip()]
    if not sections:
        hint = "; a scan has pictures of text: run it through text recognition first" if kind.endswith("pdf") else ""
        raise Invalid(f"there is no text in the document{hint}", code="empty_document")
    return sections


def _decoded(content: bytes) -> str:
    """Return the text in the encoding it says it has, or most probably has."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _plain(content: bytes) -> Iterator[Section]:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("this is not a text file: it has bytes of zero in it", code="not_text")
    yield Section("", _decoded(content))


def _markdown(content: bytes) -> Iterator[Section]:
    outline = _Outline()
    fenced = False
    for line in _decoded(content).splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            outline.add(line if fenced else _bare(line))
            continue
        yield outline.section()
        outline.enter(len(heading[1]), _bare(heading[2]))
    yield outline.section()


def _bare(line: str) -> str:
    for pattern, kept in _MARKUP:
        line = pattern.sub(kept, line)
    return line


def _html(content: bytes) -> Iterator[Section]:
    from bs4 import BeautifulSoup  # noqa: PLC0415 - only whoever reads a page pays for it

    page = BeautifulSoup(content, "html.parser")
    for tag in page.find_all(_NOT_CONTENT):
        tag.decompose()
    for tag in page.find_all("br"):
        tag.replace_with("\n")
    outline = _Outline()
    if page.title is not None and page.title.get_text(strip=True):
        outline.enter(0, page.title.get_text(" ", strip=True))
    for tag in page.find_all(_BLOCKS):
        if tag.find(_BLOCKS) is not None:
            continue  # its parts come by themselves
        text = " ".join(tag.get_text().split())
        if tag.name in _LEVELS:
            yield outline.section()
            outline.enter(_LEVELS[tag.name], text)
        else:
            outline.add(text)
    if not outline.seen:
        outline.add(page.get_text("\n", strip=True))
    yield outline.section()


class _Outline:
    """Where a reader is among the headings, and what it has collected there."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []
        self._lines: list[str] = []
        self.seen = False

    def enter(self, level: int, heading: str) -> None:
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, heading))

    def add(self, line: str) -> None:
        self.seen |= bool(line.strip())
        self._lines.append(line)

    def section(self) -> Section:
        """Return what was collected under the present heading, and begin anew."""
        lines, self._lines = self._lines, []
        return Section(" > ".join(heading for _, heading in self._path), "\n".join(lines).strip())


def _pdf(content: bytes) -> Iterator[Section]:
    from pypdf import PdfReader  # noqa: PLC0415 - only whoever reads a PDF pays for it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        document = PdfReader(io.BytesIO(content))
        if document.is_encrypted and not document.decrypt(""):
            raise Invalid("the PDF is locked with a password: save it without one", code="locked_document")
        for number, page in enumerate(document.pages, 1):
            yield Section("", page.extract_text(), number)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(f"the PDF cannot be read: {error}", code="broken_document") from error


_READERS: Mapping[str, Callable[[bytes], Iterator[Section]]] = {
    "text/markdown": _markdown,
    "text/plain": _plain,
    "text/html": _html,
    "application/pdf": _pdf,
}


def _main(kind: str, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        found: object = [asdict(section) for section in read(sys.stdin.buffer.read(), kind)]
    except Invalid as error:
        found = {"code": error.code, "message": str(error)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))

"""A logo as somebody uploads it: known by its first bytes, not by what it says it is; an SVG is written anew from what is harmless.

Of an SVG only drawing is kept. Scripts, links, styles with addresses, foreign content and anything that is fetched from elsewhere
are left out, and a document type is refused: it could be a bomb of entities.
"""

import hashlib
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from switchroom.errors import Invalid

LARGEST = 512 * 1024

_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    {
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "desc",
        "defs", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "symbol",
    }
)  # fmt: skip
_FETCHES = re.compile(r"url\s*\(\s*['\"]?(?!#)|@import|expression|javascript:|\\", re.IGNORECASE)
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, ready to be served."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """What tells it from others."""
        return hashlib.sha256(self.content).hexdigest()[:32]


def examine(content: bytes) -> Logo:
    """Return the logo. Raises Invalid for what is too large, no picture, or no SVG that can be read."""
    if len(content) > LARGEST:
        raise Invalid(f"the logo has {len(content)} bytes: {LARGEST} are the most")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Logo("image/png", content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Logo("image/webp", content)
    if b"<svg" in content[:2000]:
        return Logo("image/svg+xml", _harmless(content))
    raise Invalid("a logo is a PNG, WebP or SVG file")


def _harmless(content: bytes) -> bytes:
    if re.search(rb"<!(DOCTYPE|ENTITY)|\x00", content, re.IGNORECASE):
        raise Invalid("the SVG has a document type: save it without one")
    try:
        root = ElementTree.fromstring(content.decode())  # noqa: S314 - without a document type there are no entities
    except (ElementTree.ParseError, ValueError) as error:
        raise Invalid(f"the SVG cannot be read: {error}") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise Invalid('the SVG lacks its namespace: its first element is <svg xmlns="http://www.w3.org/2000/svg">')
    ElementTree.register_namespace("", _SVG)
    return bytes(ElementTree.tostring(_drawing(root, 0), encoding="utf-8", xml_declaration=True))


def _drawing(element: ElementTree.Element, depth: int) -> ElementTree.Element:
    if depth > _DEEPEST:
        raise Invalid("the SVG is nested too deeply: draw it more simply")
    kept = ElementTree.Element(element.tag, {name: value for name, value in element.items() if _draws(name, value)})
    kept.text, kept.tail = element.text, element.tail
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(f"{{{_SVG}}}") in _ELEMENTS:
            kept.append(_drawing(child, depth + 1))
    return kept


def _draws(name: str, value: str) -> bool:
    return not name.startswith(("{", "on")) and name.lower() != "href" and not _FETCHES.search(value)

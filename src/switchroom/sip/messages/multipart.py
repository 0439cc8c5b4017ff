"""Bodies of several parts (RFC 5621): the session description is found among them, whatever else a carrier packs with it.

ISUP, a location or recording metadata lie beside the description in multipart/mixed; multipart/alternative says the same thing
several times, the best last. A part that we do not know is left unread unless it says itself that it must be understood.
``parts`` is total: what is no multipart body has no parts.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from switchroom.sip.messages.grammar import Malformed, params
from switchroom.sip.messages.headers import Headers

MAX_PARTS = 32
MAX_DEPTH = 3

_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,\-./:=? ]{0,69}[A-Za-z0-9'()+_,\-./:=?]")  # RFC 2046 §5.1.1


@dataclass(frozen=True, slots=True)
class Part:
    """One part that is no multipart itself. ``kind`` is its media type; ``required`` whether we must understand it."""

    kind: str
    body: bytes
    disposition: str = ""
    required: bool = False

    @property
    def is_description(self) -> bool:
        """Whether it describes the session: an early one is something else (RFC 3959)."""
        return self.kind == "application/sdp" and self.disposition in ("", "session")


def parts(content_type: str, body: bytes) -> list[Part]:
    """Return the parts of a body in order, those of nested multiparts in their places; of alternatives the one to use."""
    return list(_parts(content_type, body, MAX_DEPTH))[:MAX_PARTS]


def description(content_type: str, body: bytes) -> bytes | None:
    """Return the session description in a body of several parts."""
    return next((part.body for part in parts(content_type, body) if part.is_description), None)


def _parts(content_type: str, body: bytes, depth: int) -> Iterator[Part]:
    kind, boundary = _read_type(content_type)
    if not kind.startswith("multipart/") or depth == 0 or _BOUNDARY.fullmatch(boundary) is None:
        return
    found: list[list[Part]] = []
    for headers, inner in _pieces(boundary.encode(), body):
        own = headers.get("content-type", "text/plain")
        if own.strip().lower().startswith("multipart/"):
            found.append(list(_parts(own, inner, depth - 1)))
        else:
            found.append([_part(headers, own, inner)])
    if kind == "multipart/alternative":
        usable = [piece for piece in found if any(part.is_description for part in piece)]
        found = usable[-1:] or found[-1:]  # the last that we understand is the best (RFC 2046 §5.1.4)
    for piece in found:
        yield from piece


def _pieces(boundary: bytes, body: bytes) -> Iterator[tuple[Headers, bytes]]:
    delimiter = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$")
    start = -1
    for count, match in enumerate(delimiter.finditer(body)):
        if start >= 0:
            yield _open(body[start : match.start()])
        start = match.end() + 1
        if match.group(1) or count >= MAX_PARTS:
            return
    if start >= 0:
        yield _open(body[start:])  # the last delimiter was cut off


def _open(piece: bytes) -> tuple[Headers, bytes]:
    """Split a part into its headers and its content; the line end before the delimiter belongs to that."""
    piece = piece.removesuffix(b"\n").removesuffix(b"\r")
    if piece[:2] == b"\r\n" or piece[:1] == b"\n":
        return Headers(), piece.partition(b"\n")[2]
    head, gap, content = piece.partition(b"\r\n\r\n")
    if not gap:
        head, _, content = piece.partition(b"\n\n")
    pairs = (line.partition(":") for line in head.decode("utf-8", "replace").splitlines())
    return Headers.of((name.strip(), value.strip()) for name, _, value in pairs), content


def _part(headers: Headers, content_type: str, content: bytes) -> Part:
    disposition, _, more = headers.get("content-disposition", "").partition(";")
    required = "handling=required" in more.replace(" ", "").lower()
    kind = content_type.partition(";")[0].strip().lower() or "text/plain"
    return Part(kind, _decoded(headers, content), disposition.strip().lower(), required)


def _decoded(headers: Headers, content: bytes) -> bytes:
    if headers.get("content-transfer-encoding", "").strip().lower() != "base64":
        return content
    try:
        return b64decode(content)
    except binascii.Error:
        return b""


def _read_type(content_type: str) -> tuple[str, str]:
    kind, semicolon, tail = content_type.partition(";")
    try:
        boundary = params(semicolon + tail).get("boundary") or ""
    except Malformed:
        boundary = ""
    return kind.strip().lower(), boundary

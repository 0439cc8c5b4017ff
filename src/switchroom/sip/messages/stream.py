"""SIP messages out of a byte stream (RFC 3261 §18.3): the header ends at an empty line, Content-Length says where the body does.

Between messages a double CRLF is a ping to be answered by a single CRLF, which is the pong (RFC 5626 §4.4.1).
Limits make a stream that is no SIP end early: more header or body than allowed is a StreamFault, after which the
connection is to be closed. ``message.parse`` keeps the same limits for what needs no framing.
"""

import re
from dataclasses import dataclass, field

MAX_HEADER = 32_768
MAX_BODY = 65_536
MAX_MESSAGE = MAX_HEADER + MAX_BODY

_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_CONTENT_LENGTH = re.compile(rb"(?:\A|\n)(?:content-length|l)[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?(?=\n|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with ``PONG``."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Our ping was answered."""


@dataclass(frozen=True, slots=True)
class StreamFault:
    """The stream cannot be followed any further. ``head`` is what there is of a message that is too long, to refuse it by."""

    reason: str
    head: bytes = field(default=b"", compare=False)


PING = b"\r\n\r\n"
PONG = b"\r\n"

Framed = bytes | Ping | Pong | StreamFault


class StreamFraming:
    """Cuts one connection's bytes into messages. After a StreamFault nothing more comes out."""

    def __init__(self, max_header: int = MAX_HEADER, max_body: int = MAX_BODY) -> None:
        self._max_header = max_header
        self._max_body = max_body
        self._buffer = bytearray()
        self._scanned = 0
        self._needed = 0
        self._broken = False

    def feed(self, data: bytes) -> list[Framed]:
        """Take what the connection gave and return what became complete, in order."""
        if self._broken:
            return []
        self._buffer += data
        found: list[Framed] = []
        while (item := self._next()) is not None:
            found.append(item)
            if isinstance(item, StreamFault):
                self._broken = True
                self._buffer.clear()
                break
        return found

    def _next(self) -> Framed | None:
        buffer = self._buffer
        if buffer.startswith(PING):
            del buffer[:4]
            return Ping()
        if buffer.startswith(PONG) and len(buffer) > 2 and buffer[2:3] != b"\r":
            del buffer[:2]
            return Pong()
        if not buffer or buffer[:1] == b"\r":
            return self._pong_at_end()
        return self._message()

    def _pong_at_end(self) -> Framed | None:
        # A single CRLF may be a pong or the first half of a ping. Nobody waits for a pong to arrive at once, and a ping cut in
        # half is completed by the next segment, so the half waits.
        if len(self._buffer) >= 4 or (len(self._buffer) > 1 and self._buffer[:2] != PONG):
            return StreamFault("stray carriage return")
        return None

    def _message(self) -> Framed | None:
        if not self._needed and (fault := self._measure()) is not None:
            return fault
        if not self._needed or len(self._buffer) < self._needed:
            return None
        message = bytes(self._buffer[: self._needed])
        del self._buffer[: self._needed]
        self._needed = self._scanned = 0
        return message

    def _measure(self) -> StreamFault | None:
        end = _EMPTY_LINE.search(self._buffer, max(0, self._scanned - 3))
        if end is None:
            self._scanned = len(self._buffer)
            return self._too_long() if len(self._buffer) > self._max_header else None
        if end.end() > self._max_header:
            return self._too_long()
        length = _CONTENT_LENGTH.search(self._buffer[: end.start()])
        # RFC 3261 §20.14 makes Content-Length mandatory on streams; without it a body cannot be told from the next message.
        size = int(length.group(1)) if length else 0
        if size > self._max_body:
            return StreamFault("body too long", bytes(self._buffer[: end.end()]))
        self._needed = end.end() + size
        return None

    def _too_long(self) -> StreamFault:
        return StreamFault("header too long", bytes(self._buffer[: self._max_header + 1]))

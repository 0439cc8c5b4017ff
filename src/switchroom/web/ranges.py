"""One range of bytes out of a whole (RFC 9110 §14): what is asked for, what is answered, and what cannot be."""

import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response, StreamingResponse

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """No byte of the range is there."""


def asked(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the range as start and end (not included); None for the whole, which also answers what cannot be read.

    Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch((header or "").strip().lower())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None  # no range at all
    if start >= end:
        raise Unsatisfiable
    return start, end


def ranged(
    headers: Mapping[str, str], size: int, etag: str, read: Callable[[int, int], AsyncIterator[bytes]], kind: str
) -> Response:
    """Answer a request for what has ``size`` bytes, which ``read`` gives; ``etag`` with its quotes."""
    usual = {"accept-ranges": "bytes", "etag": etag}
    if headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=usual)
    fresh = headers.get("if-range") in (None, etag)
    try:
        span = asked(headers.get("range"), size) if fresh else None
    except Unsatisfiable:
        return Response(status_code=416, headers={**usual, "content-range": f"bytes */{size}"})
    start, end = span or (0, size)
    usual["content-length"] = str(end - start)
    if span is not None:
        usual["content-range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if span is None else 206
    return StreamingResponse(read(start, end), status, headers=usual, media_type=kind)

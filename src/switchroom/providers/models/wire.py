"""The HTTP client of a model: warm, impatient, and able to hang up.

A vendor's library passes a stream through several generators; closing the outermost leaves the connection to whenever the
innermost is collected, and the vendor writes on at our cost. So the client notes every answer that opens, and who asked closes it.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

import httpx2

CONNECT = 3.0
"""Seconds in which a connection must stand: a caller waits."""

WARM = 120.0
"""So long a connection nobody uses is kept: longer than callers think."""

_opened: ContextVar[list[httpx2.Response] | None] = ContextVar("answers opened by this request", default=None)


@asynccontextmanager
async def open_client(silence: float) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client that gives up after ``silence`` seconds without a byte; closed at the end with all its connections."""
    limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=WARM)
    timeout = httpx2.Timeout(silence, connect=CONNECT, pool=CONNECT)
    async with httpx2.AsyncClient(timeout=timeout, limits=limits, event_hooks={"response": [_note]}) as client:
        yield client


@contextmanager
def noting(answers: list[httpx2.Response]) -> Iterator[None]:
    """Put every answer that opens within into ``answers``."""
    token = _opened.set(answers)
    try:
        yield
    finally:
        _opened.reset(token)


async def _note(response: httpx2.Response) -> None:
    answers = _opened.get()
    if answers is not None:
        answers.append(response)

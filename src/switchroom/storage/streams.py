"""Redis Streams as we use them: short-lived JSON messages between processes, each stream trimmed as it grows.

Nothing is kept here that is not in the database too, or soon worthless: so a server that is away costs time and no data. Whatever
the client raises becomes Unavailable, code ``redis``.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from switchroom.errors import Unavailable

PREFIX = "switchroom:"
WAIT = 2.0
"""Seconds that a reader waits at the server for something new."""

_CONNECT = 2.0
_SOCKET = 5.0  # more than a reader waits


@dataclass(frozen=True, slots=True)
class Received:
    """A message: ``id`` grows within its stream, ``at`` is the server's time when it came, in seconds."""

    id: str
    at: float
    data: Mapping[str, object]


class Streams:
    """A client. Every method raises Unavailable, and is safe to cancel."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis  # noqa: PLC0415 - the client is loaded where there is a server
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            protocol=2,
            socket_timeout=_SOCKET,
            socket_connect_timeout=_CONNECT,
            retry=Retry(NoBackoff(), 0),  # who uses this tries again, and says so
        )

    async def add(self, stream: str, data: Mapping[str, object], *, most: int, keep: float = 0.0) -> None:
        """Append a message to a stream of about ``most``; with ``keep``, the stream is forgotten so long after its last one."""
        with _ours():
            await self._redis.xadd(PREFIX + stream, {"json": json.dumps(data)}, maxlen=most, approximate=True)
            if keep:
                await self._redis.expire(PREFIX + stream, int(keep))

    async def last(self, stream: str) -> str:
        """Return the id of the newest message; whoever reads after it hears all that follow."""
        with _ours():
            found: Any = await self._redis.xrevrange(PREFIX + stream, count=1)
        return str(found[0][0]) if found else "0-0"

    async def read(self, stream: str, after: str, *, most: int = 100) -> list[Received]:
        """Return what follows ``after``; nothing if nothing came for ``WAIT`` seconds."""
        with _ours():
            return _received(await self._redis.xread({PREFIX + stream: after}, count=most, block=int(WAIT * 1000)))

    async def open_group(self, stream: str, group: str) -> None:
        """Make a group of readers that share a stream, from its beginning, unless it is there."""
        try:
            with _ours():
                await self._redis.xgroup_create(PREFIX + stream, group, id="0", mkstream=True)
        except Unavailable as error:
            if not str(error.__cause__).startswith("BUSYGROUP"):
                raise

    async def read_as(self, stream: str, group: str, reader: str, *, most: int = 100) -> list[Received]:
        """Return what nobody of the group has read yet; it is ours until ``done``."""
        with _ours():
            found = await self._redis.xreadgroup(
                group, reader, {PREFIX + stream: ">"}, count=most, block=int(WAIT * 1000)
            )
        return _received(found)

    async def claim(self, stream: str, group: str, reader: str, *, idle: float = 0.0) -> list[Received]:
        """Return what another reader has left undone for ``idle`` seconds: it is ours now."""
        claimed: list[Received] = []
        start: str = "0-0"
        with _ours():
            while True:
                found: Any = await self._redis.xautoclaim(PREFIX + stream, group, reader, int(idle * 1000), start)
                start = str(found[0])
                claimed += _messages(found[1])
                if start == "0-0":
                    return claimed

    async def done(self, stream: str, group: str, ids: Iterable[str]) -> None:
        """Say that these are dealt with."""
        if named := tuple(ids):
            with _ours():
                await self._redis.xack(PREFIX + stream, group, *named)

    async def pending(self, stream: str, group: str) -> int:
        """Return how many are read and not done."""
        with _ours():
            found: Any = await self._redis.xpending(PREFIX + stream, group)
        return int(found["pending"])

    async def now(self) -> float:
        """Return the server's time in seconds."""
        with _ours():
            found: Any = await self._redis.time()
        seconds, micros = found
        return float(seconds) + float(micros) / 1e6

    async def remove(self, stream: str) -> None:
        """Forget a stream."""
        with _ours():
            await self._redis.delete(PREFIX + stream)

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()


def _received(answer: Any) -> list[Received]:
    return [message for _stream, entries in answer or () for message in _messages(entries)]


def _messages(entries: Any) -> list[Received]:
    return [
        Received(str(id_), int(str(id_).partition("-")[0]) / 1000, json.loads(fields["json"]))
        for id_, fields in entries
        if fields
    ]


@contextmanager
def _ours() -> Iterator[None]:
    """Translate errors; and be cancelled where the client was: it loses a cancellation that comes as it begins a command."""
    from redis.exceptions import RedisError  # noqa: PLC0415

    task = asyncio.current_task()
    before = 0 if task is None else task.cancelling()
    try:
        yield
    except (RedisError, OSError) as error:
        raise _away(error) from error
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"Redis cannot be used: {error}; look at SWITCHROOM_REDIS_URL and at the server", code="redis")

"""One attempt: the bytes go to the address that was checked, and what comes back is read a little and judged.

    answer                       verdict
    2xx                          TAKEN
    410                          GONE: nobody is there any more, the endpoint is switched off
    everything else, no answer   REFUSED: tried again; Retry-After says when at the earliest

Redirects are not followed: an endpoint that moved is told to us by its owner, not by whoever answers there.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from urllib.parse import urlsplit

import h11

from switchroom.egress import Resolve, address_for, resolve
from switchroom.errors import SwitchroomError
from switchroom.hooks.connection import Connection, Place, Reply, connect

CONNECT, TOTAL = 5.0, 15.0
"""Time limits of an attempt, seconds."""

KEEP_ALIVE = 30.0
"""How long a connection without a request is kept, seconds."""

ADDRESS_KEPT = 60.0
"""How long an address that was checked is used without asking again, seconds."""

_GONE = 410


class Verdict(Enum):
    """What an attempt came to."""

    TAKEN = "taken"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, if anything did; ``took`` and ``retry_after`` in seconds."""

    verdict: Verdict
    status: int | None
    took: float
    excerpt: str = ""
    problem: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an endpoint may be: private addresses, plain HTTP; how names are resolved."""

    private: bool = False
    resolve: Resolve = resolve


class Sender:
    """Posts to one URL. It has its own connections: one that was opened for another name at the same address proves nothing."""

    def __init__(self, url: str, reach: Reach) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}".encode()
        self._shared = (
            (b"host", parts.netloc.encode()),
            (b"content-type", b"application/json"),
            (b"user-agent", b"Switchroom-Webhooks/1"),
        )
        self._reach = reach
        self._idle: list[tuple[Connection, float]] = []
        self._checked: tuple[str, float] | None = None
        self._retired = False

    async def post(self, body: bytes, headers: Mapping[str, str], wall: float) -> Answer:
        """Send once and return what came of it. Safe to cancel: the receiver may have it all the same."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(TOTAL):
                reply = await self._exchange(body, headers, began)
        except TimeoutError:
            return _refused(f"no answer within {TOTAL:g} seconds", began)
        except SwitchroomError as error:
            return _refused(str(error), began)
        except h11.ProtocolError as error:
            return _refused(f"what was answered is no HTTP: {error}"[:300], began)
        except (OSError, ssl.SSLError) as error:
            self._checked = None
            return _refused(f"could not be reached: {str(error) or type(error).__name__}"[:300], began)
        return _judged(reply, wall, time.perf_counter() - began)

    def close(self) -> None:
        """Close the connections; those with a request on them follow when it is answered."""
        self._retired = True
        while self._idle:
            self._idle.pop()[0].close()

    async def _exchange(self, body: bytes, headers: Mapping[str, str], now: float) -> Reply:
        fields = [
            *self._shared,
            (b"content-length", str(len(body)).encode()),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
        connection = self._kept(now)
        if connection is not None:
            try:
                return await self._over(connection, fields, body)
            except (h11.RemoteProtocolError, ConnectionError):
                if connection.heard:
                    raise  # otherwise it was closed while nobody looked, and a new one is tried
        return await self._over(await self._opened(now), fields, body)

    async def _over(self, connection: Connection, fields: Sequence[tuple[bytes, bytes]], body: bytes) -> Reply:
        try:
            reply = await connection.post(self._target, fields, body)
        finally:
            if not connection.good or self._retired:
                connection.close()
        if connection.good and not self._retired:
            self._idle.append((connection, time.perf_counter() + KEEP_ALIVE))
        return reply

    def _kept(self, now: float) -> Connection | None:
        """Return the connection that was used last, if it still can be; those that cannot be any more are closed."""
        while self._idle:
            connection, until = self._idle.pop()
            if now < until and connection.idle():
                return connection
            connection.close()
        return None

    async def _opened(self, now: float) -> Connection:
        try:
            async with asyncio.timeout(CONNECT):
                address = await self._address(now)
                return await connect(Place(address, self._port, self._host if self._secure else ""))
        except TimeoutError as error:
            raise OSError(f"no connection within {CONNECT:g} seconds") from error

    async def _address(self, now: float) -> str:
        """Return an address that may be reached; one that was found to be is good for a while."""
        if self._checked is None or now >= self._checked[1]:
            reach = self._reach
            setting = "SWITCHROOM_WEBHOOKS__PRIVATE"
            found = await address_for(self._host, self._port, reach.resolve, private=reach.private, setting=setting)
            self._checked = (found, now + ADDRESS_KEPT)
        return self._checked[0]


def _judged(reply: Reply, wall: float, took: float) -> Answer:
    status = reply.status
    if 200 <= status < 300:
        return Answer(Verdict.TAKEN, status, took, reply.excerpt)
    problem = f"answered {status}"
    if 300 <= status < 400:
        problem += ": redirects are not followed, enter the new address"
    verdict = Verdict.GONE if status == _GONE else Verdict.REFUSED
    return Answer(verdict, status, took, reply.excerpt, problem, _retry_after(reply.retry_after, wall))


def _retry_after(value: str, wall: float) -> float | None:
    """Return the seconds of the header (RFC 9110, 10.2.3): a number, or a date."""
    if value.isdecimal():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.fromtimestamp(wall, UTC)).total_seconds())


def _refused(problem: str, began: float) -> Answer:
    return Answer(Verdict.REFUSED, None, time.perf_counter() - began, problem=problem)

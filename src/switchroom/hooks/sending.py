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
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache

import httpx

from switchroom.egress import Resolve, address_for, resolve
from switchroom.errors import SwitchroomError

CONNECT, TOTAL = 5.0, 15.0
"""Time limits of an attempt, seconds."""

EXCERPT, MOST_BYTES = 500, 65536
"""So many characters of an answer are kept, and so many bytes read before the connection is closed instead."""

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

    def __init__(self, url: str, reach: Reach, connections: int) -> None:
        self._url = httpx.URL(url)
        self._reach = reach
        self._port = self._url.port or (443 if self._url.scheme == "https" else 80)
        self._host = self._url.netloc.decode("ascii")
        self._transport = httpx.AsyncHTTPTransport(
            verify=_trust(),
            trust_env=False,
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30.0
            ),
        )
        self._address: tuple[str, float] | None = None
        self._active = 0
        self._retired = False

    async def post(self, body: bytes, headers: Mapping[str, str], wall: float) -> Answer:
        """Send once and return what came of it. Safe to cancel: the receiver may have it all the same."""
        began = time.perf_counter()
        self._active += 1
        try:
            async with asyncio.timeout(TOTAL):
                return await self._exchange(body, headers, wall, began)
        except TimeoutError:
            return _refused(f"no answer within {TOTAL:g} seconds", began)
        except SwitchroomError as error:
            return _refused(str(error), began)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ssl.SSLError) as error:
            self._address = None
            return _refused(_reason(error), began)
        finally:
            self._active -= 1
            if self._retired:
                await self.close()

    async def close(self) -> None:
        """Close the connections, as soon as the last attempt over them has come to its end."""
        self._retired = True
        if self._active == 0:
            await self._transport.aclose()

    async def _exchange(self, body: bytes, headers: Mapping[str, str], wall: float, began: float) -> Answer:
        request = httpx.Request(
            "POST",
            self._url.copy_with(host=await self._checked(began)),
            headers={
                "host": self._host,
                "content-type": "application/json",
                "user-agent": "Switchroom-Webhooks/1",
                "accept-encoding": "identity",
                **headers,
            },
            content=body,
            extensions={
                "sni_hostname": self._url.host,
                "timeout": {"connect": CONNECT, "read": TOTAL, "write": TOTAL, "pool": TOTAL},
            },
        )
        response = await self._transport.handle_async_request(request)
        try:
            excerpt = await _beginning(response)
        finally:
            await response.aclose()
        return _judged(response, excerpt, wall, time.perf_counter() - began)

    async def _checked(self, now: float) -> str:
        """Return an address that may be reached; one that was found to be is good for a while."""
        if self._address is None or now >= self._address[1]:
            host = self._url.host
            found = await address_for(
                host,
                self._port,
                self._reach.resolve,
                private=self._reach.private,
                setting="SWITCHROOM_WEBHOOKS__PRIVATE",
            )
            self._address = (found, now + ADDRESS_KEPT)
        return self._address[0]


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _judged(response: httpx.Response, excerpt: str, wall: float, took: float) -> Answer:
    status = response.status_code
    if response.is_success:
        return Answer(Verdict.TAKEN, status, took, excerpt)
    later = _retry_after(response.headers.get("retry-after", ""), wall)
    problem = f"answered {status}"
    if response.is_redirect:
        problem += ": redirects are not followed, enter the new address"
    return Answer(Verdict.GONE if status == _GONE else Verdict.REFUSED, status, took, excerpt, problem, later)


async def _beginning(response: httpx.Response) -> str:
    """Return the beginning of the answer, read to its end if that is near: then the connection can be used again."""
    taken = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        taken += chunk
        if len(taken) > MOST_BYTES:
            break
    return bytes(taken[: EXCERPT * 4]).decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT]


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


def _reason(error: Exception) -> str:
    words = str(error) or type(error).__name__
    return f"could not be reached: {words}"[:300]

"""What stands between a server and us on HTTP: whom we may reach, how much we take in, and what is remembered of an answer.

Whom we may reach is the rule of ``egress``; redirects to another host are not followed by the SDK. Nothing is read from proxies
of the environment.
"""

from collections.abc import AsyncIterator, Mapping

import httpx2

from switchroom.egress import Resolve, address_for, resolve
from switchroom.providers.mcp.noted import Noted

MOST_BYTES = 4 * 1024 * 1024
"""So long may one message of a server be."""

_PARTING: Mapping[str, Mapping[str, object]] = {
    "DELETE": {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 2.0)}
}
"""Saying goodbye to a server that hangs must not take long."""


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends requests to addresses that are allowed, and breaks off answers that are too long."""

    def __init__(self, *, private: bool, noted: Noted, resolve: Resolve = resolve) -> None:
        self._private = private
        self._noted = noted
        self._resolve = resolve
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises Denied for an address that may not be reached."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await address_for(host, port, self._resolve, private=self._private, setting="SWITCHROOM_MCP__PRIVATE")
        with_session = "mcp-session-id" in request.headers
        sent = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers={**request.headers, "accept-encoding": "identity"},
            stream=request.stream,
            extensions={**request.extensions, **_PARTING.get(request.method, {}), "sni_hostname": host},
        )
        response = await self._inner.handle_async_request(sent)
        self._noted.status = response.status_code
        self._noted.session_lost |= with_session and response.status_code == httpx2.codes.NOT_FOUND
        self._noted.session_doubtful = with_session and response.status_code == httpx2.codes.BAD_REQUEST
        return _bounded(response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _bounded(response: httpx2.Response) -> httpx2.Response:
    """Return an answer that ends with an error beyond MOST_BYTES; streams of events are bounded event by event elsewhere."""
    encoding = response.headers.get("content-encoding", "identity")
    streams = response.headers.get("content-type", "").startswith("text/event-stream")
    if streams and encoding == "identity":
        return response
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _BoundedStream(response.stream, 0 if encoding != "identity" else MOST_BYTES)
    return response


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self._inner:
            taken += len(chunk)
            if taken > self._most:
                why = (
                    f"it is longer than {self._most} bytes"
                    if self._most
                    else "it is compressed, and was asked not to be"
                )
                raise httpx2.StreamError(f"the answer cannot be taken: {why}")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()

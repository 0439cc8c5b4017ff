"""What stands between a server and us on HTTP: whom we may reach, how much we take in, and what is remembered of an answer.

A name is resolved here and the connection made to the address that was checked, so it cannot resolve to another one a moment
later; redirects to another host are not followed by the SDK. Nothing is read from proxies of the environment.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from switchroom.errors import Denied, Unavailable
from switchroom.providers.mcp.noted import Noted

MOST_BYTES = 4 * 1024 * 1024
"""So long may one message of a server be."""

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL = IPv6Network("2000::/3")
"""All that was ever given to networks of the public internet; what is outside is local or translates to an address that may be."""

_PARTING: Mapping[str, Mapping[str, object]] = {
    "DELETE": {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 2.0)}
}
"""Saying goodbye to a server that hangs must not take long."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host. Raises Unavailable."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable(f"the name {host!r} cannot be resolved: {error.strerror or error}", code="dns") from error
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Return whether an address is one of the public internet, also behind a transition mechanism of IPv6."""
    ip = ip_address(address.partition("%")[0])
    return all(
        one.is_global and not one.is_multicast and (isinstance(one, IPv4Address) or one in _GLOBAL)
        for one in _faces(ip)
    )


def _faces(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    if isinstance(ip, IPv4Address):
        return (ip,)
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in _NAT64:
        inner = IPv4Address(int(ip) & 0xFFFF_FFFF)
    return (inner,) if inner is not None else (ip,)


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
        address = await self._allowed(host, port)
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

    async def _allowed(self, host: str, port: int) -> str:
        addresses = await self._resolve(host, port)
        allowed = [address for address in addresses if self._private or is_public(address)]
        if not allowed or (len(allowed) < len(addresses)):
            message = (
                f"{host!r} is no address of the public internet: the operator may allow it with SWITCHROOM_MCP__PRIVATE"
            )
            raise Denied(message, code="private_address")
        return allowed[0]


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

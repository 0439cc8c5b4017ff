"""Servers on loopback that speak as the vendors' documentation says, and go wrong on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from aiohttp import web

PER_LETTER = 0.05
"""Seconds that a letter takes to be said by a server that speaks."""

CHUNK = 0.1
"""Seconds of one piece of its speech."""


@dataclass
class Faults:
    """What is wrong with a server. ``times``: with so many requests; then it is well."""

    refuse: int = 0
    retry_after: str = ""
    slow: float = 0.0
    drop: float | None = None
    """Break the connection after so many seconds of audio, heard or spoken."""
    garbage: bool = False
    silent: bool = False
    """Take everything and answer nothing."""
    times: int = 1_000_000

    def next(self) -> "Faults":
        """Return what is wrong with the next request."""
        self.times -= 1
        return self if self.times >= 0 else Faults()


@dataclass
class Scripted:
    """What every server has: faults, and what was asked of it."""

    faults: Faults = field(default_factory=Faults)
    requests: list[dict[str, str]] = field(default_factory=list)
    """The query and the headers of each request, in one."""
    key: str = "right"
    closed: int = 0
    """Connections that ended."""
    open: list[web.Request] = field(default_factory=list)
    pace: float = 0.0
    """Seconds between two pieces of speech."""
    sent: float = 0.0
    """Seconds of speech that went out."""

    def hang_up(self) -> None:
        """Break every connection."""
        while self.open:
            cut(self.open.pop())

    async def admit(self, request: web.Request, key: str) -> Faults:
        """Note the request. Raises the refusal, if there is one."""
        self.requests.append({**request.query, **request.headers})
        fault = self.faults.next()
        await asyncio.sleep(fault.slow)
        if key != self.key:
            raise web.HTTPUnauthorized(text='{"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}')
        if fault.refuse:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            response = web.Response(status=fault.refuse, headers=headers, text='{"err_msg": "the canary phrase"}')
            raise _Refused(response)
        return fault


class _Refused(Exception):
    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def tone(seconds: float, rate: int) -> bytes:
    """Return a tone of 400 Hz as PCM."""
    at = np.arange(round(seconds * rate)) / rate
    return (8000 * np.sin(2 * np.pi * 400 * at)).astype("<i2").tobytes()


@web.middleware
async def _refusing(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except _Refused as refused:
        return refused.response


def cut(request: web.Request) -> None:
    """Break the connection without a word."""
    assert request.transport is not None
    request.transport.abort()


@asynccontextmanager
async def serving(routes: list[web.RouteDef]) -> AsyncIterator[str]:
    """Serve; yields ``127.0.0.1:port``."""
    app = web.Application(middlewares=[_refusing])
    app.add_routes(routes)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    try:
        yield f"127.0.0.1:{address[1]}"
    finally:
        await runner.cleanup()

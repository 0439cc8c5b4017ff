"""The door to the MCP server: who asks is found out before anything is read, and the SDK is only imported when somebody comes.

``run`` owns what the SDK starts; it lives as long as the application. Requests stand by themselves (no sessions), so there is
nothing to stream to and nothing to end: GET and DELETE are answered with 405, as the protocol has it.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from switchroom.accounts.api_keys import PREFIX
from switchroom.errors import Denied, Unavailable
from switchroom.web.auth import bearer
from switchroom.web.services import services_of

WAIT = 20.0
"""Seconds that the first who comes may have to wait for the SDK."""


class _Manager(Protocol):
    def run(self) -> AbstractAsyncContextManager[None]: ...
    async def handle_request(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class McpDoor:
    """An ASGI application for one path."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()
        self._open = asyncio.Event()
        self._manager: _Manager | None = None

    async def run(self) -> None:
        """Serve whoever comes, until cancelled."""
        await self._wanted.wait()
        manager = (await asyncio.to_thread(_load))()
        async with manager.run():
            self._manager = manager
            self._open.set()
            await asyncio.Event().wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Raises Denied without an API key, Unavailable while the application starts or ends."""
        request = Request(scope, receive)
        request.state.asker = await self._asker(request)
        if request.method != "POST":
            await Response(status_code=405, headers={"allow": "POST"})(scope, receive, send)
            return
        await (await self._opened()).handle_request(scope, receive, send)

    async def _asker(self, request: Request) -> object:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip().startswith(PREFIX):
            message = "this needs an API key with the scope mcp: send Authorization: Bearer sk_..."
            raise Denied(message, code="unauthenticated")
        return await bearer(request, services_of(request), token.strip())

    async def _opened(self) -> _Manager:
        self._wanted.set()
        try:
            async with asyncio.timeout(WAIT):
                await self._open.wait()
        except TimeoutError as error:
            raise Unavailable("the MCP server does not run", code="not_running") from error
        assert self._manager is not None
        return self._manager


def _load() -> Callable[[], _Manager]:
    from switchroom.web.mcp.serving import manager  # noqa: PLC0415 - it imports the SDK

    return manager

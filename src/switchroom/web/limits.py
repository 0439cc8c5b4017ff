"""How much a request may bring, and how long it may keep us before the answer begins.

A body is counted as it comes, whatever its header says. What streams is limited only until its first byte; who holds a conversation
in one request has limits of their own.
"""

import asyncio

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchroom.errors import Unavailable
from switchroom.web.problems import answer, plain

USUAL = 1024 * 1024
"""Bytes of a body."""

LARGER = 64 * 1024 * 1024

_UPLOADS = ("/knowledge", "/hold-music", "/logo", "/mcp", "/flows")
"""What parts of a path say that something is uploaded, which its route then measures itself."""

BEGINS = 60.0
"""Seconds until the answer must have begun."""

_PATIENT = ("/agent/process", "/mcp", "/api/v1/calls/changes")


class Limits:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, begins: float = BEGINS) -> None:
        self._app = app
        self._begins = begins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGER if any(part in scope["path"] for part in _UPLOADS) else USUAL
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            timer.reschedule(None)
            await send(message)

        patient = any(scope["path"].startswith(path) for path in _PATIENT)
        try:
            async with asyncio.timeout(None if patient else self._begins) as timer:
                _declared(scope, most)
                await self._app(scope, _counted(receive, most), send_noted)
        except (HTTPException, TimeoutError) as error:
            if begun:
                raise
            await _refusal(Request(scope), error, self._begins)(scope, receive, send)


def _refusal(request: Request, error: HTTPException | TimeoutError, begins: float) -> Response:
    if isinstance(error, HTTPException):
        return plain(request, error.status_code, error.detail)
    return answer(request, Unavailable(f"this took longer than {begins:.0f} s: try again later", code="took_too_long"))


def _declared(scope: Scope, most: int) -> None:
    length = Headers(scope=scope).get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(most)


def _counted(receive: Receive, most: int) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise _too_large(most)
        return message

    return counted


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than {most // 1024} KiB: send less at once")

"""What every answer carries, and what is refused before it reaches a route.

A request that changes something is refused when the browser says that another site caused it (``Sec-Fetch-Site``, or
``Origin`` from a browser too old to say): that is all a form needs against forgery, and no page has to carry a secret.
"""

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchroom.errors import Denied
from switchroom.web.problems import answer

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_POLICY = (
    "default-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def policy(*, style_nonce: str = "") -> str:
    """Return what a page may load; style elements only with the nonce, if there is one."""
    styles = (f"style-src 'self' 'nonce-{style_nonce}'",) if style_nonce else ()
    return "; ".join((*_POLICY, *styles))


_HEADERS = {
    "content-security-policy": policy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        """``origins`` are web sites whose scripts may use the API with tokens of their own; never with our cookie."""
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _extra(scope):
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if scope["method"] not in _SAFE and _from_elsewhere(headers) and not self._invited(headers):
            error = Denied("this request was caused by another web site", code="cross_site")
            await answer(Request(scope), error)(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)

    def _invited(self, headers: Headers) -> bool:
        return headers.get("origin") in self._origins and "cookie" not in headers and "authorization" in headers


def shared_with(origins: Collection[str]) -> dict[str, Any]:
    """Return what other web sites' scripts may do: use the API by token, and read what it answers."""
    return {
        "allow_origins": list(origins),
        "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": ["authorization", "content-type", "idempotency-key", "switchroom-tenant"],
        "expose_headers": ["retry-after", "content-disposition"],
        "max_age": 600,
    }


def _extra(scope: Scope) -> Iterator[tuple[str, str]]:
    yield from _HEADERS.items()
    if scope["scheme"] == "https":
        yield "strict-transport-security", "max-age=31536000"
    if scope["path"].startswith("/static/"):
        yield "cache-control", "no-cache"  # ask each time; unchanged files cost one small answer
    else:
        yield "cache-control", "no-store"


def _from_elsewhere(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")

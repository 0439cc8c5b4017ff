"""Errors as an answer: RFC 9457 problem details for programs, a page for people."""

import math
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from switchroom.errors import Bug, Conflict, Denied, Invalid, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.web.templates import page

STATUSES: Mapping[type[SwitchroomError], int] = {
    NotFound: 404,
    Conflict: 409,
    Denied: 403,
    Invalid: 422,
    Limited: 429,
    Unavailable: 503,
    Bug: 500,
}
"""Every error's HTTP status, by its branch of the tree; here and nowhere else."""

_WHO_ARE_YOU = frozenset(
    {"unauthenticated", "bad_token", "token_expired", "signed_out", "bad_credentials", "key_revoked", "key_expired"}
)

_NO_TOKEN = frozenset({"unauthenticated", "bad_credentials"})


def status_of(error: SwitchroomError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, Denied) and error.code in _WHO_ARE_YOU:
        return 401
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def answer(request: Request, error: SwitchroomError, **more: object) -> Response:
    """Return the answer for an error; ``more`` are further members of the problem."""
    status = status_of(error)
    if wants_page(request):
        if status == HTTPStatus.UNAUTHORIZED:
            return RedirectResponse(f"/login?next={request.url.path}", status_code=303)
        return page(request, "error.html", {"status": status, "error": error}, status=status)
    return _problem(request, error, status, more)


def plain(request: Request, status: int, detail: str) -> Response:
    """Return the answer for what the framework itself refuses, such as a path that does not exist."""
    code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(status, "error")
    error = SwitchroomError(
        f"there is nothing at {request.url.path}" if status == HTTPStatus.NOT_FOUND else detail, code=code
    )
    if wants_page(request):
        return page(request, "error.html", {"status": status, "error": error}, status=status)
    return _problem(request, error, status, {})


def wants_page(request: Request) -> bool:
    """Return whether a person looks at the answer."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _problem(request: Request, error: SwitchroomError, status: int, more: Mapping[str, object]) -> Response:
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer" if error.code in _NO_TOKEN else 'Bearer error="invalid_token"'
    elif error.code == "scope":
        headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    if isinstance(error, Limited | Unavailable) and error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    body = problem(request, error, status) | dict(more)
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def problem(request: Request, error: SwitchroomError, status: int | None = None) -> dict[str, object]:
    """Return the problem details of an error, for where they are not an answer of their own."""
    status = status_of(error) if status is None else status
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error),
        "instance": request.url.path,
        "code": error.code,
        "retryable": error.retryable,
    }

"""What a browser keeps of a session: the access token for every page, the refresh token for ``/api/auth`` alone.

Scripts see neither. A program, which says no ``Origin``, keeps both by itself and gets no cookie.
"""

from starlette.requests import Request
from starlette.responses import Response

from switchroom.accounts.sessions import LIFETIME, SignedIn
from switchroom.accounts.tokens import LIFETIMES

COOKIE = "switchroom_session"
REFRESH = "switchroom_refresh"
REFRESH_PATH = "/api/auth"


def is_browser(request: Request) -> bool:
    """Return whether a browser asks: it says where its requests come from."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


def keep_access(response: Response, request: Request, token: str) -> None:
    """Give the browser an access token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIMES["access"]),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def keep(response: Response, request: Request, signed_in: SignedIn) -> None:
    """Give the browser both tokens."""
    keep_access(response, request, signed_in.access)
    response.set_cookie(
        REFRESH,
        signed_in.refresh,
        max_age=int(LIFETIME),
        path=REFRESH_PATH,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def forget(response: Response) -> None:
    """Take both away."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    response.delete_cookie(REFRESH, path=REFRESH_PATH, httponly=True, samesite="lax")

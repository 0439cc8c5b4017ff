"""Who asks: a browser by its session cookie, a program by its bearer token, which is of the same kind or an API key.

A cookie travels with requests that other sites cause, so those that change something are refused in ``guard`` when they
come from elsewhere; the voice socket takes no cookie at all but a token or a PIN.

Who administers or supervises a tenant may work for any tenant below it, which the header ``Switchroom-Tenant`` names by id or slug:
from there on the request is that tenant's. A tenant that is not below theirs does not exist for them.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.requests import HTTPConnection

from switchroom.accounts.api_keys import PREFIX
from switchroom.accounts.service import User
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied, NotFound
from switchroom.web import roles
from switchroom.web.scopes import authorise
from switchroom.web.services import Services, With
from switchroom.web.session_cookies import COOKIE, REFRESH, forget, keep_access

ACTING = "switchroom-tenant"
"""The header that says for whom somebody works, if not for their own tenant."""


def address_of(connection: HTTPConnection) -> str:
    """Return where the connection comes from, for counting failures."""
    return connection.client.host if connection.client is not None else "unknown"


async def asker(request: Request, services: With) -> Identity:
    """Return who asks, and for whom. Raises Denied, also by role and scope; Limited; NotFound for the tenant."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await bearer(request, services, token.strip())
    if cookie := request.cookies.get(COOKIE):
        return await acting(request, services, _person(request, services, cookie))
    raise Denied("log in first: POST /api/auth/login, then send Authorization: Bearer", code="unauthenticated")


async def bearer(request: Request, services: Services, token: str) -> Identity:
    """Return whose token or API key it is, and for whom. Raises what ``asker`` raises."""
    if not token.startswith(PREFIX):
        return await acting(request, services, _person(request, services, token))
    who = await services.keys.identify(token, address=address_of(request))
    request.state.asker = who
    authorise(who, request.method, request.scope["path"])
    return await acting(request, services, who)


async def acting(connection: HTTPConnection, services: Services, who: Identity) -> Identity:
    """Return who asks as the tenant that they ask for. Raises NotFound unless it is at or below theirs, Denied for agents."""
    wanted = connection.headers.get(ACTING, "").strip()
    if not wanted or wanted == who.tenant:
        return who
    tenant = await services.tenancy.acting(who.tenant, wanted)
    if tenant == who.tenant:
        return who
    roles.lead(who.role)
    found = replace(who, tenant=tenant, home=who.tenant)
    connection.state.asker = found
    return found


def _person(request: Request, services: Services, token: str) -> Identity:
    who = services.accounts.identify(token)
    request.state.asker = who
    roles.check(who.role, request.method, request.scope["path"])
    return who


async def viewer(request: Request, services: With) -> User | None:
    """Return who looks at a page; None if nobody is signed in."""
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return None
    try:
        who = services.accounts.identify(cookie)
        request.state.asker = who
        return await services.accounts.user(who.user)
    except (Denied, NotFound):
        return None


async def member(request: Request, user: Annotated[User | None, Depends(viewer)]) -> User:
    """Return who looks at a page that is not for everybody. Raises Denied."""
    if user is None:
        raise Denied("sign in to see this page", code="unauthenticated")
    roles.check(user.role, request.method, request.scope["path"])
    return user


def known(request: Request, user: User) -> None:
    """Say who has just proved who they are, for the audit log."""
    request.state.asker = Identity(user.id, user.tenant, user.role)


def stay(response: Response, request: Request, services: Services, user: User) -> None:
    """Let who looks at a page go on: a browser's session ends half an hour after the last page was looked at."""
    keep_access(response, request, services.accounts.token(user, session=request.state.asker.session))


async def sign_out(response: Response, request: Request, services: Services, refresh: str = "") -> None:
    """End the session that the request's token, or else ``refresh``, is of, and take the cookies away."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    access = token.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
    try:
        who = services.accounts.identify(access)
        request.state.asker = who
        await services.people.sessions.end(who.session)
    except Denied:  # it has expired: whoever holds the refresh token is the same
        await services.people.sessions.end_with(refresh or request.cookies.get(REFRESH, ""))
    forget(response)


Asker = Annotated[Identity, Depends(asker)]
Viewer = Annotated[User | None, Depends(viewer)]
Member = Annotated[User, Depends(member)]

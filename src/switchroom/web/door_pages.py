"""The pages at the door: signing in and out, and what the links of our mails lead to. They work without a script."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Header, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from switchroom.accounts.service import User
from switchroom.errors import Conflict, Denied, Invalid, Limited, SwitchroomError
from switchroom.mail.letters import spoken
from switchroom.web.api.second_steps import by_code
from switchroom.web.auth import Viewer, address_of, known, sign_out
from switchroom.web.branding import branded
from switchroom.web.problems import status_of
from switchroom.web.services import Services, With
from switchroom.web.session_cookies import keep
from switchroom.web.templates import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(branded)])

_Text = Annotated[str, Form(max_length=1024)]
_Next = Annotated[str, Form(alias="next", max_length=1024)]
_Token = Annotated[str, Query(max_length=200)]
_START = "/calls"


@router.get("/login")
async def login(request: Request, viewer: Viewer, next_: Annotated[str, Query(alias="next")] = _START) -> Response:
    """The form to sign in with."""
    if viewer is not None:
        return RedirectResponse(_local(next_), 303)
    return page(request, "login.html", {"next": _local(next_), "email": "", "problem": "", "note": ""})


@router.post("/login")
async def signed_in(request: Request, services: With, email: _Text, password: _Text, next_: _Next = _START) -> Response:
    """Sign in and go where one wanted to go, by way of a code if one is needed."""
    try:
        user = await services.accounts.log_in(email, password, address=address_of(request))
    except (Denied, Limited) as error:
        values = {"next": _local(next_), "email": email, "problem": str(error), "note": ""}
        return page(request, "login.html", values, status=429 if isinstance(error, Limited) else 401)
    if (await services.people.second_steps.of(user.id)).on:
        challenge = services.accounts.token(user, "second_step")
        return page(request, "code.html", {"next": _local(next_), "challenge": challenge, "problem": ""})
    return await _let_in(request, services, user, next_)


@router.post("/login/code")
async def second_step(
    request: Request, services: With, challenge: _Text, code: _Text, next_: _Next = _START
) -> Response:
    """Take the code of the second step."""
    try:
        user = await by_code(challenge, code, request, services)
    except (Denied, Limited) as error:
        values = {"next": _local(next_), "challenge": challenge, "problem": str(error)}
        return page(request, "code.html", values, status=429 if isinstance(error, Limited) else 401)
    return await _let_in(request, services, user, next_)


@router.post("/logout")
async def signed_out(request: Request, services: With) -> Response:
    """Sign out and go home."""
    response = RedirectResponse("/", 303)
    await sign_out(response, request, services)
    return response


@router.get("/invitation")
async def invitation(request: Request, services: With, token: _Token = "") -> Response:
    """The form to accept an invitation with."""
    return await _invited(request, services, token, "")


@router.post("/invitation")
async def accepted(request: Request, services: With, token: _Text, name: _Text, password: _Text) -> Response:
    """Become a user, signed in."""
    try:
        user = await services.people.invitations.accept(token, name, password, address=address_of(request))
    except (Invalid, Conflict) as error:
        return await _invited(request, services, token, str(error))
    return await _let_in(request, services, user, _START)


@router.get("/forgot-password")
async def forgot(request: Request) -> Response:
    """The form to ask for another password with."""
    return page(request, "forgot.html", {"asked": False, "problem": ""})


@router.post("/forgot-password")
async def asked(
    request: Request,
    services: With,
    later: BackgroundTasks,
    email: _Text,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Send a link to whoever has this address, and say the same whether there is anybody."""
    now = services.wall()
    try:
        services.people.resets.admit(email, now, address=address_of(request))
    except Limited as error:
        return page(request, "forgot.html", {"asked": False, "problem": str(error)}, status=429)
    later.add_task(services.people.resets.ask, email, spoken(accept_language), now)
    response = page(request, "forgot.html", {"asked": True, "problem": ""})
    response.background = later
    return response


@router.get("/password-reset")
async def reset(request: Request, token: _Token = "") -> Response:
    """The form to choose another password with."""
    return page(request, "reset.html", {"token": token, "problem": ""})


@router.post("/password-reset")
async def chosen(request: Request, services: With, token: _Text, password: _Text) -> Response:
    """Set another password, and ask to sign in with it."""
    now, address = services.wall(), address_of(request)
    try:
        known(request, await services.people.resets.use(token, password, now, address=address))
    except (Denied, Invalid, Limited) as error:
        return page(request, "reset.html", {"token": token, "problem": str(error)}, status=status_of(error))
    values = {"next": _START, "email": "", "problem": "", "note": "Your new password counts. Sign in with it."}
    return page(request, "login.html", values)


async def _invited(request: Request, services: Services, token: str, problem: str) -> Response:
    try:
        found, organisation = await services.people.invitations.shown(token, address=address_of(request))
    except SwitchroomError as error:
        values = {"gone": str(error), "status": status_of(error)}
        return page(request, "invitation.html", {"problem": "", "organisation": "", **values}, status=status_of(error))
    values = {"gone": "", "token": token, "email": found.email, "name": found.name}
    shown = {"organisation": organisation, "problem": problem, **values}
    return page(request, "invitation.html", shown, status=422 if problem else 200)


async def _let_in(request: Request, services: Services, user: User, next_: str) -> Response:
    response = RedirectResponse(_local(next_), 303)
    keep(response, request, await services.people.sessions.begin(user))
    known(request, user)
    return response


def _local(path: str) -> str:
    """Return ``path`` if it stays on this site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else _START

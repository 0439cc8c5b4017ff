"""The web application: routes, static files, and what becomes of an error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from switchroom.catalogue.flow_desk import FlowNotRunnable
from switchroom.errors import Bug, Invalid, SwitchroomError
from switchroom.hosting import hosting
from switchroom.observability import get_logger
from switchroom.web import problems
from switchroom.web.audited import AuditedApp
from switchroom.web.guard import Guard, shared_with
from switchroom.web.idempotency import Idempotency
from switchroom.web.limits import Limits
from switchroom.web.mcp.door import McpDoor
from switchroom.web.routes import routed
from switchroom.web.services import Services

log = get_logger(__name__)

_NO_TEXT = frozenset({"22021", "22P05"})  # PostgreSQL's codes: character not in repertoire, untranslatable character


def create_app(services: Services) -> FastAPI:
    """Return the application; it has no state of its own but ``services``."""
    door = McpDoor()

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        async with hosting(door.run()):
            yield

    app = routed(running, services.settings.role)
    app.state.services = services
    app.add_middleware(AuditedApp)  # within the next: an answer that is given again is no deed
    app.add_middleware(Idempotency)
    app.add_middleware(Limits)
    app.add_middleware(Guard, origins=services.settings.web.origins)
    if services.settings.web.origins:
        app.add_middleware(CORSMiddleware, **shared_with(services.settings.web.origins))
    app.add_exception_handler(SwitchroomError, _known)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(DBAPIError, _unstorable)
    app.add_exception_handler(Exception, _broken)
    if services.settings.role in ("engine", "worker"):
        return app  # neither pages nor API
    app.router.routes.append(Route("/mcp", door, include_in_schema=False))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, SwitchroomError)
    if isinstance(error, FlowNotRunnable):
        return problems.answer(request, error, problems=[asdict(problem) for problem in error.problems])
    return problems.answer(request, error)


def _unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [{"where": ".".join(map(str, part["loc"])), "what": part["msg"]} for part in error.errors()]
    detail = "; ".join(f"{part['where']}: {part['what']}" for part in found)
    return problems.answer(request, Invalid(f"the request cannot be used: {detail}"), errors=found)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # what the framework says of a body that is not in UTF-8
        return problems.answer(request, Invalid("the body cannot be read: it is not what its Content-Type says"))
    return problems.plain(request, error.status_code, str(error.detail))


def _unstorable(request: Request, error: Exception) -> Response:
    """Say of text that PostgreSQL cannot store, which is one with a NUL in it, whose fault it is."""
    assert isinstance(error, DBAPIError)
    if getattr(error.orig, "sqlstate", "") in _NO_TEXT:
        return problems.answer(request, Invalid("the request cannot be used: a text has a character that is none"))
    return _broken(request, error)


def _broken(request: Request, error: Exception) -> Response:
    log.error("a request broke", path=request.url.path, exc_info=error)
    return problems.answer(request, Bug("something broke on our side; it has been written down"))

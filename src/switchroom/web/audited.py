"""Every request that changed something is written into the audit log, whatever route it was: one place that none can forget.

It is written before the answer is sent, so what was acknowledged is in the log. What is noted is the route (``POST
/api/v1/teams/{team_id}/members``), the identifiers in its path, and for something new the ``id`` of the answer; no bodies.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchroom.accounts.audit import ActorKind, Deed
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.accounts.tokens import Identity
from switchroom.observability import get_logger
from switchroom.web.roles import ONLY_ASKS, SAFE
from switchroom.web.services import services_of

log = get_logger(__name__)

_NO_DEED = (
    *ONLY_ASKS,
    "/agent/process",
    "/mcp",
    "/api/auth/refresh",
    "/api/auth/voice-token",
    "/api/v1/sip/credentials",
)
"""What is asked by POST and leaves nothing, or has a record of its own."""
_MOST = 65_536


class AuditedApp:
    """Wraps the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"] in _NO_DEED:
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def send_audited(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                held.append(message)
                return
            if held:
                start = held.pop()
                await _note(scope, start["status"], message.get("body", b""))
                await send(start)
            await send(message)

        await self._app(scope, receive, send_audited)


async def _note(scope: Scope, status: int, body: bytes) -> None:
    deed = deed_of(scope, status, body)
    if deed is None:
        return
    try:
        await services_of(Request(scope)).accounts.audit.write(deed)
    except SQLAlchemyError:  # it is done: to say that it was not would be worse
        log.exception("a deed could not be written into the audit log", action=deed.action)


def deed_of(scope: Scope, status: int, body: bytes) -> Deed | None:
    """Return what a request did; None if nobody in particular asked for it."""
    who = getattr(State(scope.get("state", {})), "asker", None)
    if not isinstance(who, Identity):
        return None
    route = scope.get("route")
    named: Mapping[str, Any] = scope.get("path_params", {})
    subject = "/".join(map(str, named.values()))
    made = _made(body) if status == 201 else ""
    kind: ActorKind = "user" if who.scopes is None else "key"
    return Deed(
        who.tenant or PLATFORM,
        f"{scope['method']} {getattr(route, 'path_format', scope['path'])}",
        "/".join(part for part in (subject, made) if part),
        who.user,
        "command" if who.user == "operator" else kind,
        who.home or "",
        address=scope["client"][0] if scope.get("client") else "",
    )


def _made(body: bytes) -> str:
    """Return the identifier of what was made, as the answer has it."""
    if len(body) > _MOST:
        return ""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""

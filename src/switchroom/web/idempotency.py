"""One rule for every write: with an ``Idempotency-Key``, the same request sent again gets the answer of the first.

It wraps the application, so that no route can lack it. The key is the asker's own: another asker, another path or another body
under it is another request. What broke on our side (5xx), or was too much (429), is not kept: sending it again tries again.
"""

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchroom.accounts.tokens import Identity
from switchroom.errors import Conflict, Invalid, SwitchroomError
from switchroom.storage.kept_answers import Answered, Begun, KeptAnswers, OtherRequest, UnderWay
from switchroom.web.auth import asker
from switchroom.web.problems import answer
from switchroom.web.services import services_of

HEADER = "idempotency-key"
LONGEST = 200
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_ELSEWHERE = ("/mcp", "/static")  # what is asked there has keys of its own, or changes nothing
_LARGEST = 256 * 1024  # a larger answer is no receipt
_NOT_KEPT = 429
_BROKEN = 500
_AGAIN = 1


class UnderWayElsewhere(Conflict):
    """The same request is being worked on."""

    code = "idempotency_in_progress"
    retryable = True
    retry_after = float(_AGAIN)


@dataclass(slots=True)
class _Copy:
    """The answer on its way out; ``whole`` unless it is too large to keep."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            kept = Headers(raw=message.get("headers", []))
            self.headers = {name: kept[name] for name in ("content-type", "location") if name in kept}
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.whole = not message.get("more_body", False) and len(self.body) <= _LARGEST

    def text(self) -> str | None:
        """Return the body; None if the answer is not one to keep."""
        if not self.whole or self.status >= _BROKEN or self.status == _NOT_KEPT:
            return None
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            return None


class Idempotency:
    """Wraps the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] not in WRITES or scope["path"].startswith(_ELSEWHERE):
            await self._app(scope, receive, send)
            return
        key = Headers(scope=scope).get(HEADER)
        if key is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        who = await _identity(request)
        answers = services_of(request).answers
        if who is None or answers is None:  # the route says why, or asks nobody
            await self._app(scope, receive, send)
            return
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            refused = Invalid(f"{HEADER}: 1 to {LONGEST} printable characters", code="bad_idempotency_key")
            await answer(request, refused)(scope, receive, send)
            return
        await self._once(_Write(request, await request.body(), who, key), answers, send)

    async def _once(self, write: "_Write", answers: KeptAnswers, send: Send) -> None:
        found = await answers.begin(write.who.tenant, write.key, write.digest)
        scope, receive = write.request.scope, write.request.receive
        match found:
            case Begun():
                await self._do(write, answers, found, send)
            case OtherRequest():
                error = Invalid(
                    f"{HEADER}: used for another request already: take a new one", code="idempotency_reused"
                )
                await answer(write.request, error)(scope, receive, send)
            case UnderWay():
                busy = UnderWayElsewhere("the same request is being worked on: ask again in a moment")
                reply = answer(write.request, busy)
                reply.headers["Retry-After"] = str(_AGAIN)
                await reply(scope, receive, send)
            case Answered(status, headers, body):
                again = Response(body, status, {**headers, "Idempotent-Replayed": "true"})
                await again(scope, receive, send)
            case _:
                assert_never(found)

    async def _do(self, write: "_Write", answers: KeptAnswers, begun: Begun, send: Send) -> None:
        copy, kept = _Copy(), False

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal kept
            copy.see(message)
            if (text := copy.text()) is not None:  # before they can know of it and ask again
                await answers.keep(write.who.tenant, write.key, begun, Answered(copy.status, copy.headers, text))
                kept = True
            await send(message)

        try:
            await self._app(write.request.scope, write.replay(), sent)
        finally:
            if not kept:
                await answers.forget(write.who.tenant, write.key, begun)


@dataclass(frozen=True, slots=True)
class _Write:
    """A request under a key."""

    request: Request
    body: bytes
    who: Identity
    key: str

    @property
    def digest(self) -> str:
        """What tells it from every other."""
        scope = self.request.scope
        said = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), self.who.user)
        digest = hashlib.sha256("\0".join(said).encode())
        digest.update(b"\0" + self.body)
        return digest.hexdigest()

    def replay(self) -> Receive:
        """Return what gives the application the body that was read."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": self.body, "more_body": False}
            return await self.request.receive()

        return receive


async def _identity(request: Request) -> Identity | None:
    try:
        return await asker(request, services_of(request))
    except SwitchroomError:
        return None

"""The browser's voice socket: what travels on ``/webrtc/ws`` is a call like any other.

    state      hears                                    becomes
    unknown    authenticate, right                      known
    unknown    authenticate, wrong for the third time   closed, and the address is locked for a while
    known      start, or simply audio                   calling
    calling    audio, digits, text, interrupt           calling; the leg takes them
    calling    end                                      closed, once the call has ended
    any        what cannot be used                      told so; nothing else happens

One task receives, one sends what the outbox holds, one follows the call. Whoever ends first ends the others; what is in the
outbox then is sent before the socket closes.
"""

import asyncio
import contextlib
from typing import assert_never

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from switchroom.accounts.tokens import Identity
from switchroom.errors import Conflict, Denied, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.identity import LegId, new_id
from switchroom.ports import CallContext, CallOffer, Party
from switchroom.transports.browser import messages
from switchroom.transports.browser.leg import BrowserLeg
from switchroom.transports.browser.messages import (
    Audio,
    Authenticate,
    Digits,
    End,
    Inbound,
    Interrupt,
    Start,
    Text,
)
from switchroom.transports.browser.outbox import Outbox, Sound
from switchroom.web.auth import address_of
from switchroom.web.conversation import Conversation
from switchroom.web.services import Services, services_of

router = APIRouter()

_TRIES = 3
_PATIENCE = 60.0  # seconds for an unknown browser to say who it is, and for a known one to start
_GOODBYE = 5.0
_FLUSH = 2.0
_NORMAL, _REFUSED, _TOO_SLOW = 1000, 1008, 1013
_ELSEWHERE = Unavailable("the engines serve /webrtc/ws: route it to their web ports", code="not_running")
_LEFT_ON_PURPOSE = frozenset({1000, 1001, 1005})  # closed, page left, closed without saying why


@router.websocket("/webrtc/ws")
async def voice(socket: WebSocket) -> None:
    """Serve one browser's voice."""
    await socket.accept()
    if services_of(socket).settings.role == "api":
        await socket.send_json(messages.complaint(_ELSEWHERE))
        await socket.close(_TOO_SLOW)
        return
    await VoiceSocket(socket, services_of(socket)).run()


class VoiceSocket:
    """One open socket."""

    def __init__(self, socket: WebSocket, services: Services) -> None:
        self._socket = socket
        self._services = services
        self._outbox = Outbox()
        self._done = asyncio.Event()
        self._close_code = _NORMAL
        self._failures = 0
        self._identity: Identity | None = None
        self._start = Start()
        self._leg: BrowserLeg | None = None
        self._conversation: Conversation | None = None

    async def run(self) -> None:
        """Serve until either side is done. Cancelling it leaves the call."""
        async with asyncio.TaskGroup() as tasks:
            sender = tasks.create_task(self._send())
            receiver = tasks.create_task(self._receive(tasks))
            await self._done.wait()
            receiver.cancel()
            if self._leg is not None and self._conversation is not None:
                self._leg.over.set()
                await self._conversation.finished.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH):
                    await self._outbox.drained()
            sender.cancel()
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it may be closed already
            await self._socket.close(self._close_code)

    async def _send(self) -> None:
        try:
            while not self._outbox.stuck:
                for item in await self._outbox.take():
                    if not isinstance(item, Sound):
                        await self._socket.send_json(item)
                    elif self._start.binary:
                        await self._socket.send_bytes(item.pcm)
                    else:
                        await self._socket.send_json(messages.chunk(item, self._start.rate))
                self._outbox.sent()
            self._close_code = _TOO_SLOW
        except (RuntimeError, WebSocketDisconnect):
            pass
        finally:
            self._outbox.abandon()
            self._done.set()

    async def _receive(self, tasks: asyncio.TaskGroup) -> None:
        try:
            while await self._next(tasks):
                pass
        except TimeoutError:
            self._complain(Denied("nothing was started: connect again when you are ready", code="too_slow"))
        if self._leg is not None and not self._outbox.abandoned:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await self._leg.over.wait()  # the caller's last words, and why it ended
        self._done.set()

    async def _next(self, tasks: asyncio.TaskGroup) -> bool:
        """Take one frame; return whether more are wanted."""
        async with asyncio.timeout(_PATIENCE if self._leg is None else None):
            frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            self._disconnected(frame.get("code", _NORMAL))
            return False
        try:
            text = frame.get("text")
            message = messages.read(text) if text is not None else messages.read_binary(frame.get("bytes") or b"")
            return await self._take(message, tasks)
        except SwitchroomError as error:
            self._complain(error)
            return True

    async def _take(self, message: Inbound, tasks: asyncio.TaskGroup) -> bool:
        match message:
            case Authenticate():
                return await self._authenticate(message)
            case Start():
                await self._call(message, tasks)
            case Audio(pcm):
                leg = self._leg or await self._call(Start(), tasks)  # the oldest clients only ever send sound
                leg.take(pcm)
            case End():
                if self._leg is not None:
                    self._leg.leave("hangup")
                return False
            case _:
                self._pass_on(message)
        return True

    def _pass_on(self, message: Digits | Text | Interrupt) -> None:
        if self._leg is None:
            raise Conflict("there is no call yet: start one first", code="not_calling")
        match message:
            case Digits(digits):
                self._leg.press(digits)
            case Text(text):
                self._leg.write(text)
            case Interrupt():
                self._leg.interrupt()
            case _:
                assert_never(message)

    async def _authenticate(self, message: Authenticate) -> bool:
        if self._identity is not None:
            raise Conflict("you are known already: start", code="authenticated")
        try:
            self._identity = await self._identify(message)
        except (Denied, Limited) as error:
            self._failures += 1
            self._complain(error)
            if self._failures < _TRIES and not isinstance(error, Limited):
                return True
            self._close_code = _REFUSED
            return False
        self._outbox.tell({"type": "authenticated"})
        return True

    async def _identify(self, message: Authenticate) -> Identity:
        accounts = self._services.accounts
        if message.token:
            return accounts.identify(message.token, "voice")
        user = await accounts.check_pin(message.pin, address=address_of(self._socket))
        return Identity(user.id, user.tenant, user.role)

    async def _call(self, start: Start, tasks: asyncio.TaskGroup) -> BrowserLeg:
        if self._identity is None:
            raise Denied("authenticate first", code="unauthenticated")
        if self._leg is not None:
            raise Conflict("a call is going on already: end it first", code="calling")
        dialled = await self._dialled(start.agent, self._identity)
        user = await self._services.accounts.user(self._identity.user)
        self._start = start
        leg = self._leg = BrowserLeg(LegId(new_id("leg")), Party(user.email, user.name), self._outbox, start.rate)
        talk = self._conversation = Conversation(leg, self._outbox, self._services.bus)
        context = CallContext(headers={"language": start.language} if start.language else {})
        offer = CallOffer(leg, dialled, "browser", address_of(self._socket), context)
        tasks.create_task(self._converse(talk, offer))
        return leg

    async def _converse(self, talk: Conversation, offer: CallOffer) -> None:
        await talk.run(offer, self._services.accept)
        self._done.set()

    async def _dialled(self, agent: str, who: Identity) -> str:
        """Return whom to call: the agent that was named, if it is the caller's, else the first number of their tenant."""
        catalogue = self._services.catalogue
        if agent:
            if (await catalogue.answers(agent, "browser")).tenant_id != who.tenant:
                raise NotFound(f"nobody answers {agent!r}")
            return agent
        numbers = await catalogue.numbers(who.tenant)
        if not numbers:
            raise NotFound("nobody answers yet: bind a number to an agent first")
        return numbers[0].address

    def _complain(self, error: SwitchroomError) -> None:
        self._outbox.tell(messages.complaint(error))
        metrics = self._services.metrics
        metrics.counter("switchroom_browser_errors_total", "Browser messages not taken", code=error.code).add()

    def _disconnected(self, code: int) -> None:
        self._outbox.abandon()
        if self._leg is not None:
            self._leg.leave("hangup" if code in _LEFT_ON_PURPOSE else "lost")

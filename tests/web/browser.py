"""A scripted browser: speaks the voice socket's protocol to the application in memory, frame by frame."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from switchroom.ports import CallOffer, Signal
from switchroom.transports.browser.leg import BrowserLeg
from tests.web.site import Site

Frame = MutableMapping[str, Any]


class ScriptedBrowser:
    """One open socket. What arrives is kept in order until it is asked for."""

    def __init__(self) -> None:
        self._sent: asyncio.Queue[Frame] = asyncio.Queue(10_000)
        self._received: asyncio.Queue[Frame] = asyncio.Queue(10_000)
        self.passed_over: list[dict[str, Any]] = []
        self.code: int | None = None

    async def serve(self, app: FastAPI) -> None:
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": "/webrtc/ws",
            "raw_path": b"/webrtc/ws", "query_string": b"", "headers": [], "client": ("192.0.2.7", 1234),
            "server": ("switchroom.test", 80), "subprotocols": [], "state": {},
        }  # fmt: skip
        self._sent.put_nowait({"type": "websocket.connect"})
        await app(scope, self._sent.get, self._received.put)

    def text(self, text: str) -> None:
        self._sent.put_nowait({"type": "websocket.receive", "text": text})

    def say(self, type_: str, **fields: object) -> None:
        self.text(json.dumps({"type": type_, **fields}))

    def sound(self, pcm: bytes) -> None:
        self._sent.put_nowait({"type": "websocket.receive", "bytes": pcm})

    def leave(self, code: int) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": code})

    async def frame(self) -> Frame:
        """Return the next frame."""
        return await self._received.get()

    async def hears(self, type_: str) -> dict[str, Any]:
        """Return the next message of that type; those before it are passed over."""
        while True:
            frame = await self.frame()
            assert frame["type"] == "websocket.send", f"expected {type_}, got {frame}"
            if "text" not in frame:
                continue
            message: dict[str, Any] = json.loads(frame["text"])
            if message["type"] == type_:
                return message
            self.passed_over.append(message)

    async def closed(self) -> int:
        """Wait until we are hung up on; return the code."""
        while (frame := await self.frame())["type"] != "websocket.close":
            pass
        return int(frame["code"])

    async def known(self, site: Site) -> "ScriptedBrowser":
        """Authenticate with a token."""
        self.say("authenticate", token=site.services.accounts.token(site.account.user, "voice"))
        await self.hears("authenticated")
        return self


class ScriptedEngine:
    """Takes calls by keeping them: the test does what the engine would do."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.signals: list[Signal] = []
        self.more = asyncio.Event()

    async def offered(self) -> tuple[CallOffer, BrowserLeg]:
        """Wait for a call and attach to its leg."""
        await self._site.offered.wait()
        offer = self._site.offers[-1]
        assert isinstance(offer.leg, BrowserLeg)
        offer.leg.attach(self._signalled)
        return offer, offer.leg

    async def signalled(self) -> Signal:
        """Wait for the next signal of the leg."""
        while not self.signals:
            self.more.clear()
            await self.more.wait()
        return self.signals.pop(0)

    def _signalled(self, signal: Signal) -> None:
        self.signals.append(signal)
        self.more.set()


@asynccontextmanager
async def browser(site: Site) -> AsyncIterator[ScriptedBrowser]:
    """Open a socket; it is closed from our side if it still is open at the end."""
    scripted = ScriptedBrowser()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(20):
        tasks.create_task(scripted.serve(site.app))
        assert (await scripted.frame())["type"] == "websocket.accept"
        yield scripted
        scripted.leave(1000)

"""Cartesia's speech, as its documentation says: ``wss://api.cartesia.ai/tts/websocket``, many texts over one connection.

It speaks a tone, 50 ms for each letter, in chunks of 100 ms.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.providers.vendors.serving import CHUNK, PER_LETTER, Faults, Scripted, cut, serving, tone


@dataclass
class Cartesia(Scripted):
    """The server."""

    kind = "cartesia"
    said: list[dict[str, object]] = field(default_factory=list)
    """What it was asked to say."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        async with serving([web.get("/tts/websocket", self._speak)]) as address:
            yield f"http://{address}"

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        fault = await self.admit(request, request.headers.get("X-API-Key", ""))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(request)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not fault.silent:
                    await self._answer(json.loads(message.data), request, socket, fault)
        finally:
            self.closed += 1
        return socket

    async def _answer(
        self, asked: dict[str, object], request: web.Request, socket: web.WebSocketResponse, fault: Faults
    ) -> None:
        context, text = asked["context_id"], str(asked["transcript"]).strip()
        if text == "forbidden":
            problem = {"type": "error", "status_code": 400, "done": True, "error": "bad", "context_id": context}
            await socket.send_json(problem)
            return
        if text:
            self.said.append(asked)
            await self._tone(text, asked, request, socket, fault)
        if not asked["continue"]:
            await socket.send_json({"type": "done", "status_code": 200, "done": True, "context_id": context})

    async def _tone(
        self, text: str, asked: dict[str, object], request: web.Request, socket: web.WebSocketResponse, fault: Faults
    ) -> None:
        if fault.garbage:
            await socket.send_str("%%% garbage %%%")
        output = asked["output_format"]
        assert isinstance(output, dict)
        for number in range(max(1, round(len(text) * PER_LETTER / CHUNK))):
            if fault.drop is not None and number * CHUNK >= fault.drop:
                cut(request)
                return
            await asyncio.sleep(self.pace)
            data = base64.b64encode(tone(CHUNK, int(output["sample_rate"]))).decode()
            chunk = {"type": "chunk", "status_code": 206, "step_time": 7.1, "done": False, "data": data}
            await socket.send_json({**chunk, "context_id": asked["context_id"]})
            self.sent += CHUNK

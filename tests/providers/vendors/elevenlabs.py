"""ElevenLabs' speech, as its documentation says: ``/v1/text-to-speech/{voice}/multi-stream-input``, a context for each text."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.providers.vendors.serving import CHUNK, PER_LETTER, Faults, Scripted, cut, serving, tone


@dataclass
class ElevenLabs(Scripted):
    """The server."""

    kind = "elevenlabs"
    voices: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        route = web.get("/v1/text-to-speech/{voice}/multi-stream-input", self._speak)
        async with serving([route]) as address:
            yield f"http://{address}/v1"

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        fault = await self.admit(request, request.headers.get("xi-api-key", ""))
        self.voices.append(request.match_info["voice"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(request)
        texts: dict[str, str] = {}
        async with asyncio.TaskGroup() as contexts:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not fault.silent:
                    asked = json.loads(message.data)
                    context = asked["context_id"]
                    texts[context] = texts.get(context, "") + asked.get("text", "")
                    if asked.get("close_context"):
                        text = texts.pop(context).strip()
                        contexts.create_task(self._tone(context, text, request, socket, fault))
        self.closed += 1
        return socket

    async def _tone(
        self, context: str, text: str, request: web.Request, socket: web.WebSocketResponse, fault: Faults
    ) -> None:
        if fault.garbage:
            await socket.send_str("%%% garbage %%%")
        if text == "forbidden":
            await socket.send_json({"error": "bad text", "code": 1008, "contextId": context})
            return
        rate = int(request.query["output_format"].removeprefix("pcm_"))
        for number in range(max(1, round(len(text) * PER_LETTER / CHUNK))):
            if fault.drop is not None and number * CHUNK >= fault.drop:
                cut(request)
                return
            await asyncio.sleep(self.pace)
            if socket.closed:
                return
            audio = base64.b64encode(tone(CHUNK, rate)).decode()
            await socket.send_json({"audio": audio, "isFinal": None, "alignment": None, "contextId": context})
            self.sent += CHUNK
        await socket.send_json({"audio": None, "isFinal": True, "contextId": context})

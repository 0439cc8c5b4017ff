"""OpenAI's speech and transcription over HTTP, as the API reference says: ``/v1/audio/speech``, ``/v1/audio/transcriptions``."""

import asyncio
import base64
import io
import json
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.providers.vendors.serving import CHUNK, PER_LETTER, Scripted, cut, serving, tone

_RATE = 24_000


@dataclass
class OpenAi(Scripted):
    """The server."""

    kind = "openai"
    script: list[str] = field(default_factory=list)
    """What is understood, a recording a line."""
    late: float = 0.0
    asked: list[dict[str, str]] = field(default_factory=list)
    """The fields of each request."""
    heard: list[float] = field(default_factory=list)
    """Seconds of each recording."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        routes = [web.post("/v1/audio/speech", self._speak), web.post("/v1/audio/transcriptions", self._transcribe)]
        async with serving(routes) as address:
            yield f"http://{address}/v1"

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        fields = await request.post()
        file = fields["file"]
        assert isinstance(file, web.FileField)
        with file.file, wave.open(io.BytesIO(file.file.read())) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        fault = await self.admit(request, request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.heard.append(seconds)
        self.asked.append({name: value for name, value in fields.items() if isinstance(value, str)})
        if fault.silent:
            await asyncio.sleep(30)
        if fault.drop is not None:
            cut(request)
        if fault.garbage:
            return web.Response(text="%%% garbage %%%", content_type="application/json")
        await asyncio.sleep(self.late)
        return web.json_response({"text": self.script.pop(0) if self.script else ""})

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        fault = await self.admit(request, request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.asked.append(asked)
        if asked["input"] == "forbidden":
            return web.json_response({"error": {"message": "bad", "type": "invalid_request_error"}}, status=400)
        events = asked.get("stream_format") == "sse"
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream" if events else "audio/pcm"})
        await response.prepare(request)
        if fault.silent:
            await asyncio.sleep(30)
        if fault.garbage:
            await response.write(b"data: %%% garbage %%%\n\n")
            return response
        for number in range(max(1, round(len(asked["input"]) * PER_LETTER / CHUNK))):
            if fault.drop is not None and number * CHUNK >= fault.drop:
                cut(request)
                return response
            await asyncio.sleep(self.pace)
            await response.write(_event(number) if events else tone(CHUNK, _RATE))
            self.sent += CHUNK
        if events:
            await response.write(
                b'data: {"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101}}\n\n'
            )
        return response


def _event(_number: int) -> bytes:
    event = {"type": "speech.audio.delta", "audio": base64.b64encode(tone(CHUNK, _RATE)).decode()}
    return f"data: {json.dumps(event)}\n\n".encode()

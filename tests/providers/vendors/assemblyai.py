"""AssemblyAI's streaming transcription, as its documentation says: ``wss://streaming.assemblyai.com/v3/ws``.

A turn is told cumulatively; ``ForceEndpoint`` ends it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.providers.vendors.serving import Faults, Scripted, cut, serving

_PER_WORD = 0.2


@dataclass
class AssemblyAi(Scripted):
    """The server."""

    kind = "assemblyai"
    script: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        async with serving([web.get("/v3/ws", self._listen)]) as address:
            yield f"ws://{address}"

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        fault = await self.admit(request, request.headers.get("Authorization", ""))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(request)
        try:
            await _Turns(self, request, socket, fault).run()
        finally:
            self.closed += 1
        return socket


class _Turns:
    def __init__(self, server: AssemblyAi, request: web.Request, socket: web.WebSocketResponse, fault: Faults) -> None:
        self._server = server
        self._request = request
        self._socket = socket
        self._fault = fault
        self._at = self._begun = 0.0
        self._order = 0
        self._told = 0
        self._line: str | None = None

    async def run(self) -> None:
        await self._socket.send_json({"type": "Begin", "id": "3ea8a0f2", "expires_at": 1_900_000_000})
        async for message in self._socket:
            if message.type is WSMsgType.BINARY:
                await self._hear(len(message.data) / 2 / int(self._request.query["sample_rate"]))
            elif message.type is WSMsgType.TEXT:
                await self._control(json.loads(message.data)["type"])

    async def _hear(self, seconds: float) -> None:
        self._at += seconds
        if self._fault.drop is not None and self._at >= self._fault.drop:
            cut(self._request)
        if self._fault.garbage:
            await self._socket.send_str("%%% garbage %%%")
        if self._fault.silent or self._fault.garbage:
            return
        if self._line is None:
            self._line = self._server.script.pop(0) if self._server.script else ""
            self._begun, self._told = self._at - seconds, 0
        heard = min(int((self._at - self._begun) / _PER_WORD), len(self._line.split()))
        if heard > self._told:
            self._told = heard
            await self._turn(self._line.split()[:heard], ended=False)

    async def _control(self, kind: str) -> None:
        if kind == "ForceEndpoint" and self._line:
            words, self._line = self._line.split(), None
            await self._turn(words, ended=True)
            self._order += 1
        elif kind == "Terminate":
            await self._socket.send_json({"type": "Termination", "audio_duration_seconds": self._at})
            await self._socket.close()

    async def _turn(self, words: list[str], *, ended: bool) -> None:
        timed = [
            {
                "text": word,
                "start": round(1000 * (self._begun + number * _PER_WORD)),
                "end": round(1000 * (self._begun + (number + 1) * _PER_WORD)),
                "confidence": 0.9,
                "word_is_final": ended,
            }
            for number, word in enumerate(words)
        ]
        turn = {"type": "Turn", "turn_order": self._order, "turn_is_formatted": ended, "end_of_turn": ended}
        text = " ".join(words) if ended else ""
        await self._socket.send_json({**turn, "transcript": text, "end_of_turn_confidence": 0.9, "words": timed})

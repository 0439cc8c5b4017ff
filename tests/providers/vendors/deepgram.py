"""Deepgram's live transcription, as its documentation says: ``wss://api.deepgram.com/v1/listen``.

It understands one line of its script per utterance, word by word as audio comes, whatever the audio is; ``Finalize`` ends an
utterance with ``from_finalize``, which is not sent when nothing is left to say.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.providers.vendors.serving import Faults, Scripted, cut, serving

_PER_WORD = 0.2


@dataclass
class Line:
    """One utterance. ``parts`` become final by themselves as soon as they were heard, the last at ``Finalize``."""

    parts: tuple[str, ...]
    late: float = 0.0
    """Seconds between ``Finalize`` and the answer."""
    marked: bool = True
    confidence: float = 0.97


@dataclass
class Deepgram(Scripted):
    """The server."""

    kind = "deepgram"
    script: list[Line] = field(default_factory=list)
    audio: float = 0.0
    """Seconds heard."""
    said: list[str] = field(default_factory=list)
    """Control messages that came."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        async with serving([web.get("/v1/listen", self._listen)]) as address:
            yield f"http://{address}/v1/listen"

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        fault = await self.admit(request, request.headers.get("Authorization", "").removeprefix("Token "))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(request)
        try:
            await _Session(self, request, socket, fault).run()
        finally:
            self.closed += 1
        return socket


class _Session:
    def __init__(self, server: Deepgram, request: web.Request, socket: web.WebSocketResponse, fault: Faults) -> None:
        self._server = server
        self._request = request
        self._socket = socket
        self._fault = fault
        self._rate = int(request.query["sample_rate"])
        self._at = 0.0
        self._begun = 0.0
        self._told = -1
        self._done = 0
        self._line: Line | None = None

    async def run(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.BINARY:
                await self._hear(len(message.data) / 2 / self._rate)
            elif message.type is WSMsgType.TEXT:
                await self._control(json.loads(message.data)["type"])

    async def _hear(self, seconds: float) -> None:
        self._at += seconds
        self._server.audio += seconds
        if self._fault.drop is not None and self._at >= self._fault.drop:
            cut(self._request)
        if self._fault.garbage:
            await self._socket.send_str("%%% garbage %%%")
        if self._fault.silent or self._fault.garbage:
            return
        if self._line is None:
            self._line = self._server.script.pop(0) if self._server.script else Line(("",))
            self._begun, self._told, self._done = self._at - seconds, -1, 0
        await self._go_on(self._line)

    async def _go_on(self, line: Line) -> None:
        words = line.parts[self._done].split()
        heard = min(int((self._at - self._begun) / _PER_WORD), len(words))
        last = self._done == len(line.parts) - 1
        if heard == self._told:
            return
        self._told = heard
        if heard == len(words) and not last:
            await self._results(line.parts[self._done], final=True, ended=True)
            self._done, self._told, self._begun = self._done + 1, -1, self._at
        else:
            await self._results(" ".join(words[:heard]), final=False)

    async def _control(self, kind: str) -> None:
        self._server.said.append(kind)
        if self._fault.silent or self._fault.garbage:
            return
        if kind == "Finalize" and self._line is not None:
            line, rest = self._line, self._line.parts[self._done :]
            await asyncio.sleep(line.late)
            if line.marked or any(rest):
                await self._results(" ".join(rest), final=True, finalize=line.marked)
            self._line = None
        elif kind == "CloseStream":
            await self._socket.send_json({"type": "Metadata", "request_id": "r", "duration": self._at, "channels": 1})
            await self._socket.close()

    async def _results(self, text: str, *, final: bool, ended: bool = False, finalize: bool = False) -> None:
        words = text.split()
        sure = self._line.confidence if self._line is not None else 0.97
        await self._socket.send_json(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "duration": self._at - self._begun,
                "start": self._begun,
                "is_final": final,
                "speech_final": ended,
                "from_finalize": finalize,
                "channel": {"alternatives": [_alternative(words, self._begun, sure)]},
                "metadata": {
                    "request_id": "5b7e0c43-3b5a-4f0c-9f0e-5f3c5a0f2a11",
                    "model_info": {"name": "general", "version": "2025-04-17.21547", "arch": "nova-3"},
                    "model_uuid": "40bd3654-e622-47c4-a111-63a61b23bfe8",
                },
            }
        )


def _alternative(words: Sequence[str], begun: float, confidence: float) -> dict[str, object]:
    timed = [
        {
            "word": word.lower().strip(".,?"),
            "start": begun + number * _PER_WORD,
            "end": begun + (number + 1) * _PER_WORD,
            "confidence": confidence,
            "punctuated_word": word,
        }
        for number, word in enumerate(words)
    ]
    sure = confidence if words else 0.0
    return {"transcript": " ".join(words), "confidence": sure, "words": timed, "languages": ["es"]}

"""A vendor's server on loopback: it answers request n with script n, byte by byte as a real one would, faults included.

HTTP/1.1 by hand, because a fault is in the bytes: one that does not come, a chunk that never ends, a connection that is cut.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """What the server sends: ``pieces`` are text, or seconds to wait. ``cut``: the connection is dropped after the last one."""

    pieces: Sequence[str | float] = ()
    status: str = "200 OK"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    cut: bool = False


@dataclass
class Request:
    """What a client asked."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]


@dataclass
class ScriptedServer:
    """What happened at the server. ``gone`` counts the clients that left before the end of an answer."""

    answers: Sequence[Answer]
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    gone: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, request after request."""
        self.connections += 1
        try:
            while request := await _read(reader):
                number = len(self.requests)
                self.requests.append(request)
                if not await self._answer(self.answers[min(number, len(self.answers) - 1)], reader, writer):
                    return
        except ConnectionError:
            self._client_left()
        finally:
            writer.close()

    async def _answer(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = [f"HTTP/1.1 {answer.status}", "transfer-encoding: chunked", *map(": ".join, answer.headers.items())]
        started = False
        for piece in answer.pieces:
            if isinstance(piece, float):
                if not await self._pause(piece, reader):
                    return False
                continue
            if not started:
                writer.write("\r\n".join([*head, "", ""]).encode())
                started = True
            data = piece.encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        if answer.cut:
            writer.transport.abort()
            return False
        writer.write(b"0\r\n\r\n" if started else "\r\n".join([*head, "", "0", "", ""]).encode())
        await writer.drain()
        return True

    async def _pause(self, seconds: float, reader: asyncio.StreamReader) -> bool:
        """Wait; return whether the client is still there."""
        try:
            async with asyncio.timeout(seconds):
                if not await reader.read(1):
                    self._client_left()
                return False
        except TimeoutError:
            return True

    def _client_left(self) -> None:
        self.gone += 1
        self.left.set()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(first.split(" ")[1], headers, json.loads(body or b"{}"))


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[ScriptedServer]:
    """Run a server that answers request n with answer n, and then with the last."""
    scripted = ScriptedServer(answers)
    async with asyncio.TaskGroup() as tasks:
        connections: list[asyncio.Task[None]] = []

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(tasks.create_task(scripted.serve(reader, writer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield scripted
        finally:
            server.close()
            for connection in connections:
                connection.cancel()

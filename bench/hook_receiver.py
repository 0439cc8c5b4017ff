"""Somebody who takes webhooks, as fast as one process can: an event is in a file before it is answered.

``python -m bench.hook_receiver FILE [PORT]`` prints its port. A line of the file is a path and an event's id; what
is in it survives ``kill -9`` of the receiver.
"""

import asyncio
import os
import sys
from pathlib import Path

_END = b"\r\n\r\n"
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


class _Taking(asyncio.Protocol):
    def __init__(self, file: int) -> None:
        self._file = file
        self._left = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._left += data
        lines: list[bytes] = []
        while (end := self._left.find(_END)) >= 0:
            head = self._left[:end]
            length = int(_header(head, b"content-length"))
            if len(self._left) < end + 4 + length:
                break
            self._left = self._left[end + 4 + length :]
            lines.append(head.split(b" ", 2)[1] + b" " + _header(head, b"webhook-id") + b"\n")
        if lines and self._transport is not None:
            os.write(self._file, b"".join(lines))
            self._transport.write(_TAKEN * len(lines))


def _header(head: bytes, name: bytes) -> bytes:
    start = head.lower().index(b"\r\n" + name + b":") + len(name) + 3
    return head[start : head.find(b"\r\n", start) if b"\r\n" in head[start:] else None].strip()


async def _serve(path: Path, port: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    server = await asyncio.get_running_loop().create_server(lambda: _Taking(file), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))

"""Somebody who takes webhooks: a real HTTP server on loopback that answers as a test wishes, and remembers what came."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answer`` decides; by default everything is taken."""

    answer: Callable[[Post], Reply] = lambda _post: (204, {}, b"")
    posts: list[Post] = field(default_factory=list)
    connections: int = 0
    served: int = 0
    port: int = 0
    hold: asyncio.Event | None = None
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def received(self, count: int) -> list[Post]:
        """Wait until so many requests came."""
        while len(self.posts) < count:
            self._more.clear()
            await self._more.wait()
        return self.posts

    async def left(self) -> None:
        """Answer everybody, and wait until they are gone."""
        if self.hold is not None:
            self.hold.set()
        while self.served < self.connections:
            self._more.clear()
            await self._more.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                post = Post(lines[0].split(" ")[1], headers, body)
                self.posts.append(post)
                self._more.set()
                if self.hold is not None:
                    await self.hold.wait()
                status, more, content = self.answer(post)
                extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                length = "" if status == 204 else f"content-length: {len(content)}\r\n"
                writer.write(f"HTTP/1.1 {status} x\r\n{length}{extra}\r\n".encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.served += 1
            self._more.set()


@asynccontextmanager
async def receiving(answer: Callable[[Post], Reply] | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver() if answer is None else Receiver(answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.left()


def replying(*replies: int | Reply) -> Callable[[Post], Reply]:
    """Answer with these in turn, then take everything."""
    left = list(replies)

    def answer(_post: Post) -> Reply:
        reply = left.pop(0) if left else 204
        return (reply, {}, b"") if isinstance(reply, int) else reply

    return answer

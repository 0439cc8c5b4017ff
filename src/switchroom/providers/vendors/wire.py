"""The HTTP session that a provider's plugin talks through, and what is seen of the talk.

A plugin keeps to itself that a vendor answered with nothing: a cough that holds no words looks like a vendor that is
dead. So the session's sockets tell whoever opened a stream of every message that comes, before the plugin sees it.
Imported only when a provider is opened: it needs aiohttp.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from switchroom.providers.vendors.line import WATCH

CONNECT = 5.0
"""Seconds that a connection may take."""


class WatchedSocket(aiohttp.ClientWebSocketResponse):
    """A websocket of a plugin."""

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        """Return the next message, told of."""
        message = await super().receive(timeout)
        watch = WATCH.get()
        if watch is not None and message.type is aiohttp.WSMsgType.TEXT:
            watch(message.data)
        return message


@asynccontextmanager
async def open_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield the session of one provider; all its connections end with it."""
    limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT)
    async with aiohttp.ClientSession(ws_response_class=WatchedSocket, timeout=limits) as session:
        yield session
    await asyncio.sleep(0)  # transports close in the loop's next turn

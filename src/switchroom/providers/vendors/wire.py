"""The connections that a provider's plugin talks through, and what is seen of the talk.

A plugin keeps to itself that a vendor answered with nothing: a cough that holds no words looks like a vendor that is
dead. So the session's sockets tell whoever opened a stream of every message that comes, before the plugin sees it.
Imported only when a provider is opened: it needs aiohttp.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Container
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import aiohttp

from switchroom.providers.vendors.line import WATCH
from switchroom.providers.vendors.shapes import Settings

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
async def connected(taken: Container[str], values: Settings) -> AsyncIterator[Settings]:
    """Yield ``values`` with what a class wants to talk through; all its connections end with it."""
    async with AsyncExitStack() as stack:
        added: dict[str, object] = {}
        if "http_session" in taken:
            added["http_session"] = await stack.enter_async_context(_session())
        if "client" in taken and "api_key" in taken:
            added["client"] = await stack.enter_async_context(_client(values))
        yield {**values, **added}


@asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT)
    connector = aiohttp.TCPConnector(limit=0)  # each call holds one; of the usual hundred the next would wait for ever
    async with aiohttp.ClientSession(connector=connector, ws_response_class=WatchedSocket, timeout=limits) as session:
        yield session
    await asyncio.sleep(0)  # transports close in the loop's next turn


def _client(values: Settings) -> AbstractAsyncContextManager[object]:
    """Return OpenAI's client: its plugin leaves open those that it makes itself."""
    openai = importlib.import_module("openai")
    key, url = (values.get(name) for name in ("api_key", "base_url"))
    client: AbstractAsyncContextManager[object] = openai.AsyncOpenAI(api_key=key, base_url=url, max_retries=0)
    return client

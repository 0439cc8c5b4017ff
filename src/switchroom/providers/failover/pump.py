"""Reads an asynchronous generator in a task of its own, so that whoever reads may look at two at once, or lose patience.

A generator is entered, read and closed in that one task: libraries that hang time limits and scopes on the running task
stay whole. It is read ahead by a few items, no more, and when the reader closes, it is closed before ``close`` returns.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")

_AHEAD = 16


class Ended(Exception):
    """The generator gave everything."""


class Pump(Generic[T]):
    """One generator being read."""

    def __init__(self, tasks: asyncio.TaskGroup, source: AsyncGenerator[T, None], there: asyncio.Event) -> None:
        """``there`` is set whenever something can be read; several pumps may share it."""
        self._read: asyncio.Queue[T | Exception] = asyncio.Queue(_AHEAD)  # a full one makes the generator wait
        self._there = there
        self._source = source
        self._task = tasks.create_task(self._run(), name="pump")

    @property
    def ready(self) -> bool:
        """Whether ``next`` would return, or raise, at once."""
        return not self._read.empty()

    async def next(self) -> T:
        """Return the next item. Raises Ended after the last, or what the generator raised. Safe to cancel."""
        item = await self._read.get()
        if isinstance(item, Exception):
            raise item
        return item

    def abandon(self) -> None:
        """Close the generator without waiting until it is closed."""
        self._task.cancel()

    async def close(self) -> None:
        """Close the generator, wherever it is. Safe to cancel: it is closed all the same."""
        self.abandon()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        end: Exception = Ended()
        try:
            async with aclosing(self._source) as source:
                async for item in source:
                    await self._put(item)
        except Exception as error:  # noqa: BLE001 - whoever reads gets it
            end = error
        await self._put(end)

    async def _put(self, item: T | Exception) -> None:
        await self._read.put(item)
        self._there.set()

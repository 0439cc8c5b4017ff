"""Services that run for as long as a context is open."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def hosting(service: Coroutine[object, None, None]) -> AsyncIterator[None]:
    """Keep ``service`` running while the context is open; if it breaks, the context breaks with it."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(service)
        try:
            yield
        finally:
            task.cancel()

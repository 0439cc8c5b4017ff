"""The worker: what is done in the background, beside reading the journal (``records``)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from switchroom.hosting import hosting
from switchroom.roles.records import Records


@asynccontextmanager
async def working(records: Records) -> AsyncIterator[None]:
    """Do it while the context is open."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(hosting(records.library.run()))
        yield

"""The writes of this process to one kind of row: counted, and heard by whoever keeps what is in use in step."""

import asyncio


class Writings:
    """Of one service; what other processes write is seen in the database alone."""

    def __init__(self) -> None:
        self.count = 0
        self._written = asyncio.Event()

    def note(self) -> None:
        """Something was written."""
        self.count += 1
        self._written.set()

    async def heard(self, within: float) -> None:
        """Wait for a write, but not longer than so many seconds. Safe to cancel."""
        try:
            async with asyncio.timeout(within):
                await self._written.wait()
        except TimeoutError:
            return
        self._written.clear()

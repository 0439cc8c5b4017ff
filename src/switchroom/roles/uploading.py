"""Recordings on their way to the store, where one is named: written to the disk while people talk, moved when the call is over.

Nothing is remembered of it: what lies in the folder and was not written to for a while is stored, held to its hash by the store,
and only then taken off the disk. So whatever breaks in between is done again with the next round, after a crash as well.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from switchroom.errors import SwitchroomError
from switchroom.storage.blobs import Blobs

log = structlog.get_logger()

EVERY = 15.0
IDLE = 60.0
"""Seconds without a word written after which a recording is complete: they are written to every second."""


class Uploading:
    """Moves what is in ``folder``."""

    def __init__(self, blobs: Blobs, folder: Path, wall: Callable[[], float] = time.time) -> None:
        self._blobs = blobs
        self._folder = folder
        self._wall = wall

    async def run(self) -> None:
        """Move until cancelled; nothing if blobs are files here."""
        while self._blobs.folder is None:
            try:
                await self.move()
            except (SwitchroomError, OSError) as error:
                log.warning("recordings cannot be stored now, trying again", problem=str(error))
            await asyncio.sleep(EVERY)

    async def move(self) -> int:
        """Move what is complete; return how many files that were. Raises Unavailable."""
        found = await asyncio.to_thread(self._complete)
        for path in found:
            await self._blobs.put(f"recordings/{path.parent.name}/{path.name}", path)
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(found)

    def _complete(self) -> list[Path]:
        now = self._wall()
        return [path for path in sorted(self._folder.glob("*/*.wav")) if now - path.stat().st_mtime >= IDLE]

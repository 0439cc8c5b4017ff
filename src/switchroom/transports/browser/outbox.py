"""What waits to be sent to one browser, bounded, so that a slow one never slows a call.

Messages and sound keep their common order. When sound piles up its oldest part is dropped: a listener who is behind
wants what is said now. Messages are never dropped; so many of them that nobody can be reading end the connection.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

MOST_SOUND = 250
"""Pieces of sound that wait, each of 20 or 40 ms."""

MOST_MESSAGES = 1000

Message = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sound:
    """16-bit PCM at the browser's rate; ``sequence`` counts pieces, those that were dropped included."""

    sequence: int
    pcm: bytes


class Outbox:
    """Filled by the tick and by events, emptied by the task that sends."""

    def __init__(self) -> None:
        self._waiting: deque[Message | Sound] = deque()
        self._sounds = 0
        self._sequence = 0
        self._more = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self.dropped = 0
        self.stuck = False
        self.abandoned = False

    def tell(self, message: Message) -> None:
        """Queue a message."""
        if len(self._waiting) - self._sounds >= MOST_MESSAGES:
            self.stuck = True
            self.abandon()
            self._more.set()
        self._append(message)

    def play(self, pcm: bytes) -> None:
        """Queue sound."""
        if self._sounds >= MOST_SOUND:
            self._drop(1)
        self._sequence += 1
        self._sounds += not self.abandoned
        self._append(Sound(self._sequence, pcm))

    def clear(self) -> None:
        """Drop the sound that waits here, and tell the browser to drop what waits there."""
        self._drop(self._sounds)
        self.tell({"type": "clear"})

    async def take(self) -> list[Message | Sound]:
        """Wait for something to send and return all of it. Safe to cancel. Call ``sent`` when it has left."""
        await self._more.wait()
        taken = list(self._waiting)
        self._waiting.clear()
        self._sounds = 0
        self._more.clear()
        return taken

    def sent(self) -> None:
        """What was taken has been sent."""
        if not self._waiting:
            self._empty.set()

    async def drained(self) -> None:
        """Wait until everything was sent. Safe to cancel."""
        await self._empty.wait()

    def abandon(self) -> None:
        """Nobody reads any more: whatever waits or comes is dropped."""
        self.abandoned = True
        self._waiting.clear()
        self._sounds = 0
        self._empty.set()

    def _append(self, item: Message | Sound) -> None:
        if self.abandoned:
            return
        self._waiting.append(item)
        self._more.set()
        self._empty.clear()

    def _drop(self, most: int) -> None:
        """Drop up to ``most`` pieces of sound, the oldest first."""
        kept: deque[Message | Sound] = deque()
        for item in self._waiting:
            if most and isinstance(item, Sound):
                most -= 1
                self.dropped += 1
            else:
                kept.append(item)
        self._sounds -= len(self._waiting) - len(kept)
        self._waiting = kept

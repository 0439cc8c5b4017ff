"""Whoever has written to the journal wakes the readers of the other processes.

What is in the journal is the truth: a wake-up says only that there is more, and a reader that misses it looks once a second.

    written here     one message in the stream, for all that was written since the last
    every process    hears all messages: what it keeps of the catalogue may be outdated
    a reader's group the reader that has the lease takes its messages; what a dead one has left undone is claimed by the next
"""

from switchroom.fleet.reconnecting import reconnecting
from switchroom.storage.journal import Journal
from switchroom.storage.streams import Streams

STREAM = "journal"
MOST = 1000


class Wakes:
    """Of one process, ``me``."""

    def __init__(self, streams: Streams, journal: Journal, me: str) -> None:
        self._streams = streams
        self._journal = journal
        self._me = me

    async def tell(self) -> None:
        """Say when something was written here, until cancelled."""
        await reconnecting("wake-ups out", self._tell)

    async def hear(self) -> None:
        """Wake the readers of this process when another has written, until cancelled."""
        await reconnecting("wake-ups in", self._hear)

    async def deliver(self, reader: str) -> None:
        """Take the messages of a reader's group, until cancelled; begin with what the one before has left."""
        await reconnecting(f"wake-ups of {reader}", lambda: self._deliver(reader))

    async def _tell(self) -> None:
        written = self._journal.next_write()
        while True:
            await self._streams.add(STREAM, {"from": self._me}, most=MOST)
            await written.wait()
            written = self._journal.next_write()

    async def _hear(self) -> None:
        after = await self._streams.last(STREAM)
        while True:
            self._journal.wake()
            heard = await self._streams.read(STREAM, after)
            while not heard:
                heard = await self._streams.read(STREAM, after)
            after = heard[-1].id

    async def _deliver(self, reader: str) -> None:
        await self._streams.open_group(STREAM, reader)
        taken = await self._streams.claim(STREAM, reader, self._me)
        while True:
            self._journal.wake()
            await self._streams.done(STREAM, reader, (message.id for message in taken))
            taken = await self._streams.read_as(STREAM, reader, self._me)

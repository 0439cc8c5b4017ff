"""The bus between processes: what is published in one is heard by the live pages of the others, a moment later.

Nothing is promised: what does not get through while Redis is away is in the journal, or was of use for a moment only.
"""

import asyncio
from collections.abc import Mapping

from switchroom.events.bus import Bus
from switchroom.events.wire import read, written
from switchroom.fleet.reconnecting import reconnecting
from switchroom.storage.streams import Streams

STREAM = "live"
MOST = 2000
"""Messages kept for whoever reads slowly; each has all events of a moment."""
MOMENT = 0.02
_QUEUE = 4096
_TOGETHER = 500


class Relay:
    """Of one process, ``me``."""

    def __init__(self, streams: Streams, bus: Bus, me: str) -> None:
        self._streams = streams
        self._bus = bus
        self._me = me

    async def send(self) -> None:
        """Pass on what happens here, until cancelled; the oldest is dropped when Redis is slower than the world."""
        with self._bus.subscribe(own=True, size=_QUEUE) as subscription:

            async def pass_on() -> None:
                while True:
                    events = await subscription.batch()
                    await asyncio.sleep(MOMENT)
                    events += subscription.take()
                    for first in range(0, len(events), _TOGETHER):
                        told = [written(event) for event in events[first : first + _TOGETHER]]
                        await self._streams.add(STREAM, {"from": self._me, "events": told}, most=MOST)

            await reconnecting("live events out", pass_on)

    async def receive(self) -> None:
        """Publish here what happens elsewhere, until cancelled."""
        await reconnecting("live events in", self._receive)

    async def _receive(self) -> None:
        after = await self._streams.last(STREAM)
        while True:
            for message in await self._streams.read(STREAM, after):
                after = message.id
                if message.data.get("from") != self._me:
                    self._publish(message.data)

    def _publish(self, data: Mapping[str, object]) -> None:
        events = data.get("events")
        for told in events if isinstance(events, list) else ():
            event = read(told) if isinstance(told, dict) else None
            if event is not None:
                self._bus.relay(event)

"""What a call tells the world: stamps its events and publishes them.

Every event of a call passes through here, so those of the journal are numbered without a gap in the order they happened.
An ephemeral event carries the number of the next one that is kept.
"""

import time
from collections.abc import Callable
from functools import partial

from switchroom.calls.meter import Meter
from switchroom.calls.tool_book import Back, ToolBook
from switchroom.events.catalogue import Event, UsageMetered
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.ports import Publish


class Chronicle:
    """The events of one call, as ``tell(partial(CallHeld, ...))``."""

    def __init__(self, tenant: TenantId, call: CallId, publish: Publish, wall: Callable[[], float] = time.time) -> None:
        self._tenant = tenant
        self._call = call
        self._publish = publish
        self._wall = wall
        self._sequence = 0
        self.tools = ToolBook()
        self.meter = Meter()
        """What the call uses."""

    def tell(self, make: Callable[..., Event], *, ago: float = 0.0) -> None:
        """Complete the event with identity, number and time (``ago`` seconds before now), and publish it; never waits."""
        event = make(
            id=EventId(new_id("evt")),
            tenant=self._tenant,
            call=self._call,
            sequence=self._sequence + 1,
            at=self._wall() - ago,
        )
        if not event.ephemeral:
            self._sequence = event.sequence
        self.meter.pass_by(event)
        self._publish(event)

    def tell_used(self) -> None:
        """Tell what was used since the last time, if anything was."""
        if used := self.meter.fresh():
            self.tell(partial(UsageMetered, used=used))

    def settle(self, back: Back, now: float) -> None:
        """Nobody asks for tools any more: tell of those that were begun how they came back. ``now`` is the errands' clock."""
        for make, at in self.tools.rest(back):
            self.tell(make, ago=0.0 if at is None else now - at)

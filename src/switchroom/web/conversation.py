"""One call from a browser: offered to the engine, then told to the browser event by event.

The engine makes the call's identifier; the event that our leg was added says which call is ours.
"""

import asyncio
from collections.abc import Callable

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.events.bus import Bus, Subscription
from switchroom.events.catalogue import (
    CallCompleted,
    CallEnded,
    CallFailed,
    Event,
    LegAdded,
    ReplyInterrupted,
    StatusChanged,
)
from switchroom.identity import CallId
from switchroom.ports import CallOffer, RefusalReason, Refuse
from switchroom.transports.browser import messages
from switchroom.transports.browser.leg import BrowserLeg
from switchroom.transports.browser.outbox import Outbox

Accept = Callable[[CallOffer], None]

_BEAT = 1.0  # seconds between two reports of how long the caller waits already

_REFUSALS: dict[RefusalReason, str] = {
    "not_found": "nobody answers there",
    "no_agent": "nobody is there to answer",
    "unavailable": "no call can be taken right now: try again in a moment",
    "suspended": "this account is suspended",
    "not_allowed": "you may not call there",
    "over_limit": "all lines of this account are in use: try again in a moment",
    "overloaded": "no call can be taken right now: try again in a moment",
    "draining": "we are closing: try again in a moment",
}


class Conversation:
    """Lives as long as the call."""

    def __init__(self, leg: BrowserLeg, outbox: Outbox, bus: Bus) -> None:
        self._leg = leg
        self._outbox = outbox
        self._bus = bus
        self._call: CallId | None = None
        self._status = ""
        self._since = 0.0
        self._ended = False
        self.finished = asyncio.Event()

    async def run(self, offer: CallOffer, accept: Accept) -> None:
        """Place the call and stay until it is over. Cancelling it leaves the call."""
        try:
            with self._bus.subscribe(self._concerns) as events:
                self._place(offer, accept)
                async with asyncio.TaskGroup() as tasks:
                    follower = tasks.create_task(self._follow(events))
                    await self._leg.over.wait()
                    follower.cancel()
                for event in events.take():
                    self._tell(event)
            self._say_goodbye()
        finally:
            self._leg.leave("hangup" if self._ended else "lost")
            self.finished.set()

    def _place(self, offer: CallOffer, accept: Accept) -> None:
        try:
            accept(offer)
        except Unavailable:
            self._leg.refused = Refuse("overloaded")
            self._leg.over.set()

    def _concerns(self, event: Event) -> bool:
        if self._call is None and isinstance(event, LegAdded) and event.leg == self._leg.id:
            self._call = event.call
        return event.call == self._call

    async def _follow(self, events: Subscription) -> None:
        while True:
            try:
                async with asyncio.timeout(_BEAT):
                    batch = await events.batch()
            except TimeoutError:
                if self._status == "thinking":
                    self._tell_status()
                continue
            for event in batch:
                self._tell(event)

    def _tell(self, event: Event) -> None:
        match event:
            case StatusChanged(status=status):
                self._status, self._since = status, asyncio.get_running_loop().time()
                self._tell_status()
            case ReplyInterrupted():
                self._outbox.clear()
            case CallEnded():
                self._ended = True
            case CallCompleted():
                self._leg.over.set()
            case CallFailed(code=code, message=message):
                self._outbox.tell(messages.complaint(SwitchroomError(message, code=code)))
                self._leg.over.set()
            case _:
                pass
        told = messages.about(event)
        if told is not None:
            self._outbox.tell(told)

    def _tell_status(self) -> None:
        elapsed = asyncio.get_running_loop().time() - self._since
        self._outbox.tell({"type": "status", "status": self._status, "elapsed": round(elapsed, 1)})

    def _say_goodbye(self) -> None:
        refused = self._leg.refused
        if refused is not None:
            self._outbox.tell(
                messages.complaint(SwitchroomError(_REFUSALS[refused.reason], code=f"call_{refused.reason}"))
            )
        if not self._ended:
            self._outbox.tell({"type": "ended", "reason": "rejected" if refused is not None else "error"})

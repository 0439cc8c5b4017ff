"""An engine that knows one conversation: it greets with a tone, waits for a voice, and answers with another tone.

It ticks in real time because the browser does; what it decides depends on what it hears and on the test, which says when a
tone was heard, never on how long that took.
"""

import asyncio
from functools import partial

import numpy as np

from switchroom.calls.chronicle import Chronicle
from switchroom.events import catalogue as happened
from switchroom.events.bus import Bus
from switchroom.events.catalogue import EndReason
from switchroom.identity import CallId, TenantId
from switchroom.media.frame import FRAME, RATE, TICK, Samples
from switchroom.ports import Answer, CallOffer, HangUp, Left, Ring, Signal

GREETING_HERTZ, REPLY_HERTZ = 440, 1000


def tone(hertz: int, seconds: float) -> Samples:
    """Return a tone at the plane's rate."""
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)).astype(np.int16)


class ScriptedEngine:
    """Takes one call after the other."""

    def __init__(self, tenant: TenantId, bus: Bus, tasks: asyncio.TaskGroup) -> None:
        self._tenant = tenant
        self._bus = bus
        self._tasks = tasks
        self.signals: list[Signal] = []
        self.heard: list[Samples] = []
        self.loud = asyncio.Event()
        self.signalled = asyncio.Event()
        self._tone = [bytes(2 * FRAME)]
        self._enough = asyncio.Event()
        self._over = asyncio.Event()

    def accept(self, offer: CallOffer) -> None:
        self._tasks.create_task(self._run(offer))

    def go_on(self) -> None:
        """What is being said was heard."""
        self._enough.set()

    async def until(self, signal: Signal) -> None:
        """Wait until the browser has signalled that."""
        while signal not in self.signals:
            self.signalled.clear()
            await self.signalled.wait()

    async def _run(self, offer: CallOffer) -> None:
        offer.leg.attach(self._take)
        tell = Chronicle(self._tenant, CallId("call_browser"), self._bus.publish).tell
        await offer.leg.do(Ring())
        await offer.leg.do(Answer())
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(self._tick(offer))
            tell(partial(happened.LegAdded, leg=offer.leg.id, party="browser", encoding="L16"))
            talking = tasks.create_task(self._talk(tell))
            await self._over.wait()
            talking.cancel()
            ticking.cancel()
        reason: EndReason = "caller_hangup" if Left("hangup") in self.signals else "agent_hangup"
        tell(partial(happened.CallEnded, reason=reason))
        tell(partial(happened.CallCompleted, reason=reason, duration=1.0))
        await offer.leg.do(HangUp())

    async def _talk(self, tell: object) -> None:
        assert callable(tell)
        tell(partial(happened.StatusChanged, status="speaking"))
        tell(partial(happened.ReplyStarted, turn=0, text="Welcome to the test."))
        await self._say(GREETING_HERTZ)
        tell(partial(happened.ReplySpoken, turn=0, heard="Welcome to the test.", start=0.0, end=1.0))
        tell(partial(happened.StatusChanged, status="listening"))
        await self.loud.wait()
        tell(partial(happened.TranscriptPartial, turn=1, text="a table"))
        tell(partial(happened.TranscriptFinal, turn=1, text="a table for two", confidence=0.9, start=1.0, end=2.0))
        tell(partial(happened.StatusChanged, status="thinking"))
        tell(partial(happened.ToolStarted, turn=1, tool="book_table", arguments={}))
        tell(partial(happened.ToolFinished, turn=1, tool="book_table", result={}, took=0.01))
        tell(partial(happened.StatusChanged, status="speaking"))
        tell(partial(happened.ReplyStarted, turn=1, text="Your table is booked."))
        await self._say(REPLY_HERTZ)
        reply = partial(happened.ReplyInterrupted, turn=1, heard="Your table", unheard=" is booked.")
        tell(partial(reply, start=3.0, end=4.0, timings={"decision": 0.31, "sent": 0.42}))
        tell(partial(happened.StatusChanged, status="listening"))

    async def _say(self, hertz: int) -> None:
        self._tone = [frame.tobytes() for frame in tone(hertz, 1.0).reshape(-1, FRAME)]  # repeats without a seam
        await self._enough.wait()
        self._enough.clear()
        self._tone = [bytes(2 * FRAME)]

    async def _tick(self, offer: CallOffer) -> None:
        clock = asyncio.get_running_loop().time
        due, count = clock(), 0
        while True:
            payload = offer.leg.hear(due)
            if payload is not None:
                frame = np.frombuffer(payload, "<i2")
                self.heard.append(frame)
                if np.abs(frame.astype(np.int32)).max() > 2000:
                    self.loud.set()
            offer.leg.speak(self._tone[count % len(self._tone)], due)
            count += 1
            due += TICK
            await asyncio.sleep(max(0.0, due - clock()))

    def _take(self, signal: Signal) -> None:
        self.signals.append(signal)
        self.signalled.set()
        if isinstance(signal, Left):
            self._over.set()

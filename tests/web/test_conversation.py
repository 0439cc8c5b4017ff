"""What a browser is told while it waits, in virtual time."""

import asyncio
from functools import partial

from switchroom.calls.chronicle import Chronicle
from switchroom.events import catalogue as happened
from switchroom.events.bus import Bus
from switchroom.identity import CallId, LegId, TenantId
from switchroom.ports import CallOffer, HangUp, Party
from switchroom.transports.browser.leg import BrowserLeg
from switchroom.transports.browser.outbox import Outbox
from switchroom.web.conversation import Conversation
from tests.virtual_time import run


def test_a_caller_who_waits_is_told_for_how_long_every_second() -> None:
    async def story() -> None:
        bus, outbox = Bus(), Outbox()
        leg = BrowserLeg(LegId("leg_1"), Party("demo"), outbox)
        talk = Conversation(leg, outbox, bus)
        tell = Chronicle(TenantId("tnt_1"), CallId("call_1"), bus.publish).tell
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(talk.run(CallOffer(leg, "demo", "browser", "192.0.2.7"), lambda _: None))
            await asyncio.sleep(0.1)
            tell(partial(happened.LegAdded, leg=leg.id, party="demo", encoding="L16"))
            tell(partial(happened.StatusChanged, status="thinking"))
            await asyncio.sleep(2.5)
            tell(partial(happened.StatusChanged, status="speaking"))
            await asyncio.sleep(5)
            tell(partial(happened.CallFailed, code="voice_lost", message="the voice is gone"))
            await leg.do(HangUp())
        told = await outbox.take()
        statuses = [(item["status"], item["elapsed"]) for item in told if isinstance(item, dict) and "status" in item]
        assert statuses == [("thinking", 0.0), ("thinking", 1.0), ("thinking", 2.0), ("speaking", 0.0)]
        assert told[-2:] == [
            {"type": "error", "code": "voice_lost", "message": "the voice is gone"}, {"type": "ended", "reason": "error"},
        ]  # fmt: skip

    run(story())

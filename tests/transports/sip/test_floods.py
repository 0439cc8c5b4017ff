"""A flood that forges the address of somebody who is in a call."""

import asyncio
import socket

import pytest

from switchroom.ports import HangUp, Left
from switchroom.transports.sip.wire import guard
from tests.sip.texts import request
from tests.transports.sip.test_endpoint import Desk, connect, desk
from tests.virtual_time import run_real


async def flood(at: Desk) -> None:
    """Send from the address of the other desk until its requests are no longer heard."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.1", 0))
        number = 0
        while not at.endpoint.counts["banned"]:
            number += 1
            forger.sendto(request("OPTIONS", call_id=f"forged{number}"), at.endpoint.address)
            if number % 20 == 0:
                await asyncio.sleep(0)
        assert number >= int(guard.BURST)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_call_ends_for_both_though_a_flood_got_its_address_banned(
    transport: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "FLOOD_BAN", 1000.0)  # no repetition comes after it

    async def main() -> None:
        guarded = {"spared": ()}
        async with asyncio.timeout(20.0), desk(more=guarded) as calling, desk(more=guarded) as called:
            pair = await connect(calling, called, f"{called.uri};transport={transport}")
            await flood(called)
            await (pair.caller if who == "caller" else pair.callee).do(HangUp())
            await calling.over.wait()
            await called.over.wait()
            assert calling.signals == called.signals == [Left("hangup")]
            assert called.endpoint.calls == 0
            assert called.endpoint.counts["closed"] == 0, "nor is a connection closed for it"

    run_real(main())

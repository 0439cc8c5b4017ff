"""Calls over IPv6 from end to end: signalling, descriptions and media at [::1]."""

import asyncio
import socket

import pytest

from tests.transports.sip.test_endpoint import connect, desk, frequency, hang_up
from tests.virtual_time import run_real


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 on loopback")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_over_ipv6_carries_both_voices(transport: str) -> None:
    async def main() -> None:
        here = {"host": "::1"}
        async with asyncio.timeout(20.0), desk(more=here) as calling, desk(more=here) as called:
            port = called.endpoint.address[1]
            pair = await connect(calling, called, f"sip:demo@[::1]:{port};transport={transport}")
            to_caller, to_callee = pair.talk()
            assert frequency(to_caller) == pytest.approx(1000, abs=3)
            assert frequency(to_callee) == pytest.approx(440, abs=3)
            assert pair.caller.media()["strangers"] == 0
            await hang_up(pair, pair.callee)

    run_real(main())

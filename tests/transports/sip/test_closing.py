"""What an endpoint lets go of when it closes."""

import asyncio
import socket

import pytest

from switchroom.ports import Left
from tests.transports.sip.test_endpoint import Desk, connect, desk
from tests.virtual_time import run_real


def test_an_endpoint_that_closes_lets_go_of_the_audio_of_calls_that_are_up() -> None:
    async def main() -> None:
        async with asyncio.timeout(20.0), desk() as calling, desk() as called:
            pair = await connect(calling, called)
            pair.talk(0.1)
            with pytest.raises(OSError, match="in use"):
                bind_all(calling)
            calling.endpoint.close()
            bind_all(calling)
            assert calling.signals == [Left("lost")]
            assert calling.endpoint.calls == 0
            called.endpoint.close()

    run_real(main())


def bind_all(of: Desk) -> None:
    """Bind every media port of a desk, and let go of it."""
    settings = of.endpoint._settings
    for port in range(settings.rtp_first, settings.rtp_last + 1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
            held.bind((settings.host, port))

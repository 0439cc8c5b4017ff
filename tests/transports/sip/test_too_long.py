"""Streams that bring more than a message may hold, against a whole endpoint."""

import asyncio

import pytest

from tests.sip.texts import request
from tests.transports.sip.test_endpoint import desk
from tests.virtual_time import run_real

VIA = "SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKlong;rport"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request("INVITE", via=VIA).replace(b"Content-Length: 0", b"Content-Length: 70000"), b"413"),
        (request("INVITE", "X-Pad: " + "x" * 33_000, via=VIA)[:32_900], b"513"),
    ],
)
def test_a_request_that_is_too_long_is_refused_before_its_connection_closes(data: bytes, status: bytes) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), desk() as called:
            reader, writer = await asyncio.open_connection(*called.endpoint.address)
            writer.write(data)
            answer = await reader.read()
            assert answer.split(b" ")[1] == status
            assert called.endpoint.counts["stream_fault"] == 1
            writer.close()

    run_real(main())

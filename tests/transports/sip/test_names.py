"""The machine's resolver against a name server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.message
import dns.rcode
import dns.rrset

from switchroom.transports.sip.wire.locating import Naptr, Srv
from switchroom.transports.sip.wire.names import SystemResolver
from tests.virtual_time import run_real

_RECORDS = {
    ("carrier.test.", "NAPTR"): ['10 50 "s" "SIPS+D2T" "" _sips._tcp.carrier.test.'],
    ("_sips._tcp.carrier.test.", "SRV"): ["1 20 5061 a.carrier.test.", "2 0 0 ."],
}


class ScriptedNameServer(asyncio.DatagramProtocol):
    """Knows one domain."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        response = dns.message.make_response(query)
        kind = question.rdtype.name
        known = _RECORDS.get((str(question.name), kind))
        if known is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *known))
        self._transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def resolver() -> AsyncIterator[SystemResolver]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(ScriptedNameServer, local_addr=("127.0.0.1", 0))
    try:
        yield SystemResolver("127.0.0.1", transport.get_extra_info("sockname")[:2])
    finally:
        transport.close()
        await asyncio.sleep(0)


def test_records_are_read_as_the_name_server_has_them() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), resolver() as names:
            assert await names.naptr("carrier.test") == [Naptr(10, 50, "SIPS+D2T", "_sips._tcp.carrier.test")]
            assert sorted(await names.srv("_sips._tcp.carrier.test"), key=lambda server: server.priority) == [
                Srv(1, 20, 5061, "a.carrier.test"),
                Srv(2, 0, 0, ""),
            ]

    run_real(main())


def test_a_name_that_is_not_there_gives_nothing() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), resolver() as names:
            assert await names.naptr("gone.test") == []
            assert await names.srv("_sip._udp.gone.test") == []
            assert await names.srv("not..a.name") == []

    run_real(main())


def test_addresses_are_those_that_this_machine_knows() -> None:
    async def main() -> None:
        assert await SystemResolver("127.0.0.1").addresses("localhost") == ["127.0.0.1"]

    run_real(main())

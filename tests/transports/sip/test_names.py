"""The machine's resolver against a name server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.transports.sip.wire.locating import Naptr, Srv, locate
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


_LABELS = st.text(st.sampled_from("abc019-_.\u00e9\u3002 "), max_size=80)
_HOSTILE = st.tuples(_LABELS, st.sampled_from(["a..b", "a" * 64, "..", "\ud800"]), _LABELS).map("".join)


@settings(max_examples=60, deadline=None)
@given(_HOSTILE)
def test_fuzz_a_name_from_outside_that_is_none_has_no_address(name: str) -> None:
    async def main() -> None:
        try:
            hops = await locate(f"sip:{name}:5060", SystemResolver("127.0.0.1"))
        except SwitchroomError:
            hops = []
        assert hops == []
        assert await SystemResolver("127.0.0.1").addresses(name) == []

    run_real(main())


def test_a_contact_whose_host_no_resolver_takes_has_no_route() -> None:
    async def main() -> None:
        for host in ("a..b", "a" * 64, f"{'a' * 64}.example"):
            for target in (f"sip:{host}", f"sip:{host}:5060", f"sips:{host};transport=tcp"):
                with pytest.raises(Unavailable):
                    async with asyncio.timeout(10.0), resolver() as names:
                        await locate(target, names)

    run_real(main())

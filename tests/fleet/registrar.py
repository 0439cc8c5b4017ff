"""A carrier in literal SIP: takes every REGISTER and remembers at which port each contact is, and is busy for every call."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast


class ScriptedRegistrar(asyncio.DatagramProtocol):
    """``registered`` are the ports of contacts, the newest last; one that leaves is taken off. ``called`` are who was called."""

    def __init__(self) -> None:
        self.registered: list[int] = []
        self.called: list[str] = []
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        first, *lines = data.decode().split("\r\n\r\n")[0].split("\r\n")
        method, _, rest = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in lines if line)
        if method == "REGISTER":
            self._registered(headers, address)
        elif method == "INVITE":
            self.called.append(rest.split("@")[0].removeprefix("sip:"))
            self._answer("486 Busy Here", headers, address)

    def _registered(self, headers: dict[str, str], address: tuple[str, int]) -> None:
        contact = headers["Contact"]
        found = re.search(r"@[\d.]+:(\d+)", contact)
        port = int(found[1]) if found else 5060
        left = re.search(r"expires=0\b", contact) or headers.get("Expires") == "0"
        self.registered = [one for one in self.registered if one != port] + ([] if left else [port])
        bound = "" if left else f"Contact: {contact.split(';expires')[0]};expires=60\r\n"
        self._answer("200 OK", headers, address, bound)

    def _answer(self, status: str, headers: dict[str, str], address: tuple[str, int], more: str = "") -> None:
        assert self._transport is not None
        kept = "".join(f"{name}: {headers[name]}\r\n" for name in ("Via", "From", "Call-ID", "CSeq"))
        answer = f"SIP/2.0 {status}\r\n{kept}To: {headers['To']};tag=r\r\n{more}Content-Length: 0\r\n\r\n"
        self._transport.sendto(answer.encode(), address)


@asynccontextmanager
async def registrar() -> AsyncIterator[ScriptedRegistrar]:
    """Run one on a free port of loopback."""
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(ScriptedRegistrar, local_addr=("127.0.0.1", 0))
    try:
        yield made
    finally:
        transport.close()

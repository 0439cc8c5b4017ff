"""SIP over WebSocket: a client library that we did not write talks to our sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer
from switchroom.transports.sip.wire.sockets import SipSockets
from tests.virtual_time import run_real

MESSAGE = b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bKx\r\n\r\nbody without a length"
SIP = [Subprotocol("sip")]


class Box:
    """Sockets whose messages and losses are kept."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[bytes, Peer]] = asyncio.Queue()
        self.lost: asyncio.Queue[Peer] = asyncio.Queue()
        self.sockets = SipSockets(lambda data, peer: self.messages.put_nowait((data, peer)), self.lost.put_nowait)

    def url(self, scheme: str = "ws") -> str:
        port = self.sockets.addresses["wss" if scheme == "wss" else "ws"][1]
        return f"{scheme}://127.0.0.1:{port}/"


@asynccontextmanager
async def box(origins: tuple[str, ...] = ()) -> AsyncIterator[Box]:
    made = Box()
    await made.sockets.open(SipSettings(host="127.0.0.1", port=0, ws_port=0, wss_port=0, origins=origins))
    try:
        yield made
    finally:
        made.sockets.close()
        await asyncio.sleep(0.05)


def careless() -> ssl.SSLContext:
    """A client that trusts anybody, as a developer's browser is told to."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def next_frame(client: ClientConnection) -> str | bytes:
    return await client.recv()


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("text", [True, False])
def test_messages_come_and_go_one_in_a_frame(scheme: str, text: bool) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here:
            secure = careless() if scheme == "wss" else None
            async with connect(here.url(scheme), subprotocols=SIP, ssl=secure) as client:
                assert client.subprotocol == "sip"
                await client.send(MESSAGE.decode() if text else MESSAGE)
                data, peer = await here.messages.get()
                assert (data, peer.transport) == (MESSAGE, scheme)
                assert here.sockets.send(MESSAGE, peer)
                assert await client.recv() == MESSAGE.decode()
                assert here.sockets.send(b"\xff" + MESSAGE, peer)
                assert await client.recv() == b"\xff" + MESSAGE, "what is no UTF-8 goes as binary"

    run_real(main())


def test_a_message_may_come_in_fragments() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here, connect(here.url(), subprotocols=SIP) as client:
            await client.send(iter([MESSAGE[:20], MESSAGE[20:40], MESSAGE[40:]]))
            assert (await here.messages.get())[0] == MESSAGE

    run_real(main())


def test_a_keep_alive_is_answered_in_its_own_frame() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here, connect(here.url(), subprotocols=SIP) as client:
            await client.send("\r\n\r\n")
            assert await client.recv() == "\r\n"
            await (await client.ping())
            assert here.messages.empty()

    run_real(main())


def test_a_socket_that_speaks_no_sip_is_refused() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here:
            for offered in (None, [Subprotocol("chat")]):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(here.url(), subprotocols=offered)
                assert refused.value.response.status_code == 400

    run_real(main())


def test_only_pages_of_the_named_origins_may_connect() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box(("https://phone.test",)) as here:
            async with connect(here.url(), subprotocols=SIP, origin=Origin("https://phone.test")):
                pass
            async with connect(here.url(), subprotocols=SIP):
                pass
            with pytest.raises(InvalidStatus) as refused:
                await connect(here.url(), subprotocols=SIP, origin=Origin("https://evil.test"))
            assert refused.value.response.status_code == 403

    run_real(main())


def test_a_frame_that_is_too_long_ends_the_connection() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here, connect(here.url(), subprotocols=SIP) as client:
            await client.send(b"x" * 100_000)
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert (await here.lost.get()).transport == "ws"
            assert here.messages.empty()

    run_real(main())


def test_bytes_that_are_no_handshake_end_the_connection() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here:
            host, port = here.sockets.addresses["ws"]
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n")
            await reader.read()
            writer.close()
            assert (await here.lost.get()).transport == "ws"

    run_real(main())


def test_a_browser_that_is_gone_is_not_connected_to() -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here:
            async with connect(here.url(), subprotocols=SIP) as client:
                await client.send(MESSAGE)
                _, peer = await here.messages.get()
            assert await here.lost.get() == peer
            assert not here.sockets.send(MESSAGE, peer)
            await here.sockets.connect(peer)
            assert (await here.lost.get()).is_same_place(peer)

    run_real(main())

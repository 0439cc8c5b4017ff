"""The sockets of SIP on loopback, without a user agent behind them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.outbound import FLOW_TIMER
from switchroom.transports.sip.wire import connections as limits
from switchroom.transports.sip.wire import guard
from switchroom.transports.sip.wire.sockets import SipSockets
from tests.interop.ports import free_block
from tests.virtual_time import run_real

MESSAGE = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 5\r\n\r\nhello"


class Box:
    """Sockets whose messages and losses are kept."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[bytes, Peer]] = asyncio.Queue()
        self.lost: asyncio.Queue[Peer] = asyncio.Queue()
        self.sockets = SipSockets(lambda data, peer: self.messages.put_nowait((data, peer)), self.lost.put_nowait)

    def peer(self, transport: str) -> Peer:
        return Peer("tcp" if transport == "tcp" else "udp", *self.sockets.address)


@asynccontextmanager
async def box() -> AsyncIterator[Box]:
    made = Box()
    await made.sockets.open(SipSettings(host="127.0.0.1", port=0))
    try:
        yield made
    finally:
        made.sockets.close()
        await asyncio.sleep(0)


def with_boxes(scenario: Callable[[Box, Box], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(10.0), box() as here, box() as there:
            await scenario(here, there)

    run_real(main())


async def pings(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    connection[1].write(b"\r\n\r\n")
    return await connection[0].readexactly(2) == b"\r\n"


async def refused(there: Box) -> None:
    reader, writer = await asyncio.open_connection(*there.sockets.address)
    with pytest.raises((EOFError, ConnectionError)):
        await reader.readexactly(1)
    writer.close()


def test_datagrams_and_connections_share_a_port() -> None:
    async def scenario(here: Box, there: Box) -> None:
        assert here.sockets.send(MESSAGE, there.peer("udp"))
        data, peer = await there.messages.get()
        assert data == MESSAGE
        assert (peer.host, peer.port) == here.sockets.address
        assert not here.sockets.send(MESSAGE, there.peer("tcp"))
        await here.sockets.connect(there.peer("tcp"))
        data, peer = await there.messages.get()
        assert data == MESSAGE
        assert peer.connection > 0

    with_boxes(scenario)


def test_a_connection_is_used_again_and_in_both_directions() -> None:
    async def scenario(here: Box, there: Box) -> None:
        assert not here.sockets.send(b"\r\n\r\n" + MESSAGE, there.peer("tcp"))
        assert here.sockets.send(MESSAGE, there.peer("tcp")), "the second message waits for the same connection"
        await here.sockets.connect(there.peer("tcp"))
        _, peer = await there.messages.get()
        assert (await there.messages.get())[1] == peer
        assert here.sockets.send(MESSAGE, there.peer("tcp"))
        assert (await there.messages.get())[1] == peer
        assert there.sockets.send(MESSAGE, peer)
        assert (await here.messages.get())[0] == MESSAGE

    with_boxes(scenario)


def test_a_connection_that_is_lost_is_told_and_another_is_made() -> None:
    async def scenario(here: Box, there: Box) -> None:
        here.sockets.send(MESSAGE, there.peer("tcp"))
        await here.sockets.connect(there.peer("tcp"))
        _, peer = await there.messages.get()
        there.sockets.drop(peer)
        lost = await here.lost.get()
        assert lost.is_same_place(there.peer("tcp"))
        assert not here.sockets.send(MESSAGE, there.peer("tcp"))

    with_boxes(scenario)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_closed_port_is_told(transport: str) -> None:
    async def scenario(here: Box, there: Box) -> None:
        nobody = Peer("tcp" if transport == "tcp" else "udp", "127.0.0.1", free_block(2))
        if not here.sockets.send(MESSAGE, nobody):
            await here.sockets.connect(nobody)
        assert await here.lost.get() == nobody

    with_boxes(scenario)


@pytest.mark.parametrize(
    "stream",
    [
        b"A" * 40_000,
        b"INVITE sip:a SIP/2.0\r\nContent-Length: 999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000,
    ],
)
def test_a_stream_that_is_no_sip_is_closed(stream: bytes) -> None:
    async def scenario(here: Box, there: Box) -> None:
        reader, writer = await asyncio.open_connection(*there.sockets.address)
        writer.write(stream)
        with pytest.raises((EOFError, ConnectionError)):
            await reader.readexactly(1)
        writer.close()
        assert there.sockets.counts["stream_fault"] == 1

    with_boxes(scenario)


def test_a_ping_is_answered() -> None:
    async def scenario(here: Box, there: Box) -> None:
        reader, writer = await asyncio.open_connection(*there.sockets.address)
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        writer.close()

    with_boxes(scenario)


def test_one_host_cannot_take_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PER_HOST", 2)

    async def scenario(here: Box, there: Box) -> None:
        opened = [await asyncio.open_connection(*there.sockets.address) for _ in range(3)]
        with pytest.raises((EOFError, ConnectionError)):
            await opened[2][0].readexactly(1)
        assert there.sockets.counts["connection_refused"] == 1
        for _, writer in opened:
            writer.close()

    with_boxes(scenario)


def test_a_connection_whose_first_message_only_drips_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRST_WORD", 0.2)
    monkeypatch.setattr(limits, "SWEEP", 0.05)

    async def scenario(here: Box, there: Box) -> None:
        reader, writer = await asyncio.open_connection(*there.sockets.address)
        while not there.sockets.counts["idle"]:
            writer.write(b"O")
            await asyncio.sleep(0.02)
        with pytest.raises((EOFError, ConnectionError)):
            await reader.readexactly(1)
        writer.close()

    with_boxes(scenario)


def test_when_there_are_too_many_connections_one_that_carries_nothing_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario(here: Box, there: Box) -> None:
        there.sockets.connections.most = 2
        opened, peers = [], []
        for _ in range(2):
            opened.append(await asyncio.open_connection(*there.sockets.address))
            opened[-1][1].write(MESSAGE)
            peers.append((await there.messages.get())[1])
        telephone, stranger = opened
        there.sockets.connections.needed = lambda: {peers[0].connection}
        await refused(there)
        assert there.sockets.counts["connection_refused"] == 1, "the stranger has only just come"
        monkeypatch.setattr(limits, "FIRST_WORD", 0.0)
        stranger[1].write(MESSAGE)
        await there.messages.get()
        newest = await asyncio.open_connection(*there.sockets.address)
        assert await pings(newest)
        with pytest.raises((EOFError, ConnectionError)):
            await stranger[0].readexactly(1)
        assert await pings(telephone), "silent for longer, but it can be called by this connection alone"
        assert (there.sockets.counts["made_room"], there.sockets.counts["connection_refused"]) == (1, 1)
        for _, writer in [*opened, newest]:
            writer.close()

    with_boxes(scenario)


def test_when_all_connections_carry_something_only_one_silent_beyond_flow_timer_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert limits.IDLE > FLOW_TIMER
    monkeypatch.setattr(limits, "FIRST_WORD", 0.0)

    async def scenario(here: Box, there: Box) -> None:
        there.sockets.connections.most = 1
        there.sockets.connections.needed = lambda: range(1000)
        telephone = await asyncio.open_connection(*there.sockets.address)
        assert await pings(telephone)
        await refused(there)
        monkeypatch.setattr(limits, "IDLE", 0.0)
        newest = await asyncio.open_connection(*there.sockets.address)
        assert await pings(newest)
        with pytest.raises((EOFError, ConnectionError)):
            await telephone[0].readexactly(1)
        for _, writer in (telephone, newest):
            writer.close()

    with_boxes(scenario)


def test_a_message_for_which_there_is_no_room_to_connect_is_told_as_lost_at_once() -> None:
    async def scenario(here: Box, there: Box) -> None:
        here.sockets.connections.most = 0
        assert not here.sockets.send(MESSAGE, there.peer("tcp"))
        await here.sockets.connect(there.peer("tcp"))
        assert here.lost.get_nowait() == there.peer("tcp")

    with_boxes(scenario)


def test_who_opens_connections_without_end_must_wait_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "RATE", 0.0)
    monkeypatch.setattr(guard, "BURST", 8.0)

    async def scenario(here: Box, there: Box) -> None:
        for _ in range(2):
            _, writer = await asyncio.open_connection(*there.sockets.address)
            writer.close()
        await refused(there)
        assert there.sockets.counts["connection_refused"] == 1

    with_boxes(scenario)


def test_a_flood_of_keep_alives_closes_the_connection_and_a_few_are_answered() -> None:
    async def scenario(here: Box, there: Box) -> None:
        reader, writer = await asyncio.open_connection(*there.sockets.address)
        writer.write(b"\r\n\r\n" * 5)
        assert await reader.readexactly(10) == b"\r\n" * 5
        writer.write(b"\r\n\r\n" * 10_000)
        with pytest.raises((EOFError, ConnectionError)):
            await reader.readexactly(1)
        assert there.sockets.counts["ping_flood"] == 1
        writer.close()

    with_boxes(scenario)

"""Who is heard at all."""

import asyncio

import pytest

from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer
from switchroom.transports.sip import guard as limits
from switchroom.transports.sip import sockets
from switchroom.transports.sip.guard import FAILURES, FIRST_BAN, Guard, is_scanner
from switchroom.transports.sip.sockets import SipSockets
from tests.virtual_time import run_real

HOST = "192.0.2.66"
MESSAGE = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"


def guess(guard: Guard, times: int, now: float) -> float:
    return max(guard.blame(HOST, now) for _ in range(times))


def test_a_few_wrong_passwords_are_forgiven() -> None:
    guard = Guard()
    assert guess(guard, FAILURES - 1, 0.0) == 0
    assert guess(guard, FAILURES - 1, 61.0) == 0
    assert not guard.is_banned(HOST, 61.0)


def test_who_guesses_on_is_banned_each_time_for_longer() -> None:
    guard = Guard()
    assert guess(guard, FAILURES, 0.0) == FIRST_BAN
    assert guard.is_banned(HOST, FIRST_BAN - 1)
    assert not guard.is_banned("192.0.2.67", 1.0)
    assert not guard.is_banned(HOST, FIRST_BAN + 1)
    assert guess(guard, FAILURES, FIRST_BAN + 1) == 2 * FIRST_BAN


def test_sources_are_forgotten_rather_than_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SOURCES", 10)
    guard = Guard()
    guess(guard, FAILURES, 0.0)
    for index in range(10):
        guard.blame(f"198.51.100.{index}", 1.0)
    assert not guard.is_banned(HOST, 2.0)


@pytest.mark.parametrize(
    ("line", "scanner"),
    [
        (b"User-Agent: friendly-scanner", True),
        (b"user-agent : sipcli/v1.8", True),
        (b'From: "sipvicious"<sip:100@1.1.1.1>;tag=1', True),
        (b"User-Agent: Telephone 1.5", False),
        (b"Subject: about sipvicious", False),
    ],
)
def test_scanners_are_known_by_name(line: bytes, scanner: bool) -> None:
    assert is_scanner(b"OPTIONS sip:100@1.1.1.1 SIP/2.0\r\n" + line + b"\r\n\r\n") is scanner


def test_what_is_banned_or_a_scanner_is_neither_heard_nor_answered() -> None:
    async def main() -> None:
        heard: list[bytes] = []
        here = SipSockets(lambda data, _: heard.append(data), lambda _: None)
        await here.open(SipSettings(host="127.0.0.1", port=0))
        peer = Peer("udp", "127.0.0.1", 9)
        here.received(MESSAGE, peer)
        here.received(MESSAGE.replace(b"\r\n\r\n", b"\r\nUser-Agent: friendly-scanner\r\n\r\n"), peer)
        for _ in range(FAILURES):
            here.blame(peer)
        here.received(MESSAGE, peer)
        assert heard == [MESSAGE]
        assert (here.counts["scanner"], here.counts["bans"], here.counts["banned"]) == (1, 1, 1)
        _, writer = await asyncio.open_connection(*here.address)
        while not here.counts["connection_refused"]:
            await asyncio.sleep(0.01)
        writer.close()
        here.close()
        await asyncio.sleep(0)

    run_real(main())


def test_a_connection_that_never_speaks_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "FIRST_WORD", 0.0)
    monkeypatch.setattr(sockets, "_SWEEP", 0.01)

    async def main() -> None:
        here = SipSockets(lambda _data, _peer: None, lambda _: None)
        await here.open(SipSettings(host="127.0.0.1", port=0))
        async with asyncio.timeout(10.0):
            reader, writer = await asyncio.open_connection(*here.address)
            with pytest.raises((EOFError, ConnectionError)):
                await reader.readexactly(1)
        assert here.counts["idle"] == 1
        writer.close()
        here.close()
        await asyncio.sleep(0)

    run_real(main())

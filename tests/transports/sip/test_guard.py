"""Who is heard at all."""

import asyncio
from ipaddress import ip_network

import pytest

from switchroom.settings import SipSettings
from switchroom.sip.peer import Peer
from switchroom.transports.sip.wire import connections
from switchroom.transports.sip.wire import guard as limits
from switchroom.transports.sip.wire.guard import (
    BURST,
    FAILURES,
    FIRST_BAN,
    FLOOD_BAN,
    RATE,
    REPORTS,
    Ban,
    Guard,
    Objection,
    is_scanner,
    source_of,
    within,
)
from switchroom.transports.sip.wire.sockets import SipSockets
from tests.virtual_time import run_real

HOST = "192.0.2.66"
MESSAGE = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"


def guess(guard: Guard, times: int, now: float, host: str = HOST) -> float:
    """Return for how long the last of so many wrong passwords got the host banned."""
    bans = [guard.blame(host, now) for _ in range(times)]
    return max((ban.seconds for ban in bans if ban is not None), default=0.0)


def knock(guard: Guard, times: int, now: float, host: str = HOST, message: bytes = MESSAGE) -> list[Objection | None]:
    return [guard.objection(message, host, now) for _ in range(times)]


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


def test_another_address_of_the_same_ipv6_network_is_the_same_source() -> None:
    guard = Guard()
    for last in range(FAILURES):
        guard.blame(f"2001:db8:1:2::{last:x}", 0.0)
    assert guard.is_banned("2001:db8:1:2:ffff::1", 1.0)
    assert not guard.is_banned("2001:db8:1:3::1", 1.0)
    assert [ban.source for ban in guard.bans(1.0)] == ["2001:db8:1:2::/64"]


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_a_source_is_an_address_or_the_network_of_a_host(host: str, source: str) -> None:
    assert source_of(host) == source


def test_a_flood_is_heard_up_to_its_rate_and_then_not_at_all_for_a_while() -> None:
    guard = Guard()
    assert knock(guard, int(BURST) + 2, 0.0) == [None] * int(BURST) + ["flood", "banned"]
    assert knock(guard, 1, FLOOD_BAN - 1) == ["banned"]
    assert knock(guard, 1, FLOOD_BAN + 1) == [None]
    assert [ban.reason for ban in guard.bans(1.0)] == ["flood"]


def test_a_forged_flood_keeps_nothing_of_a_running_call_from_being_heard() -> None:
    guard = Guard()
    guard.of_a_call = lambda data: "ours" if b"Call-ID: ours" in data else ""
    bye = b"BYE sip:a@b SIP/2.0\r\nCall-ID: ours\r\n\r\n"
    again = b"INVITE sip:a@b SIP/2.0\r\nCall-ID: ours\r\n\r\n"
    knock(guard, 2 * int(BURST), 0.0)
    assert knock(guard, 1, 1.0) == ["banned"]
    assert knock(guard, 1, 1.0, message=bye) == knock(guard, 1, 1.0, message=again) == [None]
    assert knock(guard, 1, 1.0, message=bye.replace(b"ours", b"guessed")) == ["banned"]
    assert knock(guard, 11 * int(BURST), 1.0, message=bye)[-1] == "excess"
    assert guard.bans(1.0) == [Ban(HOST, "flood", FLOOD_BAN - 1)]


def test_a_flood_of_datagrams_does_not_silence_connections_from_the_same_address() -> None:
    guard = Guard()
    knock(guard, 2 * int(BURST), 0.0)
    assert guard.objection(MESSAGE, HOST, 1.0) == "banned"
    assert guard.objection(MESSAGE, HOST, 1.0, connected=True) is None
    assert guard.lets_in(HOST, 1.0)
    guess(guard, FAILURES, 1.0)
    assert guard.objection(MESSAGE, HOST, 2.0, connected=True) == "banned"
    assert not guard.lets_in(HOST, 2.0)


def test_a_flood_over_a_connection_closes_it_and_bans_nobody() -> None:
    guard = Guard()
    said = [guard.objection(MESSAGE, HOST, 0.0, connected=True) for _ in range(int(BURST) + 1)]
    assert said[-2:] == [None, "flood"]
    assert guard.bans(0.0) == []
    assert knock(guard, 1, 0.0) == [None]


def test_a_busy_house_is_no_flood() -> None:
    guard = Guard()
    assert not any(any(knock(guard, int(RATE), float(second))) for second in range(120))


@pytest.mark.parametrize("begin", [b"SIP/2.0 200 OK", b"ACK sip:a@b SIP/2.0", b"BYE sip:a@b SIP/2.0"])
def test_what_belongs_to_a_call_may_come_ten_times_as_often(begin: bytes) -> None:
    message = begin + MESSAGE[MESSAGE.index(b"\r\n") :]
    guard = Guard()
    assert not any(knock(guard, 9 * int(BURST), 0.0, message=message))
    assert "flood" in knock(guard, 2 * int(BURST), 0.0, message=message)


def test_a_source_that_is_spared_is_neither_banned_nor_slowed() -> None:
    guard = Guard(within([ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")]))
    for host in (HOST, "::ffff:192.0.2.9", "2001:db8:5::1"):
        assert guess(guard, 5 * FAILURES, 0.0, host) == 0
        assert not any(knock(guard, 2 * int(BURST), 0.0, host))
    assert guess(guard, FAILURES, 0.0, "198.51.100.1") == FIRST_BAN
    assert guard.is_banned("198.51.100.1", 1.0)
    guard.spared = lambda host: host == "198.51.100.1"
    assert not guard.is_banned("198.51.100.1", 1.0)


def test_a_ban_can_be_lifted() -> None:
    guard = Guard()
    guess(guard, FAILURES, 0.0)
    assert guard.bans(0.0) == [Ban(HOST, "wrong_credentials", FIRST_BAN)]
    assert guard.lift(HOST, 1.0)
    assert not guard.lift(HOST, 1.0)
    assert not guard.is_banned(HOST, 1.0)
    assert guess(guard, FAILURES, 1.0) == FIRST_BAN


def test_a_flood_under_a_thousand_names_is_reported_in_portions() -> None:
    guard = Guard()
    reported: list[Ban] = []
    guard.report = reported.append
    for index in range(3 * REPORTS):
        guess(guard, FAILURES, 0.0, f"198.51.100.{index}")
    assert len(reported) == REPORTS
    guess(guard, FAILURES, 61.0, "203.0.113.1")
    assert len(reported) == REPORTS + 1


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
    monkeypatch.setattr(connections, "FIRST_WORD", 0.0)
    monkeypatch.setattr(connections, "SWEEP", 0.01)

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

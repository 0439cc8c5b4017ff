"""Hops that fail: what was under way to them is told at once, and nobody else's business is even looked at."""

import pytest

from switchroom.sip.messages.message import Request, Response, parse
from switchroom.sip.messages.replies import Reply, respond
from switchroom.sip.outputs import Output
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.alarms import Alarms
from switchroom.sip.transactions.exchanges import Exchanges
from tests.sip.texts import request

MANY = 500
GONE = Peer("tcp", "192.0.2.9", 5060, 1)


class Asker:
    """Asks, and keeps what it heard by host."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        emitted: list[Output] = []
        self.exchanges = Exchanges(Alarms(), emitted.append)

    def ask(self, peer: Peer, name: str) -> Request:
        asked = parse(request("OPTIONS", via=f"SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK{name}"))
        assert isinstance(asked, Request)

        def hear(response: Response, _source: Peer | None, _now: float) -> None:
            self.heard.append((peer.host, response.status))

        self.exchanges.ask(asked, peer, hear, 0.0)
        return asked


def test_a_lost_hop_fails_its_own_requests_and_costs_nobody_else_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    asker, looks = Asker(), []
    for number in range(MANY):
        asker.ask(Peer("udp", f"198.51.100.{number % 250}", 5060 + number), f"a{number}")
    asker.ask(GONE, "gone")
    compared = Peer.is_same_place

    def looking(one: Peer, other: Peer) -> bool:
        looks.append(one)
        return compared(one, other)

    monkeypatch.setattr(Peer, "is_same_place", looking)
    asker.exchanges.lose(GONE, 1.0)
    assert asker.heard == [("192.0.2.9", 503)]
    assert looks == [GONE]
    assert len(asker.exchanges) == MANY


def test_a_lost_connection_fails_nothing_that_goes_by_another_to_the_same_place() -> None:
    asker = Asker()
    asker.ask(Peer("tcp", GONE.host, GONE.port, 2), "other")
    asker.exchanges.lose(GONE, 1.0)
    assert asker.heard == []
    asker.exchanges.lose(Peer("tcp", GONE.host, GONE.port), 1.0)
    assert asker.heard == [(GONE.host, 503)]


def test_a_request_that_was_answered_by_another_connection_is_lost_with_that_one() -> None:
    asker = Asker()
    asked = asker.ask(Peer("tcp", "198.51.100.1", 5060), "moved")
    asker.exchanges.hear(respond(asked, Reply(100), ""), GONE, 0.5)
    asker.exchanges.lose(Peer("tcp", "198.51.100.1", 5060), 1.0)
    assert [status for _, status in asker.heard] == [100]
    asker.exchanges.lose(GONE, 1.0)
    assert [status for _, status in asker.heard] == [100, 503]
    assert asker.exchanges._places == {}, "nothing is left of what is over"

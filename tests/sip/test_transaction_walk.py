"""Each row of the transaction tables in docs/sip.md, walked.

A real exchange is brought into the state, the event happens to it, and what comes out is held against the row; what is in no row
must change nothing.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

import pytest

from switchroom.sip.messages.message import Request, Response, parse
from switchroom.sip.messages.replies import Reply, respond
from switchroom.sip.outputs import Output, Transmit
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.alarms import Ring
from switchroom.sip.transactions.exchanges import Exchanges
from switchroom.sip.transactions.transaction import MACHINES, T2, Event, Machine, State
from tests.sip.document import table

PEER = Peer("udp", "192.0.2.1", 5060)
STATUS = {"1xx": 180, "2xx": 200, "3xx-6xx": 486}
UNHEARD = {"pass up", "timed out", "lost"}
"""What a server transaction tells a user who does not listen."""


@dataclass
class ScriptedAlarms:
    """Alarms that ring when the test says so, and note what was done to them. The time is always 0."""

    rings: dict[str, Ring] = field(default_factory=dict)
    intervals: dict[str, float] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def set(self, name: Hashable, due: float, ring: Ring) -> None:
        """Note which timer runs, and whether for longer than before."""
        timer, before = _timer(name), self.intervals.get(_timer(name))
        verb = "start" if before is None else "slow" if before < T2 == due else "again"
        self.seen.append(f"{verb} {timer}")
        self.rings[timer], self.intervals[timer] = ring, due

    def cancel(self, name: Hashable) -> None:
        """Note that a timer does not run any more."""
        if self.rings.pop(_timer(name), None) is not None:
            self.seen.append(f"stop {_timer(name)}")


def _timer(name: Hashable) -> str:
    assert isinstance(name, tuple)
    return str(name[1])


class Walk:
    """One exchange of ``machine``, just begun."""

    def __init__(self, machine: Machine) -> None:
        self.alarms = ScriptedAlarms()
        exchanges = self.exchanges = Exchanges(self.alarms, self._emit)  # type: ignore[arg-type]
        method = machine.name.split(" ")[0].replace("non-INVITE", "OPTIONS")
        request = self.request = _request(method)
        self.is_server = machine.name.endswith("server")
        if self.is_server:
            self.exchange = exchanges.serve(request, PEER, 0.0, b"100" if method == "INVITE" else b"")
        else:
            self.exchange = exchanges.ask(request, PEER, self._hear, 0.0)

    @property
    def state(self) -> State:
        """Where it is."""
        return self.exchange.state

    def happen(self, event: Event) -> set[str]:
        """Let ``event`` happen and return which actions were seen."""
        self.alarms.seen.clear()
        kind, _, what = event.value.rpartition(" ")
        if kind == "timer":
            ring = self.alarms.rings.pop(what, None)
            if ring is not None:
                ring(0.0)
        elif event is Event.LOST:
            self.exchanges.lose(PEER, 0.0)
        elif kind == "send":
            self.exchanges.respond(self.exchange, respond(self.request, Reply(STATUS[what]), "b"), 0.0)
        elif what in STATUS:
            self.exchanges.hear(respond(self.request, Reply(STATUS[what]), "b"), PEER, 0.0)
        else:
            self.exchanges.repeat(self.exchange, event, 0.0)
        return set(self.alarms.seen)

    def _emit(self, output: Output) -> None:
        assert isinstance(output, Transmit)
        self.alarms.seen.append("ack" if output.data.startswith(b"ACK ") else "send")

    def _hear(self, response: Response, source: Peer | None, _now: float) -> None:
        self.alarms.seen.append("pass up" if source else {408: "timed out", 503: "lost"}[response.status])


def _request(method: str) -> Request:
    text = (
        f"{method} sip:b@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
        f"From: <sip:a@192.0.2.1>;tag=a\r\nTo: <sip:b@192.0.2.2>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n"
    )
    request = parse(text.encode())
    assert isinstance(request, Request)
    return request


def brought_to(machine: Machine, state: State) -> Walk:
    """Return an exchange that went to ``state`` by the fewest events."""
    ways: list[tuple[Event, ...]] = [()]
    for way in ways:
        walk = Walk(machine)
        for event in way:
            walk.happen(event)
        if walk.state is state:
            return walk
        ways += [
            (*way, event) for (before, event), step in machine.table.items() if before is walk.state is not step.state
        ]
    raise AssertionError(f"no way leads to {state}")


def rows() -> list[tuple[Machine, State, Event, State, frozenset[str]]]:
    """Return every row of the document but the first of each table."""
    return [
        (machine, State(state), Event(event), State(after), frozenset(filter(None, map(str.strip, actions.split(",")))))
        for machine in MACHINES
        for state, event, after, actions in table(machine.name)[1:]
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0].name}: {row[1].value}, {row[2].value}")
def test_a_row_is_walked(row: tuple[Machine, State, Event, State, frozenset[str]]) -> None:
    machine, state, event, after, actions = row
    walk = brought_to(machine, state)
    seen = walk.happen(event)
    running = {action for action in seen if action.startswith("stop ")} if after is State.TERMINATED else set()
    assert walk.state is after
    assert seen - running == actions - (UNHEARD if walk.is_server else set())


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_what_is_in_no_row_changes_nothing(machine: Machine) -> None:
    for state in {before for before, _ in machine.table}:
        for event in set(Event) - {event for before, event in machine.table if before is state}:
            walk = brought_to(machine, state)
            assert (walk.happen(event), walk.state) == (set(), state), event


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_an_exchange_begins_as_its_table_says(machine: Machine) -> None:
    _, _, state, actions = table(machine.name)[0]
    walk = Walk(machine)
    assert (walk.state.value, set(walk.alarms.seen)) == (state, set(filter(None, actions.split(", "))))

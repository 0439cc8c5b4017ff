"""The transactions under way: matches messages to them, lets their tables decide, and does what the tables say.

Users of client transactions give a ``heard(response, peer, now)``; a time-out is heard as a 408 and a lost transport as a
503 that we made ourselves (RFC 3261 §8.1.3.1), with ``peer`` None. Users of server transactions need not hear: an ACK to a 2xx
is matched by its dialog, and a refusal whose ACK is missing concerns nobody.

A server transaction stays for 32 s after its answer, thousands of them on a busy day, so it then keeps no more of its request
than it takes to know it again. A REFER is the exception: what becomes of it is told for as long as it takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from switchroom.sip.messages.headers import CSeq, Headers
from switchroom.sip.messages.message import METHODS, Request, Response
from switchroom.sip.messages.replies import REASONS
from switchroom.sip.messages.uri import NameAddr, Uri
from switchroom.sip.outputs import Output, Transmit
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.alarms import Alarms
from switchroom.sip.transactions.transaction import (
    CLIENT,
    INVITE_CLIENT,
    INVITE_SERVER,
    SERVER,
    T2,
    Action,
    Event,
    Machine,
    State,
    Step,
    first_interval,
    next_interval,
    response_event,
    sending_event,
)

COOKIE = "z9hG4bK"
MAX_BRIEF = 65_536
"""Transactions kept in brief; further ones count in full."""

_NOWHERE = NameAddr(Uri(""))
_NOTHING = Request(via=(), from_=_NOWHERE, to=_NOWHERE, call_id="", cseq=CSeq(0, ""), method="", uri=Uri(""))

Key = tuple[str, ...]
Place = tuple[str, str, int]
Heard = Callable[[Response, Peer | None, float], None]


@dataclass(slots=True)
class Exchange:
    """One transaction: its machine, its state and what it may have to send again; ``tag`` is what our response put on To."""

    key: Key
    machine: Machine
    request: Request
    peer: Peer
    state: State = State.TERMINATED
    sent: bytes = b""
    tag: str = ""
    heard: Heard | None = None
    arrived: Response | None = None
    arrived_from: Peer | None = None
    intervals: dict[str, float] = field(default_factory=dict)
    merge: Key = ()
    brief: bool = False

    @property
    def is_proceeding(self) -> bool:
        """Whether there is a provisional response and no final one."""
        return self.state is State.PROCEEDING


class Exchanges:
    """All transactions of a user agent."""

    def __init__(self, alarms: Alarms, emit: Callable[[Output], None]) -> None:
        self._alarms = alarms
        self._emit = emit
        self._clients: dict[Key, Exchange] = {}
        self._servers: dict[Key, Exchange] = {}
        self._merged: dict[Key, Key] = {}
        self._places: dict[Place, dict[Key, Exchange]] = {}
        self._brief = 0
        self._answered: list[Exchange] = []

    def __len__(self) -> int:
        """Return how many there are, without those that were made brief."""
        return len(self._clients) + len(self._servers) - self._brief

    def ask(self, request: Request, peer: Peer, heard: Heard, now: float) -> Exchange:
        """Send a request in a client transaction of its own."""
        machine = INVITE_CLIENT if request.method == "INVITE" else CLIENT
        key = (request.via[0].branch, request.method)
        exchange = Exchange(key, machine, request, peer, sent=request.encode(), heard=heard)
        self._clients[key] = exchange
        self._settle(exchange)
        self._take(exchange, machine.start, now)
        return exchange

    def hear(self, response: Response, peer: Peer, now: float) -> bool:
        """Give a response to the transaction that it belongs to; False if there is none (RFC 3261 §17.1.3)."""
        exchange = self._clients.get((response.via[0].branch, response.cseq.method))
        if exchange is None:
            return False
        exchange.arrived, exchange.arrived_from = response, peer
        if peer.connection:
            self._unsettle(exchange)
            exchange.peer = peer
            self._settle(exchange)
        self._happen(exchange, response_event(response.status), now)
        return True

    def find(self, request: Request, method: str = "") -> Exchange | None:
        """Return the server transaction of ``request``; of another ``method`` when it is a CANCEL's or an ACK's."""
        return self._servers.get(_server_key(request, method or request.method))

    def repeat(self, exchange: Exchange, event: Event, now: float) -> None:
        """A request or ACK of a known server transaction arrived."""
        self._happen(exchange, event, now)

    def is_merged(self, request: Request) -> bool:
        """Whether the same request came by another way before (RFC 3261 §8.2.2.2)."""
        return not request.to.tag and _merge_key(request) in self._merged

    def serve(self, request: Request, peer: Peer, now: float, trying: bytes = b"") -> Exchange:
        """Open a server transaction; an INVITE's begins by sending ``trying``."""
        self._slim()  # whoever answered has finished with its request by now
        machine = INVITE_SERVER if request.method == "INVITE" else SERVER
        key, merge = _server_key(request, request.method), _merge_key(request)
        exchange = Exchange(key, machine, request, peer, sent=trying, merge=merge)
        self._servers[exchange.key] = exchange
        self._merged[merge] = exchange.key
        self._settle(exchange)
        self._take(exchange, machine.start, now)
        return exchange

    def respond(self, exchange: Exchange, response: Response, now: float) -> None:
        """Send a response; ignored once a final one has been sent, except for further 2xx to INVITE."""
        event = sending_event(response.status)
        if (exchange.state, event) in exchange.machine.table:
            exchange.sent = response.encode()
            self._happen(exchange, event, now)
            if event is not Event.SEND_PROVISIONAL and exchange.request.method not in ("REFER", ""):
                self._answered.append(exchange)

    def abridge(self, exchange: Exchange) -> None:
        """Keep no more of an answered request than it takes to answer it again: thousands a second are remembered for 32 s."""
        if exchange.machine is SERVER and exchange.state is State.COMPLETED and self._brief < MAX_BRIEF:
            exchange.request = _NOTHING
            exchange.brief = True
            self._brief += 1

    def lose(self, peer: Peer, now: float) -> None:
        """The transport to ``peer`` failed."""
        for exchange in tuple(self._places.get(_place(peer), {}).values()):
            if exchange.peer.is_same_place(peer):
                self._happen(exchange, Event.LOST, now)

    def is_asked(self, request: Request) -> bool:
        """Whether a client transaction for this very request is under way."""
        return (request.via[0].branch, request.method) in self._clients

    def is_waiting(self, branch: str) -> bool:
        """Whether a request of ours went out under this branch and is not settled yet."""
        return any((branch, method) in self._clients for method in METHODS)

    def abandon(self, exchange: Exchange) -> None:
        """Forget a client transaction whose answer nobody waits for any more."""
        exchange.state = State.TERMINATED
        self._forget(exchange)

    def _slim(self) -> None:
        for exchange in self._answered:
            if exchange.brief:
                continue
            exchange.request = replace(_NOTHING, method=exchange.request.method, cseq=exchange.request.cseq)
        self._answered.clear()

    def _happen(self, exchange: Exchange, event: Event, now: float) -> None:
        step = exchange.machine.table.get((exchange.state, event))
        if step is not None:
            self._take(exchange, step, now)

    def _take(self, exchange: Exchange, step: Step, now: float) -> None:
        exchange.state = step.state
        if step.state is State.TERMINATED:
            self._forget(exchange)
        for action in step.actions:
            self._do(exchange, action, now)

    def _do(self, exchange: Exchange, action: Action, now: float) -> None:
        match action:
            case "send":
                self._emit(Transmit(exchange.sent, exchange.peer))
            case "ack":
                self._emit(Transmit(_ack(exchange).encode(), exchange.peer))
            case "pass up":
                self._pass_up(exchange, now)
            case "timed out":
                self._fail(exchange, 408, now)
            case "lost":
                self._fail(exchange, 503, now)
            case _:
                self._time(exchange, action, now)

    def _pass_up(self, exchange: Exchange, now: float) -> None:
        if exchange.heard is not None and exchange.arrived is not None:
            exchange.heard(exchange.arrived, exchange.arrived_from, now)

    def _fail(self, exchange: Exchange, status: int, now: float) -> None:
        if exchange.heard is not None:
            exchange.heard(local_response(exchange.request, status), None, now)

    def _time(self, exchange: Exchange, action: Action, now: float) -> None:
        verb, timer = action.split(" ")
        name = (exchange.key, timer, exchange.machine.name)
        if verb == "stop":
            self._alarms.cancel(name)
            return
        interval = first_interval(timer, reliable=exchange.peer.reliable)
        if interval is None:
            return
        if verb == "again":
            interval = next_interval(timer, exchange.intervals[timer])
        elif verb == "slow":
            interval = T2
        exchange.intervals[timer] = interval
        event = Event(f"timer {timer}")
        self._alarms.set(name, now + interval, lambda at: self._happen(exchange, event, at))

    def _settle(self, exchange: Exchange) -> None:
        """Let ``lose`` find it without looking at all the others: hops fail as often as strangers like."""
        self._places.setdefault(_place(exchange.peer), {})[exchange.key] = exchange

    def _unsettle(self, exchange: Exchange) -> None:
        place = _place(exchange.peer)
        there = self._places.get(place, {})
        if there.get(exchange.key) is exchange:
            del there[exchange.key]
            if not there:
                del self._places[place]

    def _forget(self, exchange: Exchange) -> None:
        self._unsettle(exchange)
        for timer in exchange.intervals:
            self._alarms.cancel((exchange.key, timer, exchange.machine.name))
        if exchange.machine in (CLIENT, INVITE_CLIENT):
            self._clients.pop(exchange.key, None)
            return
        if self._servers.pop(exchange.key, None) is not None:
            self._brief -= exchange.brief
        if self._merged.get(exchange.merge) == exchange.key:
            del self._merged[exchange.merge]


def _place(peer: Peer) -> Place:
    return (peer.transport, peer.host, peer.port)


def _server_key(request: Request, method: str) -> Key:
    via = request.via[0]
    if via.branch.startswith(COOKIE) and via.branch != COOKIE:
        return (via.branch, via.sent_by, method)  # RFC 3261 §17.2.3
    # An RFC 2543 element does not name its transactions; a retransmission and a non-2xx ACK repeat all of this.
    return (
        via.branch,
        via.sent_by,
        method,
        request.call_id,
        request.from_.tag,
        str(request.cseq.number),
        str(request.uri),
    )


def _merge_key(request: Request) -> Key:
    return (request.call_id, request.from_.tag, str(request.cseq))


def _ack(exchange: Exchange) -> Request:
    """The ACK to a refusal, inside its transaction (RFC 3261 §17.1.1.3)."""
    request = exchange.request
    assert exchange.arrived is not None
    return replace(
        request,
        method="ACK",
        cseq=CSeq(request.cseq.number, "ACK"),
        to=exchange.arrived.to,
        contacts=(),
        headers=Headers((("max-forwards", "70"),)),
        body=b"",
    )


def local_response(request: Request, status: int) -> Response:
    """What a transaction's user hears when nobody answers."""
    return Response(
        status=status,
        reason=REASONS[status],
        via=request.via,
        from_=request.from_,
        to=request.to,
        call_id=request.call_id,
        cseq=request.cseq,
    )

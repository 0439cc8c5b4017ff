"""The SIP user agent: bytes and commands in, bytes and events out, with ``now`` given and no I/O of its own.

    outputs = agent.receive(data, peer, now)      a datagram, or one message framed by stream.StreamFraming
    outputs = agent.send(command, now)
    outputs = agent.unreachable(peer, now)        the hop failed: port unreachable, connection refused or lost
    outputs = agent.expire(now)                   call it when ``agent.deadline`` has passed

This class only decides whose a message is: a transaction's (retransmissions), a call's (by dialog), or a newcomer's, who must pass
the reception and the gate. What then happens is said in incoming, outgoing, session, update, refer, referred, info,
registrar and registration.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from switchroom.sip.authentication.gate import Denied, Gate
from switchroom.sip.calls.call import Call, Calls, Phase
from switchroom.sip.calls.incoming import Incoming
from switchroom.sip.calls.info import Infos
from switchroom.sip.calls.outgoing import Outgoing
from switchroom.sip.calls.refer import Refers
from switchroom.sip.calls.session import Sessions
from switchroom.sip.calls.timers import SessionTimers
from switchroom.sip.calls.update import Updates
from switchroom.sip.commands import (
    Accept,
    AcceptRefer,
    Answer,
    Command,
    Forget,
    HangUp,
    Invite,
    Offer,
    Options,
    Progress,
    Reach,
    Refer,
    ReferNews,
    Refuse,
    RefuseOffer,
    RefuseRefer,
    Register,
    SendInfo,
    Unregister,
)
from switchroom.sip.config import AgentConfig
from switchroom.sip.messages.message import Fault, Request, Response, parse
from switchroom.sip.messages.replies import Reply, clean, respond, way_back
from switchroom.sip.messages.stream import MAX_MESSAGE
from switchroom.sip.outputs import Dropped, Output, Transmit
from switchroom.sip.peer import Peer
from switchroom.sip.reception import ACCEPTED, screen, stateless_tag
from switchroom.sip.registration.registrar import Binding
from switchroom.sip.registration.registration import Registrations
from switchroom.sip.registration.registry import Registry
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.expected import branch_of, call_id_of
from switchroom.sip.transactions.stack import Stack
from switchroom.sip.transactions.transaction import Event, State

SettingUp = Progress | Answer | Refuse | HangUp
Serve = Callable[[Call, Exchange, float], None]
"""Takes a request that came within a call."""
Changing = Offer | Accept | RefuseOffer | Reach | SendInfo | Refer


class UserAgent:
    """One SIP element: caller, callee and, if so configured, registrar. ``token()`` gives fresh unguessable text."""

    def __init__(self, config: AgentConfig, token: Callable[[], str]) -> None:
        self._stack = Stack(config, token)
        self._calls = Calls()
        timers = SessionTimers(
            self._stack,
            lambda call, now: self._updates.refresh(call, now),
            lambda call, now: self._updates.lapsed(call, now),
        )
        self._sessions = Sessions(self._stack, self._calls, timers)
        self._updates = Updates(self._stack, self._sessions, timers)
        self._incoming = Incoming(self._stack, self._calls, self._sessions)
        self._outgoing = Outgoing(self._stack, self._calls, self._sessions, timers)
        self._infos = Infos(self._stack, self._sessions)
        self._refers = Refers(self._stack, self._calls, self._sessions)
        self._registrations = Registrations(self._stack)
        self._registry = Registry(self._stack, self._calls)
        self._gate = Gate(config, self._stack.secret)
        self._served: Mapping[str, Serve] = {
            "BYE": self._bye,
            "INVITE": self._sessions.reinvited,
            "INFO": self._infos.informed,
            "NOTIFY": self._refers.notified,
            "PRACK": self._incoming.acknowledged,
            "REFER": self._refers.theirs.referred,
            "UPDATE": self._updates.updated,
        }

    @property
    def deadline(self) -> float | None:
        """When ``expire`` has something to do; None: not before the next input."""
        return self._stack.alarms.deadline

    def receive(self, data: bytes, peer: Peer, now: float) -> list[Output]:
        """Take one datagram or one framed stream message. Never raises for anything ``data`` may hold."""
        if len(data) > MAX_MESSAGE or not data.strip(b"\r\n\x00"):
            return [Dropped("oversized" if data.strip(b"\r\n\x00") else "keep-alive", peer)]
        message = parse(data)
        match message:
            case Request():
                self._request(message, peer, now)
            case Response():
                self._response(message, peer, now)
            case Fault():
                self._fault(message, peer)
            case _:
                assert_never(message)
        return self._stack.drain()

    def send(self, command: Command, now: float) -> list[Output]:
        """Do what the driver asks. Raises Invalid for a URI that is none."""
        match command:
            case Invite():
                self._outgoing.invite(command, now)
            case Register():
                self._registrations.register(command, now)
            case Unregister():
                self._registrations.unregister(command, now)
            case Forget():
                self._registry.forget(command.record, command.contact, now)
            case Options():
                self._registrations.probe(command, now)
            case AcceptRefer() | RefuseRefer() | ReferNews():
                self._refers.theirs.do(command, now)
            case _:
                call = self._calls.named(command.call)
                if call is not None:
                    self._command(call, command, now)
        return self._stack.drain()

    def unreachable(self, peer: Peer, now: float) -> list[Output]:
        """Everything under way to ``peer`` has failed."""
        self._stack.exchanges.lose(peer, now)
        self._registry.lost(peer, now)
        for call in self._calls:
            if not call.peer.is_same_place(peer):
                continue
            if call.phase is Phase.OFFERED:
                self._incoming.cancelled(call, "lost", now)
            else:
                call.peer = replace(call.peer, connection=0)  # the call goes on; its Contact says where to connect anew
        return self._stack.drain()

    def expire(self, now: float) -> list[Output]:
        """Let every timer run out that is due."""
        self._stack.alarms.ring(now)
        return self._stack.drain()

    def expects(self, data: bytes) -> str:
        """Return the Call-ID of the dialog, or the branch of our request, that a message belongs to; "" if to none."""
        if branch := branch_of(data):
            return branch if self._stack.exchanges.is_waiting(branch) else ""
        call_id = call_id_of(data)
        return call_id if self._calls.has(call_id) else ""

    def connections(self, now: float) -> set[int]:
        """Return the connections that a call or a binding goes by."""
        used = {call.peer.connection for call in self._calls}
        used.update(binding.peer.connection for binding in self._registry.everything(now))
        return used

    def bindings(self, record: str, now: float) -> list[Binding]:
        """Return where ``user@host`` is registered with us, the most wished for first, then the freshest."""
        return self._registry.bindings(record, now)

    @property
    def registered(self) -> int:
        """How many bindings there are."""
        return len(self._registry)

    def everybody(self, now: float) -> list[Binding]:
        """Return all who are registered with us."""
        return self._registry.everything(now)

    def _command(self, call: Call, command: SettingUp | Changing, now: float) -> None:
        match command:
            case Progress():
                self._incoming.progress(call, command, now)
            case Answer():
                self._incoming.answer(call, command, now)
            case Refuse():
                self._incoming.refuse(call, command, now)
            case HangUp():
                self._hang_up(call, command, now)
            case _:
                self._change(call, command, now)

    def _change(self, call: Call, command: Changing, now: float) -> None:
        match command:
            case Offer():
                self._sessions.offer(call, command, now)
            case Accept() | RefuseOffer() if call.phase is Phase.INVITING:
                self._outgoing.settle(call, command, now)
            case Accept():
                self._sessions.agree(call, command, now)
                self._refers.stands(call, now)
            case RefuseOffer():
                self._sessions.disagree(call, command, now)
            case Reach():
                self._sessions.reach(call, command)
            case SendInfo():
                self._infos.inform(call, command, now)
            case Refer():
                self._refers.refer(call, command, now)
            case _:
                assert_never(command)

    def _hang_up(self, call: Call, command: HangUp, now: float) -> None:
        if call.phase is Phase.OFFERED:
            self._incoming.refuse(call, Refuse(call.name, 487, headers=command.headers), now)
        elif call.phase is Phase.INVITING:
            self._outgoing.give_up(call, clean(command.headers.items()), now)
        else:
            self._sessions.hang_up(call, command, now)

    def _fault(self, fault: Fault, peer: Peer) -> None:
        self._stack.emit(Dropped("malformed", peer))
        if fault.via is not None:
            data = fault.encode(fault.via.seen_from(peer.host, peer.port), self._stack.token())
            self._stack.emit(Transmit(data, way_back(fault.via, peer)))

    def _response(self, response: Response, peer: Peer, now: float) -> None:
        # More than one Via means that it was meant for somebody behind us (RFC 3261 §8.1.3.3).
        if len(response.via) != 1 or not self._stack.exchanges.hear(response, peer, now):
            self._stack.emit(Dropped("stray response", peer))

    def _request(self, request: Request, peer: Peer, now: float) -> None:
        back = way_back(request.via[0], peer)
        stamped = (request.via[0].seen_from(peer.host, peer.port), *request.via[1:])
        request = replace(request, via=stamped)
        if request.method == "ACK":
            self._ack(request, peer, now)
            return
        known = self._stack.exchanges.find(request)
        if known is not None:
            self._stack.exchanges.repeat(known, Event.REQUEST, now)
            return
        refusal = self._judge(request, peer)
        if refusal is not None:
            self._refuse(request, refusal, back)
        elif request.method == "CANCEL":
            self._cancel(request, back, now)
        elif request.to.tag:
            self._inside(request, peer, back, now)
        else:
            self._outside(request, peer, back, now)

    def _ack(self, ack: Request, peer: Peer, now: float) -> None:
        exchange = self._stack.exchanges.find(ack, "INVITE")
        if exchange is not None and exchange.state is not State.ACCEPTED:
            self._stack.exchanges.repeat(exchange, Event.ACK, now)
            return
        call = self._calls.of_request(ack)
        if call is None:
            self._stack.emit(Dropped("stray ACK", peer))
        else:
            self._sessions.acknowledged(call, ack, now)
            self._refers.stands(call, now)

    def _judge(self, request: Request, peer: Peer) -> Reply | None:
        """What is wrong with a request before its meaning matters."""
        if len(self._stack.exchanges) >= self._stack.config.max_transactions and request.method not in (
            "BYE",
            "CANCEL",
        ):
            self._stack.emit(Dropped("overload", peer))
            return Reply(503, headers=(("Retry-After", "10"),))
        if self._stack.exchanges.is_merged(request) and request.method != "CANCEL":
            return Reply(482)
        return screen(request, self._stack)

    def _refuse(self, request: Request, reply: Reply, back: Peer, tag: str = "") -> None:
        tag = tag or stateless_tag(request, self._stack.secret)
        self._stack.emit(Transmit(self._stack.refusal(request, reply, tag), back))

    def _cancel(self, cancel: Request, back: Peer, now: float) -> None:
        invite = self._stack.exchanges.find(cancel, "INVITE")
        call = None if invite is None else self._calls.of_invite(invite)
        if invite is None:
            self._refuse(cancel, Reply(481), back)
            return
        if call is None:  # its final response has crossed this CANCEL; both name us alike (RFC 3261 §9.2)
            self._refuse(cancel, Reply(200), back, invite.tag)
            return
        exchange = self._stack.exchanges.serve(cancel, back, now)
        self._stack.respond(exchange, Reply(200), call.tag, now)
        if call.phase is Phase.OFFERED:
            self._incoming.cancelled(call, cancel.headers.get("reason", ""), now)
        else:
            self._sessions.withdrawn(call, now)

    def _inside(self, request: Request, peer: Peer, back: Peer, now: float) -> None:
        call = self._calls.of_request(request)
        if call is None or call.dialog is None:
            self._refuse(request, Reply(481) if call is None else self._updates.early(call, request), back)
            return
        dialog = call.dialog.takes(request)
        if dialog is None:
            self._refuse(request, Reply(500, "Out of order"), back)
            return
        call.dialog = dialog
        if peer.reliable and peer.connection:
            call.peer = peer  # their newest connection is the one that works
        serve = self._served.get(request.method, self._options)
        serve(call, self._open(request, back, now), now)

    def _bye(self, call: Call, exchange: Exchange, now: float) -> None:
        self._refers.left(call)
        self._sessions.left(call, exchange, now)

    def _options(self, call: Call, exchange: Exchange, now: float) -> None:
        self._stack.respond(exchange, self._presence(), call.tag, now)

    def _outside(self, request: Request, peer: Peer, back: Peer, now: float) -> None:
        if request.method == "OPTIONS":
            self._refuse(request, self._presence(), back)
            return
        if request.method in self._served and request.method != "INVITE":
            self._refuse(request, Reply(403 if request.method == "REFER" else 481), back)
            return
        verdict = self._gate.check(request, peer, now)
        if isinstance(verdict, Denied):
            if verdict.wrong:
                self._stack.emit(Dropped("wrong credentials", peer))
            self._refuse(request, verdict.reply, back)
        elif request.method == "INVITE":
            self._incoming.offered(self._open(request, back, now), peer, verdict, now)
        else:
            self._registry.register(self._open(request, back, now), peer, verdict.user, now)

    def _open(self, request: Request, back: Peer, now: float) -> Exchange:
        trying = b""
        if request.method == "INVITE":
            trying = respond(request, Reply(100), "").encode()
        return self._stack.exchanges.serve(request, back, now, trying)

    def _presence(self) -> Reply:
        """The answer to OPTIONS (RFC 3261 §11.2)."""
        accept = (("Accept", ACCEPTED), ("Accept-Encoding", "identity"), ("Accept-Language", "en"))
        return Reply(200, headers=(*self._stack.capabilities(), *accept))

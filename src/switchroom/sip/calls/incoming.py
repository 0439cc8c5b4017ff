"""Calls that others make to us, from their INVITE to our final answer (RFC 3261 §13.3)."""

from collections.abc import Mapping

from switchroom.sip.authentication.gate import Admitted
from switchroom.sip.calls.call import Call, Calls, Phase
from switchroom.sip.calls.prack import Provisionals, Then
from switchroom.sip.calls.replaces import replaced
from switchroom.sip.calls.session import Sessions
from switchroom.sip.commands import Answer, HangUp, Progress, Refuse
from switchroom.sip.messages.replies import REASONS, Reply
from switchroom.sip.outputs import CallCancelled, CallEnded, CallOffered
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Dialog
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack

_REPEAT = 60.0  # a provisional response keeps the proxies between us patient (RFC 3261 §13.3.1.1)


class Incoming:
    """The callee's half of setting up calls."""

    def __init__(self, stack: Stack, calls: Calls, sessions: Sessions) -> None:
        self._stack = stack
        self._calls = calls
        self._sessions = sessions
        self._provisionals = Provisionals(stack, Then(self.progress, self._accept, self._unacknowledged))

    def offered(self, exchange: Exchange, peer: Peer, proved: Admitted, now: float) -> None:
        """Somebody calls."""
        request = exchange.request
        old = replaced(request, self._calls)
        if isinstance(old, Reply):
            self._stack.respond(exchange, old, self._stack.token(), now)
            return
        call = Call(self._stack.token(), Phase.OFFERED, peer, self._stack.token(), pending=exchange)
        call.replaces = "" if old is None else old.name
        self._provisionals.begin(call, exchange)
        self._calls.add(call)
        self._calls.join(call, Dialog.of_callee(request, call.tag))
        self._stack.emit(
            CallOffered(
                call=call.name,
                dialled=request.uri.user_text,
                target=str(request.uri),
                from_=request.from_,
                callee=str(request.to.uri),
                call_id=request.call_id,
                headers=request.headers,
                sdp=request.sdp,
                peer=peer,
                user=proved.user,
                realm=proved.realm,
                replaces=call.replaces,
            )
        )

    def progress(self, call: Call, command: Progress, now: float) -> None:
        """Tell the caller how far we are."""
        if call.phase is not Phase.OFFERED or call.pending is None or not 100 < command.status < 200:
            return
        request = call.pending.request
        contact = self._stack.contact_within(request, call.peer, request.uri.user)
        reply = Reply(command.status, "", _pairs(command.headers), command.sdp, contact)
        if call.reliable is None:
            self._stack.respond(call.pending, reply, call.tag, now)
        else:
            self._provisionals.progress(call, command, reply, now)
        self._stack.alarms.set(("progress", call.tag), now + _REPEAT, lambda at: self.progress(call, command, at))

    def answer(self, call: Call, command: Answer, now: float) -> None:
        """Take the call."""
        if call.phase is not Phase.OFFERED or call.pending is None:
            return
        self._stack.alarms.cancel(("progress", call.tag))
        call.credentials = command.credentials
        if call.reliable is None:
            self._accept(call, command, now)
        else:
            self._provisionals.answer(call, command, now)

    def acknowledged(self, call: Call, exchange: Exchange, now: float) -> None:
        """Their PRACK."""
        self._provisionals.acknowledged(call, exchange, now)

    def _accept(self, call: Call, command: Answer, now: float) -> None:
        call.phase = Phase.ANSWERED
        self._sessions.accept(call, command.sdp, _pairs(command.headers), now)
        old = self._calls.named(call.replaces) if call.replaces else None
        if old is not None:
            self._sessions.hang_up(old, HangUp(old.name), now)  # RFC 3891 §3

    def refuse(self, call: Call, command: Refuse, now: float) -> None:
        """Do not take the call."""
        if call.phase is not Phase.OFFERED:
            return
        status = command.status if 300 <= command.status < 700 else 500
        self._finish(call, Reply(status, command.reason, _pairs(command.headers)), now)
        reason = command.reason or REASONS.get(status, "")
        self._stack.emit(CallEnded(call.name, "us", status, reason))

    def cancelled(self, call: Call, reason: str, now: float) -> None:
        """The caller gave up, or cannot be reached any more (RFC 3261 §9.2)."""
        self._finish(call, Reply(487), now)
        self._stack.emit(CallCancelled(call.name, reason))

    def _unacknowledged(self, call: Call, now: float) -> None:
        """No PRACK has come (RFC 3262 §3)."""
        self._finish(call, Reply(504), now)
        self._stack.emit(CallEnded(call.name, "loss", 504, "No PRACK"))

    def _finish(self, call: Call, reply: Reply, now: float) -> None:
        self._stack.alarms.cancel(("progress", call.tag))
        self._provisionals.stop(call)
        if call.pending is not None:
            self._stack.respond(call.pending, reply, call.tag, now)
            call.pending = None
        self._calls.forget(call)


def _pairs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(headers.items())

"""The registrar at work: REGISTER in, bindings changed, the driver told."""

from switchroom.sip.exchanges import Exchange
from switchroom.sip.outputs import BindingChanged
from switchroom.sip.peer import Peer
from switchroom.sip.registrar import Binding, Registrar, record_of
from switchroom.sip.replies import Reply
from switchroom.sip.stack import Stack


class Registry:
    """Serves REGISTER and lets bindings expire."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._registrar = Registrar()

    def bindings(self, record: str, now: float) -> list[Binding]:
        """Return where ``user@host`` is registered, the freshest first."""
        return self._registrar.bindings(record.lower(), now)

    def lost(self, peer: Peer, now: float) -> None:
        """Forget who could be reached by a connection alone that is gone (RFC 5626 §5.3)."""
        for binding in self._registrar.lose(peer, now):
            self._tell(binding, now)
            self._watch(binding.record, now)

    def register(self, exchange: Exchange, peer: Peer, user: str, now: float) -> None:
        """Do what a REGISTER asks; who proved to be somebody may only speak for that somebody (RFC 3261 §10.3 step 4)."""
        request, tag = exchange.request, self._stack.token()
        if not request.to.uri.is_sip:
            self._stack.respond(exchange, Reply(404), tag, now)
            return
        if user and user != request.to.uri.user_text:
            self._stack.respond(exchange, Reply(403), tag, now)
            return
        reply, changed = self._registrar.apply(request, peer, now)
        self._stack.respond(exchange, reply, tag, now)
        for binding in changed:
            self._tell(binding, now)
        if changed:
            self._watch(record_of(request.to.uri), now)

    def _tell(self, binding: Binding, now: float) -> None:
        expires = max(0.0, binding.until - now)
        self._stack.emit(BindingChanged(binding.record, str(binding.contact.uri), binding.peer, expires))

    def _watch(self, record: str, now: float) -> None:
        """Wake when the first binding of the record expires."""
        held = self._registrar.bindings(record, now)
        name = ("bindings", record)
        if held:
            self._stack.alarms.set(name, held[-1].until, lambda at: self._expire(record, at))
        else:
            self._stack.alarms.cancel(name)

    def _expire(self, record: str, now: float) -> None:
        for binding in self._registrar.expire(record, now):
            self._tell(binding, now)
        self._watch(record, now)

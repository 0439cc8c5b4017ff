"""The registrar at work: REGISTER in, bindings changed, the driver told."""

from switchroom.sip.calls.call import Calls
from switchroom.sip.messages.replies import Reply
from switchroom.sip.outputs import BindingChanged
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registrar import Binding, Place, Registrar, record_of
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack


class Registry:
    """Serves REGISTER and lets bindings expire."""

    def __init__(self, stack: Stack, calls: Calls) -> None:
        self._stack = stack
        self._calls = calls
        self._registrar = Registrar()

    def bindings(self, record: str, now: float) -> list[Binding]:
        """Return where ``user@host`` is registered, the most wished for first, then the freshest."""
        user, _, host = record.lower().rpartition("@")
        return self._registrar.bindings(f"{user}@{self._realm(host) or host}", now)

    def __len__(self) -> int:
        return len(self._registrar)

    def everything(self, now: float) -> list[Binding]:
        """Return all bindings."""
        return list(self._registrar.everything(now))

    def forget(self, record: str, contact: str, now: float) -> None:
        """Remove the bindings of a record, or the one at ``contact``."""
        for binding in self._registrar.forget(record, contact, now):
            self._tell(binding, now)
        self._watch(record)

    def lost(self, peer: Peer, now: float) -> None:
        """Forget who could be reached by a connection alone that is gone (RFC 5626 §5.3)."""
        for binding in self._registrar.lose(peer, now):
            self._tell(binding, now)
            self._watch(binding.record)

    def register(self, exchange: Exchange, peer: Peer, user: str, now: float) -> None:
        """Do what a REGISTER asks; who proved to be somebody may only speak for that somebody (RFC 3261 §10.3 step 4)."""
        request, tag = exchange.request, self._stack.token()
        if not request.to.uri.is_sip:
            self._stack.respond(
                exchange, Reply(400, "No SIP address in To"), tag, now
            )  # RFC 3261 §10.2, RFC 4475 §3.3.4
            return
        name, host = request.to.uri.user_text, request.to.uri.host.lower()
        if user and user != name:
            self._stack.respond(exchange, Reply(403), tag, now)
            self._stack.exchanges.abridge(exchange)
            return
        realm = self._realm(host) or host
        place = Place(record_of(request.to.uri, realm), self._stack.config.places(name, realm))
        reply, changed = self._registrar.apply(request, peer, place, now)
        self._stack.respond(exchange, reply, tag, now)
        self._stack.exchanges.abridge(exchange)
        for binding in changed:
            self._tell(binding, now)
            self._follow(binding)
        if changed:
            self._watch(place.record)

    def _realm(self, host: str) -> str:
        """Return the one name of a domain that has several."""
        of = self._stack.config.realm_of
        return host if of is None else of(host)

    def _tell(self, binding: Binding, now: float) -> None:
        expires = max(0.0, binding.until - now)
        self._stack.emit(BindingChanged(binding.record, str(binding.contact.uri), binding.peer, expires))

    def _follow(self, binding: Binding) -> None:
        """Let calls that lost their connection go on by the one that their device has opened anew (RFC 5626 §5.3).

        Only a browser's own name for itself, which nobody else knows (RFC 7118 §5.2), says that it is the same device.
        """
        if not binding.peer.connection or not binding.contact.uri.host.lower().endswith(".invalid"):
            return
        for call in self._calls:
            lost = call.peer.reliable and not call.peer.connection
            if lost and call.dialog is not None and call.dialog.target.same_as(binding.contact.uri.requestable):
                call.peer = binding.peer

    def _watch(self, record: str) -> None:
        """Wake when the first binding of the record expires."""
        first = self._registrar.ends(record)
        name = ("bindings", record)
        if first is not None:
            self._stack.alarms.set(name, first, lambda at: self._expire(record, at))
        else:
            self._stack.alarms.cancel(name)

    def _expire(self, record: str, now: float) -> None:
        for binding in self._registrar.expire(record, now):
            self._tell(binding, now)
        self._watch(record)

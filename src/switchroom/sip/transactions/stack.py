"""What every part of the user agent stands on: the outbox, the alarms, the transactions, and who we are towards a peer."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from switchroom.sip.authentication.proofs import Proofs
from switchroom.sip.commands import Credentials
from switchroom.sip.config import AgentConfig
from switchroom.sip.messages.grammar import Params
from switchroom.sip.messages.headers import CSeq, Headers, Via
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.replies import Reply, respond
from switchroom.sip.messages.uri import NameAddr, Uri
from switchroom.sip.outputs import Output
from switchroom.sip.peer import Peer
from switchroom.sip.transactions import outbound
from switchroom.sip.transactions.alarms import Alarms
from switchroom.sip.transactions.dialog import Numbers
from switchroom.sip.transactions.exchanges import COOKIE, Exchange, Exchanges, Heard

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "NOTIFY", "PRACK", "REFER")
EXTENSIONS = ("timer", "100rel", "replaces", "norefersub")
"""Option tags that we may be required to know (RFC 4028, 3262, 3891, 4488)."""

_URI_TRANSPORT = {"wss": "ws"}  # RFC 7118 §5.2: one word for both
_DIALOG_MAKING = frozenset({"INVITE", "REGISTER"})


@dataclass(slots=True)
class Asking:
    """A request of ours on its way, through challenges if need be; ``request`` and ``exchange`` are the latest attempt."""

    request: Request
    peer: Peer
    heard: Heard
    numbers: Numbers
    credentials: Credentials | None = None
    exchange: Exchange | None = None
    proofs: Proofs = field(default_factory=Proofs)


class Stack:
    """The layers below the calls."""

    def __init__(self, config: AgentConfig, token: Callable[[], str]) -> None:
        self.config = config
        self.token = token
        self.secret = config.secret or token().encode()
        self.alarms = Alarms()
        self.exchanges = Exchanges(self.alarms, self.emit)
        self._outbox: list[Output] = []

    def emit(self, output: Output) -> None:
        """Tell the driver."""
        self._outbox.append(output)

    def drain(self) -> list[Output]:
        """Return what the driver has not been told yet."""
        outputs, self._outbox = self._outbox, []
        return outputs

    @property
    def methods(self) -> str:
        """The value of Allow."""
        return ", ".join((*METHODS, "REGISTER") if self.config.registrar else METHODS)

    @property
    def extensions(self) -> tuple[str, ...]:
        """The value of Supported."""
        return (*EXTENSIONS, *outbound.EXTENSIONS) if self.config.registrar else EXTENSIONS

    def via(self, peer: Peer) -> Via:
        """Return the Via of a new request to ``peer``; ``rport`` wants the answer where it came from (RFC 3581)."""
        host, port = self.config.local(peer)
        branch = Params((("branch", COOKIE + self.token()), ("rport", None)))
        return Via(peer.transport.upper(), bracketed(host), port, branch)

    def contact(self, peer: Peer, user: str = "", *, secure: bool = False) -> NameAddr:
        """Return the address under which ``peer`` reaches us; a ``secure`` one is sips (and says TLS by that, RFC 5630 §3.1.2)."""
        host, port = self.config.local(peer)
        implied = ("udp", "tls") if secure else ("udp",)
        transport = _URI_TRANSPORT.get(peer.transport, peer.transport)
        params = Params() if peer.transport in implied else Params((("transport", transport),))
        scheme = "sips" if secure else "sip"
        return NameAddr(Uri(bracketed(host), user or self.config.contact_user, port, params, scheme))

    def contact_within(self, request: Request, peer: Peer, user: str) -> NameAddr:
        """Return our address for a call, by a request of it: secured if that is all the way (RFC 3261 §8.1.1.8, §12.1.1)."""
        hops = [address.uri for address in (*request.routes[:1], *request.record_routes[:1])]
        return self.contact(peer, user, secure=any(uri.scheme == "sips" for uri in (request.uri, *hops)))

    def with_contact(self, request: Request, peer: Peer, user: str) -> Request:
        """Return a request within a dialog that may move its target, with where we are."""
        return replace(request, contacts=(self.contact_within(request, peer, user),))

    def capabilities(self) -> tuple[tuple[str, str], ...]:
        """What we say about ourselves in an INVITE, its 2xx, and an answer to OPTIONS."""
        return (("Allow", self.methods), ("Supported", ", ".join(self.extensions)))

    def ask(self, asking: Asking, now: float) -> Asking:
        """Send a request that lacks nothing but Via, Contact and User-Agent; a challenge that we can answer is not heard."""
        request, peer = asking.request, asking.peer
        contacts = request.contacts
        if request.method in _DIALOG_MAKING and not contacts:
            contacts = (self.contact(peer),)
        headers = request.headers
        if "user-agent" not in headers:
            headers = Headers((*headers.lines, ("user-agent", self.config.product)))
        asking.request = replace(request, via=(self.via(peer),), contacts=contacts, headers=headers)
        asking.exchange = self.exchanges.ask(
            asking.request, peer, lambda response, source, at: self._hear(asking, response, source, at), now
        )
        return asking

    def _hear(self, asking: Asking, response: Response, source: Peer | None, now: float) -> None:
        if source is not None and source.connection:
            asking.peer = source
        again = self._authorised(asking, response) if source is not None else None
        if again is None:
            asking.heard(response, source, now)
            return
        asking.request = again
        self.ask(asking, now)

    def _authorised(self, asking: Asking, response: Response) -> Request | None:
        """Return the request to send instead, if ``response`` is a challenge that we can answer (RFC 3261 §22.2)."""
        if asking.credentials is None:
            return None
        request = asking.request
        headers = asking.proofs.meet(request, response, asking.credentials, self.token())
        if headers is None:
            return None
        return replace(request, cseq=CSeq(asking.numbers.next(), request.method), headers=headers)

    def respond(self, exchange: Exchange, reply: Reply, tag: str, now: float) -> Response:
        """Answer the request of a server transaction."""
        response = respond(exchange.request, self._signed(reply), tag)
        exchange.tag = response.to.tag
        self.exchanges.respond(exchange, response, now)
        return response

    def refusal(self, request: Request, reply: Reply, tag: str) -> bytes:
        """Return an answer that no transaction remembers."""
        return respond(request, self._signed(reply), tag).encode()

    def _signed(self, reply: Reply) -> Reply:
        return replace(reply, headers=(*reply.headers, ("Server", self.config.product)))


def bracketed(host: str) -> str:
    """Return an IPv6 address as URIs and Vias want it."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host

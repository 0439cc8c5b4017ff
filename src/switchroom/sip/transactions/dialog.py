"""A dialog as a value (RFC 3261 §12): who the two ends are, how requests travel between them, and which number came last.

Our own numbers are counted by ``Numbers``, which all requests with one Call-ID share: also those before there is a dialog.
"""

import ipaddress
import re
from dataclasses import dataclass, replace

from switchroom.sip.messages.headers import CSeq, Headers
from switchroom.sip.messages.message import NO_HEADERS, Request, Response
from switchroom.sip.messages.uri import NameAddr, Uri
from switchroom.sip.peer import Peer, Transport

DialogKey = tuple[str, str, str]
"""Call-ID, our tag, their tag."""


_NAME = re.compile(r"(?:[a-z0-9_\-]+\.)+[a-z][a-z0-9\-]*\.?")
_NOWHERE = (".invalid", ".local", ".localdomain")  # browsers and telephones that do not know where they are


@dataclass(slots=True)
class Numbers:
    """Counts the CSeq of what we send."""

    last: int = 0

    def next(self) -> int:
        """Return the number of the next request."""
        self.last += 1
        return self.last


@dataclass(frozen=True, slots=True)
class Dialog:
    """One end's view. ``local`` and ``remote`` carry their tags; ``routes`` are in the order in which we use them.

    ``reached`` is where the name of the next hop has led, once that is known.
    """

    call_id: str
    local: NameAddr
    remote: NameAddr
    target: Uri
    routes: tuple[NameAddr, ...] = ()
    heard: int | None = None
    reached: Peer | None = None

    @classmethod
    def of_callee(cls, request: Request, tag: str) -> "Dialog":
        """Make the callee's dialog from the request that creates it (§12.1.1)."""
        target = (request.contacts[0] if request.contacts else request.from_).uri.requestable
        return cls(
            request.call_id, request.to.with_tag(tag), request.from_, target, request.record_routes, request.cseq.number
        )

    @classmethod
    def of_caller(cls, request: Request, response: Response) -> "Dialog":
        """Make the caller's dialog from the response that creates it (§12.1.2)."""
        target = response.contacts[0].uri.requestable if response.contacts else request.uri
        return cls(request.call_id, request.from_, response.to, target, tuple(reversed(response.record_routes)))

    @property
    def key(self) -> DialogKey:
        """What names the dialog: Call-ID, our tag, their tag."""
        return (self.call_id, self.local.tag, self.remote.tag)

    def takes(self, request: Request) -> "Dialog | None":
        """Return the dialog after ``request``; None if it is out of order (§12.2.2)."""
        if self.heard is not None and request.cseq.number <= self.heard:
            return None
        return replace(self, heard=request.cseq.number)

    def retargeted(self, message: Request | Response) -> "Dialog":
        """Return the dialog after a target refresh (§12.2.1.2): their Contact may have moved."""
        target = message.contacts[0].uri.requestable if message.contacts else self.target
        if target == self.target:
            return self
        return replace(self, target=target, reached=self.reached if self.routes else None)

    def request(self, method: str, number: int, headers: Headers = NO_HEADERS, body: bytes = b"") -> Request:
        """Make a request within the dialog (§12.2.1.1); its Via and Contact are to be put in by who sends it."""
        uri, routes = self.target, self.routes
        if routes and "lr" not in routes[0].uri.params:  # a strict router wants to be the Request-URI itself
            uri, routes = routes[0].uri.requestable, (*routes[1:], NameAddr(self.target))
        return Request(
            method=method,
            uri=uri,
            via=(),
            from_=self.local,
            to=self.remote,
            call_id=self.call_id,
            cseq=CSeq(number, method),
            routes=routes,
            headers=Headers((("max-forwards", "70"), *headers.lines)),
            body=body,
        )

    @property
    def hop(self) -> Uri:
        """Where requests go next: the first route, or the target."""
        return self.routes[0].uri if self.routes else self.target

    def unknown_hop(self, last: Peer) -> Uri | None:
        """Return the next hop if it is but a name that somebody has to look up (RFC 3263 §4), None if ``last`` will do."""
        host = self.hop.host.lower()
        known = last.connection or self.reached is not None or host in (last.name.lower(), last.host.lower())
        return None if known or not _is_public_name(host) else self.hop

    def next_hop(self, last: Peer) -> Peer:
        """Return the peer for the next hop, or ``last``, by which the dialog has worked so far.

        ``last`` is right when the next hop has a name that leads nowhere yet, when a connection is open, and when the
        address is a private one behind somebody's NAT.
        """
        hop = self.hop
        if self.reached is not None and not last.connection:
            return self.reached
        transport = _transport(hop, last.transport)
        port = hop.port or (5061 if transport == "tls" else 5060)
        if last.connection or not _is_reachable(hop.host, last.host):
            return last
        host = hop.host.strip("[]")
        if (host, port, transport) == (last.host, last.port, last.transport):
            return last
        return Peer(transport, host, port)


def _is_public_name(host: str) -> bool:
    return _NAME.fullmatch(host) is not None and not host.endswith(_NOWHERE)


def _transport(hop: Uri, last: Transport) -> Transport:
    """What a hop asks for, as far as it may: what was secured stays so."""
    if hop.scheme == "sips" or hop.transport == "tls":
        return "wss" if last == "wss" else "tls"
    return "tcp" if hop.transport == "tcp" and last == "udp" else last


def _is_reachable(host: str, seen: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
        private = address.is_private and not ipaddress.ip_address(seen).is_private
    except ValueError:
        return False
    return not private and not address.is_unspecified

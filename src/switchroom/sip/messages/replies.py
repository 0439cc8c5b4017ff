"""Responses made from requests (RFC 3261 §8.2.6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from switchroom.sip.messages.headers import Headers, Via
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.uri import NameAddr
from switchroom.sip.peer import Peer

REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    430: "Flow Failed",
    439: "First Hop Lacks Outbound Support",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What we have to say to a request; the rest of the response follows from the request."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    sdp: str | None = None
    contact: NameAddr | None = None


def respond(request: Request, reply: Reply, tag: str) -> Response:
    """Make the response to ``request``; ``tag`` goes on To unless that has one or the response is a 100."""
    to = request.to if request.to.tag or reply.status == 100 else request.to.with_tag(tag)
    pairs = list(reply.headers)
    if reply.sdp is not None:
        pairs.append(("Content-Type", "application/sdp"))
    return Response(
        status=reply.status,
        reason=_clean(reply.reason) or REASONS.get(reply.status, "Unknown"),
        via=request.via,
        from_=request.from_,
        to=to,
        call_id=request.call_id,
        cseq=request.cseq,
        contacts=() if reply.contact is None else (reply.contact,),
        record_routes=request.record_routes if reply.contact is not None else (),  # only what makes a dialog needs them
        headers=clean(pairs),
        body=b"" if reply.sdp is None else reply.sdp.encode("utf-8", "replace"),
    )


def clean(pairs: Pairs) -> Headers:
    """Make headers of text that others gave us: a line break in a value would be a header of its own."""
    return Headers.of((_clean(name), _clean(value)) for name, value in pairs)


def _clean(text: str) -> str:
    return text if text.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in text).split())


def way_back(via: Via, peer: Peer) -> Peer:
    """Return where the response to a request that came from ``peer`` with this Via goes (RFC 3261 §18.2.2, RFC 3581 §4)."""
    if peer.reliable or "rport" in via.params:
        return peer
    return Peer(peer.transport, peer.host, via.port or 5060)

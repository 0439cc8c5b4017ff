"""What every request outside a dialog must pass before anything is done for it (RFC 3261 §8.2).

A refusal here is stateless: it is computed from the request alone, costs no memory, and a retransmission gets the same again
(§8.2.7). The ACK to such a refusal of an INVITE belongs to nobody and is dropped.
"""

import hashlib

from switchroom.sip.calls.timers import read_expires
from switchroom.sip.messages.message import METHODS, Request
from switchroom.sip.messages.multipart import parts
from switchroom.sip.messages.replies import Reply
from switchroom.sip.transactions.stack import Stack

_WITH_SDP = frozenset({"INVITE", "UPDATE"})
ACCEPTED = "application/sdp, multipart/mixed, multipart/alternative"
_SDP_RANGES = frozenset({"application/sdp", "application/*", "*/*"})


def screen(request: Request, stack: Stack) -> Reply | None:
    """Return why a request is refused, None if it may go on."""
    methods = stack.methods
    if request.method not in methods.split(", "):
        status = 405 if request.method in METHODS else 501
        return Reply(status, headers=(("Allow", methods),))
    if not request.uri.is_sip:
        return Reply(416)
    if not request.to.tag and request.method != "OPTIONS" and int(request.headers.get("max-forwards", "70")) == 0:
        return Reply(483)
    if request.method != "INVITE" and "replaces" in request.headers:
        return Reply(400, "Replaces is for INVITE")  # RFC 3891 §3
    unknown = [tag for tag in request.headers.listed("require") if tag.lower() not in stack.extensions]
    if unknown and request.method != "CANCEL":
        return Reply(420, headers=(("Unsupported", ", ".join(unknown)),))
    return _screen_span(request, stack) or _screen_body(request)


def _screen_span(request: Request, stack: Stack) -> Reply | None:
    """A session timer that is too short to serve (RFC 4028 §9); who does not know 422 gets a longer one unasked."""
    wished = read_expires(request.headers) if request.method in _WITH_SDP else None
    least = stack.config.min_se
    if wished is None or wished[0] >= least or "timer" not in request.headers.listed("supported"):
        return None
    return Reply(422, headers=(("Min-SE", str(least)),))


def _screen_body(request: Request) -> Reply | None:
    if request.method not in _WITH_SDP:
        return None
    accepted = [item.partition(";")[0].strip().lower() for item in request.headers.listed("accept")]
    if accepted and not _SDP_RANGES.intersection(accepted):
        return Reply(406)  # we could answer in no language that they understand
    if not request.body:
        return None
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Reply(415, headers=(("Accept-Encoding", "identity"), ("Accept", ACCEPTED)))
    if request.content_type.startswith("multipart/"):
        return _screen_parts(request)
    optional = "handling=optional" in request.headers.get("content-disposition", "").replace(" ", "").lower()
    if request.content_type != "application/sdp" and not optional:
        return Reply(415, headers=(("Accept", ACCEPTED),))
    return None


def _screen_parts(request: Request) -> Reply | None:
    """A body of several parts: one that we do not know may lie there, unless it must be understood (RFC 5621 §8)."""
    found = parts(request.headers["content-type"], request.body)
    if not found:
        return Reply(400, "Bad multipart body")
    strange = any(part.required and part.kind != "application/sdp" for part in found)
    return Reply(415, headers=(("Accept", ACCEPTED),)) if strange else None


def stateless_tag(request: Request, secret: bytes) -> str:
    """Return the tag of a stateless refusal: the same for the same request, and not to be guessed (RFC 3261 §19.3)."""
    text = f"{request.call_id}:{request.from_.tag}:{request.cseq}:{request.via[0].branch}"
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=secret[:64], digest_size=8).hexdigest()

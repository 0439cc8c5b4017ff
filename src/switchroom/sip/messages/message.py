"""Requests and responses as values; ``parse`` is total: any bytes are a message or a Fault, never an exception.

The headers that SIP itself works with are fields with types; every other header stays text in ``headers``, in order.
Content-Length is no header here: it is read by ``parse`` and written by ``encode``. Text that is not UTF-8 is repaired with
U+FFFD, so that nothing behind this door meets undecodable text.

A Fault says which status a malformed request deserves and keeps the lines that an answer must repeat (RFC 3261 §8.2.6.2).
"""

import re
from dataclasses import dataclass

from switchroom.sip.messages.grammar import Malformed, is_token, number, split_list
from switchroom.sip.messages.headers import CSeq, Headers, Via, key, parse_cseq, parse_via, salvage_via, spelling
from switchroom.sip.messages.multipart import description
from switchroom.sip.messages.stream import MAX_BODY, MAX_HEADER
from switchroom.sip.messages.uri import NameAddr, Uri, parse_address, parse_uri

MAX_LINES = 256
METHODS = frozenset(
    {"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "INFO"}
    | {"PRACK", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER", "MESSAGE", "PUBLISH"}
)
"""Every method that there is a standard for, whether or not it is served."""

NO_HEADERS = Headers()
_TYPED = frozenset({"via", "from", "to", "call-id", "cseq", "contact", "route", "record-route", "content-length"})
_ECHOED = frozenset({"from", "to", "call-id", "cseq"})
_VERSION = re.compile(r"SIP/\d+\.\d+", re.IGNORECASE)
_ANY_VERSION = re.compile(r"^SIP/\d+\.\d+(?=/)", re.IGNORECASE)
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*+))?", re.IGNORECASE)
_CALL_ID = re.compile(r"[^\s@]++(?:@[^\s@]++)?")
_MEDIA_TYPE = re.compile(r"[^\s/;,]++[ \t]*+/[ \t]*+[^\s/;,]++[ \t]*+(?:;.*+)?", re.DOTALL)
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_BAD_LINE = ("", "")
_FOLD = re.compile(
    r"(?<![ \t])[ \t]*+\r?\n[ \t]++"
)  # begins where a run of blanks does: many blanks cost no more than once


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    via: tuple[Via, ...]
    from_: NameAddr
    to: NameAddr
    call_id: str
    cseq: CSeq
    contacts: tuple[NameAddr, ...] = ()
    routes: tuple[NameAddr, ...] = ()
    record_routes: tuple[NameAddr, ...] = ()
    headers: Headers = NO_HEADERS
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sdp(self) -> str | None:
        """The session description, if that is what the body is or holds."""
        if not self.body:
            return None
        if self.content_type == "application/sdp":
            return self.body.decode("utf-8", "replace")
        if self.content_type.startswith("multipart/"):
            found = description(self.headers["content-type"], self.body)
            return None if found is None else found.decode("utf-8", "replace")
        return None

    def _encode(self, start: str) -> bytes:
        lines = [start]
        lines += [f"Via: {via}" for via in self.via]
        lines += [f"Route: {route}" for route in self.routes]
        lines += [f"Record-Route: {route}" for route in self.record_routes]
        lines += [f"From: {self.from_}", f"To: {self.to}", f"Call-ID: {self.call_id}", f"CSeq: {self.cseq}"]
        lines += [f"Contact: {contact}" for contact in self.contacts]
        lines += [f"{spelling(name)}: {value}" for name, value in self.headers.lines]
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        return "\r\n".join(lines).encode("utf-8", "replace") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(_Message):
    """A request; ``everything`` is the Contact ``*`` of a REGISTER that removes all bindings."""

    method: str
    uri: Uri
    everything: bool = False

    def encode(self) -> bytes:
        """Return the bytes for the wire."""
        return self._encode(f"{self.method} {self.uri} SIP/2.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(_Message):
    """A response."""

    status: int
    reason: str = ""

    def encode(self) -> bytes:
        """Return the bytes for the wire."""
        return self._encode(f"SIP/2.0 {self.status} {self.reason}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What came cannot be used. ``via`` is its topmost hop and ``lines`` what an answer repeats; without ``via`` be silent."""

    status: int
    reason: str
    via: Via | None = None
    lines: tuple[tuple[str, str], ...] = ()

    def encode(self, seen: Via, tag: str) -> bytes:
        """Return the refusal, to be sent to where ``seen``, the stamped topmost Via, says."""
        answer = [f"SIP/2.0 {self.status} {self.reason}"]
        first = True
        for name, value in self.lines:
            text = value
            if name == "via" and first:
                text = ", ".join([str(seen), *split_list(value)[1:]])
                first = False
            if name == "to" and ";tag=" not in value.lower():
                text = f"{value};tag={tag}"
            answer.append(f"{spelling(name)}: {text}")
        answer.append("Content-Length: 0\r\n\r\n")
        return "\r\n".join(answer).encode("utf-8", "replace")


Message = Request | Response

Lines = list[tuple[str, str]]
Typed = dict[str, list[str]]


def parse(data: bytes) -> Request | Response | Fault:
    """Parse one whole message."""
    lines: Lines = []
    start = ""
    try:
        head, body = _cut(data)
        start, lines = _lines(head)
        _check_length(len(data) - len(body), len(body))
        if start[:4].upper() == "SIP/":
            return _response(start, lines, body)
        return _request(start, lines, body)
    except Malformed as malformed:
        return _fault(malformed, start, lines)


def _check_length(header: int, body: int) -> None:
    if header > MAX_HEADER:
        raise Malformed("Message Too Large", 513)
    if body > MAX_BODY:
        raise Malformed("Request Entity Too Large", 413)


def _cut(data: bytes) -> tuple[str, bytes]:
    data = data.lstrip(b"\r\n")  # RFC 3261 §7.5: empty lines before the start line are ignored
    head, _, body = data.partition(b"\r\n\r\n")
    if len(head) == len(data) and b"\n\n" in data:
        head, _, body = data.partition(b"\n\n")
    return head.decode("utf-8", "replace"), body


def _lines(head: str) -> tuple[str, Lines]:
    if head.count("\n") > MAX_LINES:
        raise Malformed("Too many headers")
    start, _, rest = head.partition("\n")
    if "\n " in rest or "\n\t" in rest:
        rest = _FOLD.sub(" ", rest)
    lines: Lines = []
    for line in rest.rstrip("\r\n").split("\n") if rest else ():
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        lines.append((key(name), value.strip(" \t\r")) if colon and is_token(name) else _BAD_LINE)
    return start.removesuffix("\r"), lines


def _sort(lines: Lines) -> tuple[Typed, Headers]:
    typed: Typed = {}
    others: Lines = []
    if _BAD_LINE in lines:
        raise Malformed("Bad header line")
    for line in lines:
        name = line[0]
        if name in _TYPED:
            typed.setdefault(name, []).append(line[1])
        else:
            others.append(line)
            if (check := _CHECKS.get(name)) is not None:
                check(line[1])
    return typed, Headers(tuple(others))


def _one(typed: Typed, name: str) -> str:
    values = typed.get(name)
    if not values:
        raise Malformed(f"Missing {spelling(name)}")
    if len(values) > 1:
        raise Malformed(f"More than one {spelling(name)}")
    return values[0]


def _addresses(typed: Typed, name: str) -> tuple[NameAddr, ...]:
    values = typed.get(name)
    if values is None:
        return ()
    return tuple(parse_address(item) for value in values for item in split_list(value))


def _body(typed: Typed, body: bytes) -> bytes:
    if "content-length" not in typed:
        return body
    size = number(_one(typed, "content-length"), 2**31, "Content-Length")
    _check_length(0, size)
    if size > len(body):
        raise Malformed("Body shorter than Content-Length")
    return body[:size]  # RFC 3261 §18.3: what a datagram holds beyond it is discarded


def _call_id(typed: Typed) -> str:
    text = _one(typed, "call-id")
    if _CALL_ID.fullmatch(text) is None:
        raise Malformed("Bad Call-ID")
    return text


def _vias(typed: Typed) -> tuple[Via, ...]:
    values = typed.get("via")
    if values is None:
        raise Malformed("Missing Via")
    return tuple(parse_via(item) for value in values for item in split_list(value))


def _request(start: str, lines: Lines, body: bytes) -> Request:
    parts = start.split(" ")
    if not _VERSION.fullmatch(parts[-1]) or not is_token(parts[0]):
        raise Malformed("Bad request line")
    if parts[-1].upper() != "SIP/2.0":
        raise Malformed("Version Not Supported", 505)
    if len(parts) != 3:
        raise Malformed("Bad request line")
    uri = parse_uri(parts[1])
    if uri.headers:
        raise Malformed("Request-URI with headers")  # RFC 3261 §19.1.1, table 1
    typed, others = _sort(lines)
    cseq = parse_cseq(_one(typed, "cseq"))
    if cseq.method != parts[0]:
        raise Malformed("CSeq method mismatch", 400 if parts[0] in METHODS else 501)  # RFC 4475 §3.1.2.18
    if others.all("max-forwards")[1:]:
        raise Malformed("More than one Max-Forwards")
    everything = typed.get("contact") == ["*"]
    if everything:
        del typed["contact"]
    return Request(
        method=parts[0],
        uri=uri,
        via=_vias(typed),
        from_=parse_address(_one(typed, "from")),
        to=parse_address(_one(typed, "to")),
        call_id=_call_id(typed),
        cseq=cseq,
        contacts=_addresses(typed, "contact"),
        everything=everything,
        routes=_addresses(typed, "route"),
        record_routes=_addresses(typed, "record-route"),
        headers=others,
        body=_body(typed, body),
    )


def _response(start: str, lines: Lines, body: bytes) -> Response:
    match = _STATUS.fullmatch(start)
    if match is None:
        raise Malformed("Bad status line")
    typed, others = _sort(lines)
    return Response(
        status=int(match.group(1)),
        reason=match.group(2) or "",
        via=_vias(typed),
        from_=parse_address(_one(typed, "from")),
        to=parse_address(_one(typed, "to")),
        call_id=_call_id(typed),
        cseq=parse_cseq(_one(typed, "cseq")),
        contacts=_addresses(typed, "contact"),
        routes=_addresses(typed, "route"),
        record_routes=_addresses(typed, "record-route"),
        headers=others,
        body=_body(typed, body),
    )


def _check_media_type(text: str) -> None:
    if _MEDIA_TYPE.fullmatch(text) is None:
        raise Malformed("Bad Content-Type")


def _check_date(text: str) -> None:
    if _DATE.fullmatch(text) is None:
        raise Malformed("Bad Date")


def _check_hops(text: str) -> None:
    number(text, 256, "Max-Forwards")  # RFC 3261 §20.22


_CHECKS = {"content-type": _check_media_type, "date": _check_date, "max-forwards": _check_hops}


def _fault(malformed: Malformed, start: str, lines: Lines) -> Fault:
    reason = str(malformed)
    first, _, rest = start.partition(" ")
    # Only what looks like a request is answered, so that noise gets no echo; and an ACK never is (RFC 3261 §17.1.1.3).
    if first == "ACK" or not is_token(first) or not _VERSION.fullmatch(rest.rstrip().rpartition(" ")[2]):
        return Fault(malformed.status, reason)
    hops = [value for name, value in lines if name == "via"]
    via = _first_hop(hops)
    if via is None:
        return Fault(malformed.status, reason)
    single = {name: value for name, value in reversed(lines) if name in _ECHOED}
    return Fault(malformed.status, reason, via, tuple(("via", hop) for hop in hops) + tuple(single.items()))


def _first_hop(hops: list[str]) -> Via | None:
    """Return where a refusal goes, if that can be read; what is broken of the first line is mended in ``hops``."""
    if not hops:
        return None
    # A Via of the version that we refuse still says where the refusal goes (RFC 4475 §3.1.2.16).
    text = _ANY_VERSION.sub("SIP/2.0", hops[0])
    try:
        return parse_via(split_list(text)[0])
    except Malformed:
        pass
    try:
        via = salvage_via(text)  # RFC 4475 §3.1.2.1
    except Malformed:
        return None
    hops[0] = str(via)
    return via

"""Messages that are nearly right: the torture messages of RFC 4475 and honest ones, changed as the grammar goes.

A change works on lines and values, not only on bytes, so that most of what comes out gets past the first check and reaches the
machines behind the parser.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hypothesis import strategies as st

from tests.sip.inside import inside
from tests.sip.texts import request

TORTURE = Path(__file__).parent.parent.parent.parent / "shared/data/rfc4475"
_SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n"
_TYPE = "Content-Type: application/sdp"

HONEST = [
    request("INVITE", _TYPE, "Supported: timer, replaces, 100rel", "Session-Expires: 90", call_id="n1", body=_SDP),
    request("INVITE", "Require: 100rel", call_id="n2", via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKn2"),
    request("INVITE", "Replaces: c1;to-tag=t2;from-tag=a", call_id="n3", via="SIP/2.0/UDP h;branch=z9hG4bKn3"),
    request("CANCEL", call_id="n1", cseq="1 CANCEL"),
    request("OPTIONS", "Accept: application/sdp"),
    request("REGISTER", "Expires: 60", 'Authorization: Digest username="alice", realm="switchroom", nonce="1.2"'),
    request("SUBSCRIBE", "Event: presence", "Expires: 60"),
    request("MESSAGE", "Content-Type: text/plain", body="hello"),
    inside("INVITE", 2, _TYPE, "Session-Expires: 1800;refresher=uas", "Supported: timer", body=_SDP),
    inside("ACK", 2),
    inside("UPDATE", 3, "Session-Expires: 90", "Supported: timer"),
    inside("INFO", 4, "Content-Type: application/dtmf-relay", body="Signal=5\r\nDuration=160\r\n"),
    inside("REFER", 5, "Refer-To: <sip:carol@192.0.2.3?Replaces=x%3Bto-tag%3Dy%3Bfrom-tag%3Dz>", "Referred-By: <sip:a@b>"),
    inside("NOTIFY", 6, "Event: refer", "Subscription-State: active", "Content-Type: message/sipfrag", body="SIP/2.0 200 OK"),
    inside("PRACK", 7, "RAck: 1 1 INVITE"),
    inside("BYE", 8, "Reason: Q.850;cause=16"),
]  # fmt: skip

PIECES = [
    *(b'"', b"\\", b"<", b">", b";", b",", b"=", b"@", b":", b"%", b"[", b"]", b"*", b"?", b" ", b"\t", b"\0"),
    *(b"\r\n", b"\r\n ", b"\n", b"%00", b"%zz", b"\xff", "é".encode(), b"0", b"-1", b"4294967296", b"9" * 40, b"a" * 300),
    *(b";tag=", b";branch=z9hG4bK", b";rport", b";expires=0", b";lr", b"sip:", b"<sip:x@[::1]>", b"SIP/2.0", b"SIP/3.0"),
]  # fmt: skip

_NUMBER = re.compile(rb"\d+")
_METHOD = re.compile(
    rb"\b(?:INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|REFER|NOTIFY|INFO|UPDATE|PRACK|MESSAGE|SUBSCRIBE)\b"
)
_METHODS = [
    b"INVITE",
    b"ACK",
    b"BYE",
    b"CANCEL",
    b"OPTIONS",
    b"REGISTER",
    b"REFER",
    b"NOTIFY",
    b"UPDATE",
    b"PRACK",
    b"x",
]

Step = tuple[str, int, int, int]
"""What to change, and three numbers that say where and by what."""


def corpus() -> list[bytes]:
    """Return every message there is to begin with."""
    return HONEST + [path.read_bytes() for path in sorted(TORTURE.glob("*.dat"))]


def steps() -> st.SearchStrategy[list[Step]]:
    """Return changes to make, one after the other."""
    number = st.integers(0, 10_000)
    return st.lists(st.tuples(st.sampled_from(sorted(_CHANGES)), number, number, number), max_size=5)


def mutated(data: bytes, changes: Sequence[Step], others: Sequence[bytes]) -> bytes:
    """Return the message with the changes made."""
    for kind, one, two, three in changes:
        data = _CHANGES[kind](data, one, two, others[three % len(others)])
    return data[:70_000]


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\r\n")


def _drop(data: bytes, one: int, _two: int, _other: bytes) -> bytes:
    lines = _lines(data)
    del lines[one % len(lines)]
    return b"\r\n".join(lines)


def _repeat(data: bytes, one: int, two: int, _other: bytes) -> bytes:
    lines = _lines(data)
    lines.insert(two % len(lines), lines[one % len(lines)])
    return b"\r\n".join(lines)


def _graft(data: bytes, one: int, two: int, other: bytes) -> bytes:
    """Give a header the value of another message's header."""
    lines, theirs = _lines(data), _lines(other)
    name, colon, _ = lines[one % len(lines)].partition(b":")
    lines[one % len(lines)] = name + colon + theirs[two % len(theirs)].partition(b":")[2]
    return b"\r\n".join(lines)


def _add(data: bytes, one: int, two: int, other: bytes) -> bytes:
    """Add another message's line."""
    lines, theirs = _lines(data), _lines(other)
    lines.insert(1 + one % len(lines), theirs[two % len(theirs)])
    return b"\r\n".join(lines)


def _insert(data: bytes, one: int, two: int, _other: bytes) -> bytes:
    at = one % (len(data) + 1)
    return data[:at] + PIECES[two % len(PIECES)] + data[at:]


def _cut(data: bytes, one: int, _two: int, _other: bytes) -> bytes:
    return data[: one % (len(data) + 1)]


def _flip(data: bytes, one: int, two: int, _other: bytes) -> bytes:
    if not data:
        return data
    at = one % len(data)
    return data[:at] + bytes([data[at] ^ (1 << two % 8)]) + data[at + 1 :]


def _count(data: bytes, one: int, two: int, _other: bytes) -> bytes:
    """Replace a number by one at the edge of what is allowed."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    edges = (b"0", b"1", b"255", b"256", b"65535", b"65536", b"2147483647", b"2147483648", b"4294967296", b"1" * 30)
    match = found[one % len(found)]
    return data[: match.start()] + edges[two % len(edges)] + data[match.end() :]


def _method(data: bytes, one: int, _two: int, _other: bytes) -> bytes:
    return _METHOD.sub(_METHODS[one % len(_METHODS)], data)


def _join(data: bytes, one: int, two: int, other: bytes) -> bytes:
    return data[: one % (len(data) + 1)] + other[two % (len(other) + 1) :]


_CHANGES: Mapping[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "drop": _drop, "repeat": _repeat, "graft": _graft, "add": _add, "insert": _insert, "cut": _cut, "flip": _flip,
    "count": _count, "method": _method, "join": _join,
}  # fmt: skip
